"""A tiny trunk, the questions that it learns from, and what a training needs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.numpy import save_file
from tiny_reader import RANK, arguments, first_batch, learnable, questions, weights, write_data

from bot.readers.windows import Cutter
from index.embedding import exporting
from index.embedding.hashing import HashEmbedder
from index.embedding.weights import standard_state
from training import mining, train
from training.crew import Part
from training.data import Material
from training.mined import write_mined
from training.model import Tensors, Trunk, first_learnt
from training.windows import cutter_of


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny trunk as training.prepare would leave it."""
    made, model = tmp_path_factory.mktemp("trunk"), weights()
    save_file(standard_state(model), made / "model.safetensors", {"format": "pt"})
    exporting.tokenizer(model).save(str(made / "tokenizer.json"))
    exporting.write_configuration(model.shape, made)
    return made


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    write_data(made, questions())
    return made


@pytest.fixture(scope="session")
def mined(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("mined") / "mined.json.gz"
    write_mined(mining.mine(learnable(data), HashEmbedder()), file)
    return file


@pytest.fixture(scope="module", autouse=True)
def _threads() -> Iterator[None]:
    """Torch's own threads, which a crew takes away, come back for other tests."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def trunk(folder: Path) -> Trunk:
    return Trunk(folder, RANK)


@pytest.fixture(scope="session")
def cutter(folder: Path) -> Cutter:
    return cutter_of(folder)


@pytest.fixture(scope="session")
def learnt(trunk: Trunk) -> Tensors:
    """What a reader might have learnt: nowhere nothing."""
    generator = torch.Generator().manual_seed(3)
    return {
        name: tensor + 0.1 * torch.randn(tensor.shape, generator=generator)
        for name, tensor in first_learnt(trunk, generator).items()
    }


Options = argparse.Namespace


@pytest.fixture
def options(folder: Path, data: Path, mined: Path, tmp_path: Path) -> Any:
    """Makes options of a tiny training into a folder of the test."""

    def made(out: str, *more: str) -> Options:
        return train.arguments().parse_args(arguments(folder, data, mined, tmp_path / out, *more))

    return made


@pytest.fixture(scope="session")
def parts(data: Path, mined: Path, cutter: Cutter) -> list[Part]:
    """A batch without dropout; its parts differ in length."""
    return first_batch(Material(data, mined, cutter))
