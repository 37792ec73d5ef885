"""The reader that ships: it reads what its weights say, wherever the passage stands and however long it is."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_answers import asking

from bot.readers.bundled import CHANGES, LONGEST_WINDOW, BundledReader, _changed, _read_changes
from index.embedding.bundled import load_vocabulary
from index.embedding.unpacking import FOLDER
from index.embedding.weights import read_weights, standard_state, weights_path
from index.text.sentences import sentences
from index.types import Embedder, ModelError, Passage

STORY = (
    "Wali kota Rudi Hartawan meresmikan Pasar Melati pada Senin (8/1/2024). Sebanyak 312 pedagang menempati kios baru. "
    "Biaya pembangunan mencapai Rp45 miliar, lebih murah daripada rencana semula."
)
QUESTIONS = {
    "Berapa pedagang yang menempati kios baru?": "312",
    "How much did the market cost?": "Rp45 miliar",
    "who opened the market?": "Rudi Hartawan",
    "kapan pasar itu diresmikan?": "8/1/2024",
}


def passage(text: str = STORY, score: float = 0.8) -> Passage:
    return Passage(
        article="a", title="T", published=None, url=None, path="a.txt", language="id", start=0, end=len(text),
        text=text, sentences=tuple(sentences(text, "id")), score=score,
    )  # fmt: skip


@pytest.fixture(scope="module")
def reader(bundled: Embedder, model_cache: Path) -> BundledReader:
    return BundledReader(model_cache)


@pytest.mark.parametrize(("question", "fact"), QUESTIONS.items())
def test_the_fact_is_found_in_both_languages(reader: BundledReader, question: str, fact: str) -> None:
    place = passage()
    best = max(reader.read(asking(question), [place], among=1), key=lambda reading: reading.confidence)
    start, end = place.sentences[best.sentence]
    assert fact in STORY[start:end][best.start : best.end]
    assert best.confidence > reader.threshold


def test_what_the_passage_does_not_say_is_told_from_what_it_says(reader: BundledReader) -> None:
    def sure(question: str) -> float:
        return max(reading.confidence for reading in reader.read(asking(question), [passage()], among=1))

    elsewhere = ["Siapa juara liga voli?", "How many troops were sent to Kursk?", "kapan gempa itu terjadi?"]
    assert max(map(sure, elsewhere)) < min(map(sure, QUESTIONS))


def test_the_graph_agrees_with_the_trunk_in_torch(reader: BundledReader, model_cache: Path, exported: Path) -> None:
    """The trunk with its changes as a BertModel in float, against ours in 8 bits."""
    import torch
    from transformers import BertModel

    changes = _read_changes(CHANGES)
    state = standard_state(_changed(read_weights(weights_path()), changes))
    model = BertModel.from_pretrained(exported).eval()
    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()}, strict=False)
    vocabulary = load_vocabulary(model_cache / FOLDER)
    for question in QUESTIONS:
        asked = np.array(vocabulary.cut("query: " + question), np.int32)
        (window,) = reader._windows(passage())
        ids = torch.tensor([[0, *asked, 2, 2, *window.tokens, 2]])
        with torch.inference_mode():
            tokens = model(input_ids=ids).last_hidden_state[0].numpy()
        expected = tokens @ changes["span.w"].T + changes["span.b"]
        found = reader._scores(asked, window)
        of_passage = slice(len(asked) + 3, -1)
        assert np.corrcoef(found.starts, expected[of_passage, 0])[0, 1] > 0.995
        assert np.corrcoef(found.ends, expected[of_passage, 1])[0, 1] > 0.995
        assert (found.starts.argmax(), found.ends.argmax()) == tuple(expected[of_passage].argmax(axis=0))
        assert found.no_answer == pytest.approx(expected[0].sum(), abs=0.7)


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8"), max_size=80), st.text(min_size=1, max_size=200))
def test_any_question_to_any_passage_gives_places_inside_its_sentences(question: str, text: str) -> None:
    reader = test_any_question_to_any_passage_gives_places_inside_its_sentences.reader  # type: ignore[attr-defined]
    place = passage(text)
    for reading in reader.read(asking(question), [place], among=1):
        start, end = place.sentences[reading.sentence]
        assert 0 <= reading.start < reading.end <= end - start
        assert text[start:end][reading.start : reading.end].strip()
        assert 0 <= reading.confidence <= 1


@pytest.fixture(scope="module", autouse=True)
def _reader_for_hypothesis(reader: BundledReader) -> None:
    test_any_question_to_any_passage_gives_places_inside_its_sentences.reader = reader  # type: ignore[attr-defined]


def test_a_long_passage_is_read_to_its_end(reader: BundledReader) -> None:
    filler = "Pedagang sayur datang lebih pagi daripada biasanya karena jalan di depan pasar diperbaiki. " * 30
    place = passage(filler + STORY)
    assert sum(len(window.tokens) for window in reader._windows(place)) > 2 * LONGEST_WINDOW
    best = max(reader.read(asking("Berapa biaya pembangunan pasar?"), [place], among=1), key=lambda one: one.confidence)
    start, end = place.sentences[best.sentence]
    assert "Rp45 miliar" in place.text[start:end][best.start : best.end]


@pytest.mark.parametrize("text", [STORY * 12, "x7" * 3000, "กรุงเทพมหานคร" * 600, "12 " * 2000])
def test_a_window_is_never_too_long_and_nothing_is_left_out(reader: BundledReader, text: str) -> None:
    windows = list(reader._windows(passage(text)))
    assert max(len(window.tokens) for window in windows) <= LONGEST_WINDOW < sum(len(one.tokens) for one in windows)
    letters = {at for window in windows for start, end in window.places.tolist() for at in range(start, end)}
    assert {at for at, letter in enumerate(text) if not letter.isspace()} <= letters
    assert reader.read(asking("Siapa?"), [passage(text)], among=1)


def test_of_two_passages_that_say_it_the_one_that_search_prefers_is_surer(reader: BundledReader) -> None:
    question = "Berapa pedagang yang menempati kios baru?"
    readings = reader.read(asking(question), [passage(score=0.84), passage(score=0.81)], among=2)
    best = [max(one.confidence for one in readings if one.passage == number) for number in (0, 1)]
    assert best[0] > best[1]


def test_many_threads_may_read_at_once(reader: BundledReader) -> None:
    questions = list(QUESTIONS) * 6
    alone = [reader.read(asking(question), [passage()], among=1) for question in questions]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda question: reader.read(asking(question), [passage()], among=1), questions)) == alone


@pytest.mark.parametrize("damage", ["truncated", "another file", "missing"])
def test_weights_that_are_none_are_refused_in_words(
    bundled: Embedder, model_cache: Path, tmp_path: Path, damage: str
) -> None:
    changes = tmp_path / "reader.safetensors"
    if damage == "truncated":
        changes.write_bytes(CHANGES.read_bytes()[:100_000])
    elif damage == "another file":
        from safetensors.numpy import save_file

        save_file({"x": np.zeros(3, np.float32)}, changes)
    with pytest.raises(ModelError, match=r"reader\.safetensors"):
        BundledReader(model_cache, changes=changes)


def test_a_damaged_trunk_is_made_again(reader: BundledReader, model_cache: Path, tmp_path: Path) -> None:
    for folder in [model_cache / FOLDER, *model_cache.glob("reader-*-*")]:
        if folder.is_dir():
            shutil.copytree(folder, tmp_path / folder.name, copy_function=lambda a, b: Path(b).hardlink_to(a))
    (trunk,) = tmp_path.glob("reader-*/trunk")
    whole = trunk.read_bytes()
    trunk.unlink()
    trunk.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    BundledReader(tmp_path)
    assert trunk.read_bytes() == whole


def test_what_ships_is_small() -> None:
    assert CHANGES.stat().st_size <= 15_000_000
