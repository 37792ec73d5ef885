"""The trunk is the embedding model's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from tiny_reader import RANK, differentiable, weights

from index.embedding.weights import standard_name, standard_state
from index.types import ModelError
from training import export
from training.crew import Part
from training.model import Tensors, Trunk, read
from training.windows import cutter_of


def test_the_trunk_is_bert(trunk: Trunk, folder: Path, learnt: Tensors, parts: list[Part]) -> None:
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False).eval()
    state = {name: tensor for name, tensor in standard_state(weights()).items() if "pooler" not in name}
    for name, tensor in export.merged(trunk, learnt).items():
        if not name.startswith(("span", "answers")):
            state[standard_name(name)] = tensor.numpy()
    model.load_state_dict({name: torch.tensor(tensor) for name, tensor in state.items()})
    for part in parts:
        with torch.inference_mode():
            scores = read(trunk, differentiable(trunk, learnt), part.page)
            states = model(part.page.tokens, part.page.attended.long()).last_hidden_state
        starts, ends = (states @ learnt["span.w"].T + learnt["span.b"]).unbind(-1)
        allowed = part.page.allowed
        torch.testing.assert_close(scores.start[allowed], starts[allowed], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(scores.end[allowed], ends[allowed], rtol=1e-4, atol=1e-4)
        answers = (states[:, 0] @ learnt["answers.w"].T + learnt["answers.b"])[:, 0]
        torch.testing.assert_close(scores.answers, answers, rtol=1e-4, atol=1e-4)


def test_a_folder_that_is_no_trunk_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"training\.prepare"):
        Trunk(tmp_path, RANK)
    shutil.copy(folder / "config.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelError, match=r"training\.prepare"):
        Trunk(tmp_path, RANK)
    with pytest.raises(ModelError, match=r"training\.prepare"):
        cutter_of(tmp_path)
