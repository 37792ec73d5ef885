"""Slips in names are mended by the articles' words, and names that articles lack are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.questions.typos import MOST_LOOKED_UP, Mended, Mender
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
def mender(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> Mender:
    """Over one article, with the real model's tokenizer."""
    folder = tmp_path_factory.mktemp("slips")
    (folder / "articles").mkdir()
    (folder / "articles" / "story.txt").write_text(STORY, encoding="utf-8")
    build([folder / "articles"], folder / "index", HashEmbedder())
    return Mender(open_current(folder / "index").store.vocabulary, bundled.count_tokens)


SLIPS = [
    ("Siapa wali kota Lowneburg?", "Siapa wali kota Lowenburg?", ("Lowneburg", "Lowenburg")),
    ("siapa wali kota lowneburg?", "siapa wali kota Lowenburg?", ("lowneburg", "Lowenburg")),
    ("Who met Brinkv in the harbour?", "Who met Brinkov in the harbour?", ("Brinkv", "Brinkov")),
    ("who is brinkv?", "who is Brinkov?", ("brinkv", "Brinkov")),
    ("siapa brinkkov", "siapa Brinkov", ("brinkkov", "Brinkov")),
]


@pytest.mark.parametrize(("question", "mended", "slip"), SLIPS)
def test_a_slip_in_a_name_is_mended(mender: Mender, question: str, mended: str, slip: tuple[str, str]) -> None:
    assert mender.mended(question) == Mended(mended, (slip,))


def test_several_slips_are_mended_where_they_stand(mender: Mender) -> None:
    mended = mender.mended("Kapan Alexnader Brinkv ke Lowennburg?")
    assert mended.question == "Kapan Alexander Brinkov ke Lowenburg?"
    assert mended.slips == (("Alexnader", "Alexander"), ("Brinkv", "Brinkov"), ("Lowennburg", "Lowenburg"))


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
    "Siapa Bxinkov?",  # no slip of the finger
    "",
    "😀 ???",
]


@pytest.mark.parametrize("question", LEFT)
def test_what_is_no_plain_slip_is_left_alone(mender: Mender, question: str) -> None:
    assert mender.mended(question) == Mended(question)


def test_one_of_two_names_that_are_as_near_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Pertemuan\n\nDi pasar, Pak Hartano bertemu Pak Hartino.", "utf-8")
    build([tmp_path / "articles"], tmp_path / "index", HashEmbedder())
    two = Mender(open_current(tmp_path / "index").store.vocabulary, lambda words: [3] * len(words))
    assert two.mended("Siapa Pak Hartno?") == Mended("Siapa Pak Hartno?")
    assert two.mended("Siapa Pak Hartinno?").question == "Siapa Pak Hartino?"


def test_a_book_is_not_looked_through(mender: Mender) -> None:
    mended = mender.mended("Siapa " + "Brinkv " * 5000)
    assert len(mended.slips) == MOST_LOOKED_UP


def test_a_tokenizer_that_has_every_word_whole_mends_nothing(mender: Mender, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    build([tmp_path], tmp_path / "index", HashEmbedder())
    plain = Mender(open_current(tmp_path / "index").store.vocabulary, HashEmbedder().count_tokens)
    assert plain.mended("Siapa Brinkv?") == Mended("Siapa Brinkv?")
