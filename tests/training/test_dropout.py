"""Masks from a pool drop as fresh ones would."""

from __future__ import annotations

import pytest
import torch

from training.dropout import Dropout


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    dropout = Dropout(0.1, torch.Generator().manual_seed(7), torch.float32, size=1 << 17)
    ones = torch.ones(100, 1000)
    dropped = dropout.drawn(torch.Generator().manual_seed(1))(ones)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.1, abs=0.01)
    assert dropped.mean().item() == pytest.approx(1, abs=0.01)
    assert torch.equal(dropped, dropout.drawn(torch.Generator().manual_seed(1))(ones))
    assert not torch.equal(dropped, dropout.drawn(torch.Generator().manual_seed(2))(ones))
