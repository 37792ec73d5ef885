"""The file that ships holds what was learnt."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tiny_reader import RANK, weights

from bot.readers.bundled import _changed, _read_changes
from bot.readers.windows import Cutter
from index.types import ConfigurationError
from training import export
from training.cases import VALID
from training.checkpoints import learnt_in, write
from training.crew import Crew
from training.evaluate import all_readings
from training.model import Tensors, Trunk


def exported(learnt: Tensors, folder: Path, to: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Path:
    """What the command makes of it."""
    write({"average": learnt, "learnt": {name: 0 * tensor for name, tensor in learnt.items()}}, to / "checkpoint-1.pt")
    out = to / "reader.safetensors"
    monkeypatch.setattr(sys, "argv", ["export", str(folder), str(to / "checkpoint-1.pt"), str(out), *more])
    export.main()
    return out


def product(tensors: Tensors, name: str) -> torch.Tensor:
    return tensors[f"{name}.up"].double() @ tensors[f"{name}.down"].double()


def test_the_small_file_holds_the_same_changes_in_half_the_bits(
    learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uneven = {
        name: tensor * {".up": 1e-6, ".down": 1e5}.get(name[-3:] if name.endswith(".up") else name[-5:], 1)
        for name, tensor in learnt.items()
    }
    file = exported(uneven, folder, tmp_path, monkeypatch)
    with safe_open(file, "pt") as content:
        assert content.metadata()["format"] == "kabar-reader-1"
        assert content.metadata()["rank"] == str(RANK)
        small = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
    assert small.keys() == learnt.keys()
    assert {tensor.dtype for tensor in small.values()} == {torch.float16}
    for name in learnt:
        if name.endswith(".up"):
            meant = product(uneven, name[:-3])
            assert (product(small, name[:-3]) - meant).norm() < 1e-3 * meant.norm()
        elif not name.endswith(".down"):
            torch.testing.assert_close(small[name].float(), uneven[name], rtol=1e-3, atol=1e-6)


def test_the_bot_reads_with_the_weights_that_were_learnt(
    trunk: Trunk, learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch)
    shipped = _changed(weights(), _read_changes(file)).tensors
    whole = export.merged(trunk, learnt)
    assert {name for name in whole if not name.startswith(("span", "answers"))} == {
        name for name in shipped if name not in {"emb.word", "emb.pos", "emb.type"}
    }
    for name in shipped:
        if name in whole:
            np.testing.assert_allclose(shipped[name], whole[name].flatten().numpy(), rtol=2e-3, atol=1e-3)


def test_the_merged_file_holds_the_whole_maps(
    trunk: Trunk, learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch, "--merged")
    with safe_open(file, "pt") as content:
        assert content.metadata()["kind"] == "merged"
        meant = trunk.maps["l1.fo.w"].double() + product(learnt, "l1.fo")
        torch.testing.assert_close(content.get_tensor("l1.fo.w").double(), meant, rtol=1e-5, atol=1e-6)
        assert not any(name.endswith((".up", ".down")) for name in content.keys())  # noqa: SIM118
    with pytest.raises(ConfigurationError, match="no low-rank changes"):
        learnt_in(file)


def test_an_exported_reader_can_be_measured_and_exported_again(
    trunk: Trunk,
    learnt: Tensors,
    folder: Path,
    data: Path,
    cutter: Cutter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = dict(learnt)
    dead["l0.q.up"] = learnt["l0.q.up"] * torch.tensor([1.0, 0.0, 1.0, 1.0])
    again = learnt_in(exported(dead, folder, tmp_path, monkeypatch))
    twice = export.small(again)
    assert all(bool(tensor.isfinite().all()) for tensor in twice.values())
    torch.testing.assert_close(product(twice, "l0.q"), product(dead, "l0.q"), rtol=0, atol=2e-3)
    crew = Crew(trunk, torch.float32, threads=2)
    figures = [all_readings(crew, one, cutter, data) for one in (dead, again)]
    assert figures[0].keys() == set(VALID)
    for name, one in figures[0].items():
        assert figures[1][name] == pytest.approx(one, abs=0.2)


def test_the_average_is_exported_unless_the_raw_weights_are_asked_for(
    learnt: Tensors, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = exported(learnt, folder, tmp_path, monkeypatch, "--raw")
    assert not any(tensor.any() for tensor in learnt_in(file).values())
