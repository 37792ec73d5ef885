"""Typos in names are corrected by the articles' words, and names that articles lack are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.questions.typos import MOST_LOOKED_UP, TypoCorrector
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import open_current
from index.types import Embedder

STORY = """Wali kota Lowenburg bertemu Alexander Brinkov

Senin, 8 Januari 2024

Wali kota Lowenburg menyambut Alexander Brinkov di pelabuhan. Sebanyak 312 pedagang pindah ke pasar baru.

Kata Brinkov, jembatan ke Austria selesai tahun ini. Jembatan itu panjang. Kemarin para pedagang Lowenburg bersorak.
"""


@pytest.fixture(scope="session")
def corrector(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> TypoCorrector:
    """Over one article, with the real model's tokenizer."""
    folder = tmp_path_factory.mktemp("typos")
    (folder / "articles").mkdir()
    (folder / "articles" / "story.txt").write_text(STORY, encoding="utf-8")
    build([folder / "articles"], folder / "index", HashEmbedder())
    return TypoCorrector(open_current(folder / "index").store.vocabulary, bundled.count_tokens)


TYPOS = [
    ("Siapa wali kota Lowneburg?", "Siapa wali kota Lowenburg?", ("Lowneburg", "Lowenburg")),
    ("siapa wali kota lowneburg?", "siapa wali kota Lowenburg?", ("lowneburg", "Lowenburg")),
    ("Who met Brinkv in the harbour?", "Who met Brinkov in the harbour?", ("Brinkv", "Brinkov")),
    ("who is brinkv?", "who is Brinkov?", ("brinkv", "Brinkov")),
    ("siapa brinkkov", "siapa Brinkov", ("brinkkov", "Brinkov")),
]


@pytest.mark.parametrize(("question", "corrected", "correction"), TYPOS)
def test_a_typo_in_a_name_is_corrected(
    corrector: TypoCorrector, question: str, corrected: str, correction: tuple[str, str]
) -> None:
    assert corrector.corrected(question) == (corrected, (correction,))


def test_several_typos_are_corrected_where_they_stand(corrector: TypoCorrector) -> None:
    question, corrections = corrector.corrected("Kapan Alexnader Brinkv ke Lowennburg?")
    assert question == "Kapan Alexander Brinkov ke Lowenburg?"
    assert corrections == (("Alexnader", "Alexander"), ("Brinkv", "Brinkov"), ("Lowennburg", "Lowenburg"))


LEFT = [
    "Siapa wali kota Lowenburg?",
    "siapa wali kota LOWENBURG?",
    "Which city is the capital of Australia?",  # a name that the world knows, not Austria's
    "siapa presiden australia?",
    "How many pedagogues moved?",  # no capital, no name
    "berapa pedagan yang pindah?",  # no name in the articles either
    "Siapa Brin?",  # too short
    "Siapa XXVII?",
    "Siapa ketua BRINKV?",  # an acronym
    "Siapa Bxinkov?",  # no typo
    "",
    "😀 ???",
]


@pytest.mark.parametrize("question", LEFT)
def test_what_is_no_plain_typo_is_left_alone(corrector: TypoCorrector, question: str) -> None:
    assert corrector.corrected(question) == (question, ())


def test_one_of_two_names_that_are_as_near_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Pertemuan\n\nDi pasar, Pak Hartano bertemu Pak Hartino.", "utf-8")
    build([tmp_path / "articles"], tmp_path / "index", HashEmbedder())
    two = TypoCorrector(open_current(tmp_path / "index").store.vocabulary, lambda words: [3] * len(words))
    assert two.corrected("Siapa Pak Hartno?") == ("Siapa Pak Hartno?", ())
    assert two.corrected("Siapa Pak Hartinno?")[0] == "Siapa Pak Hartino?"


def test_a_book_is_not_looked_through(corrector: TypoCorrector) -> None:
    _, corrections = corrector.corrected("Siapa " + "Brinkv " * 5000)
    assert len(corrections) == MOST_LOOKED_UP


def test_a_tokenizer_that_has_every_word_whole_corrects_nothing(corrector: TypoCorrector, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    build([tmp_path], tmp_path / "index", HashEmbedder())
    plain = TypoCorrector(open_current(tmp_path / "index").store.vocabulary, HashEmbedder().count_tokens)
    assert plain.corrected("Siapa Brinkv?") == ("Siapa Brinkv?", ())
