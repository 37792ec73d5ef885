"""Gradients are right, whoever works them out."""

from __future__ import annotations

import pytest
import torch
from tiny_reader import differentiable

from training.crew import Crew, Part
from training.model import Tensors, Trunk, loss_of, read


def test_gradients_are_those_of_autograd(trunk: Trunk, learnt: Tensors, parts: list[Part]) -> None:
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in learnt.items()}
    merged, total = differentiable(trunk, leaves), sum(len(part.starts) for part in parts)
    losses = [loss_of(read(trunk, merged, part.page), part.starts, part.ends, 0.2) for part in parts]
    expected = torch.autograd.grad(torch.stack(losses).sum() / total, list(leaves.values()))
    loss, found = Crew(trunk, torch.float32, 0.2, threads=2).gradients(learnt, parts)
    assert loss == pytest.approx(sum(one.item() for one in losses) / total, rel=1e-5)
    assert found.keys() == leaves.keys()
    for name, gradient in zip(leaves, expected, strict=True):
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-6, msg=name)
        # A softmax takes no notice of what is added to all: the bias of keys, and that of a span's scores.
        assert gradient.abs().max() > 1e-5 or name.endswith((".k.b", "span.b")), name


def test_gradients_do_not_depend_on_who_worked_them_out(trunk: Trunk, learnt: Tensors, parts: list[Part]) -> None:
    alone, together = (Crew(trunk, torch.bfloat16, threads=threads).gradients(learnt, parts) for threads in (1, 4))
    assert alone[0] == together[0]
    assert all(torch.equal(alone[1][name], together[1][name]) for name in learnt)
