"""The folder of faults beside the repository, where there is one: what its inputs must give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from kabar_process import REPOSITORY

from bot.answers.answerer import Answerer
from bot.readers.loading import load_reader
from index.articles.loading import load
from index.articles.types import ArticleFile
from index.build import build
from index.store.snapshots import open_current
from index.text.sentences import sentences
from index.types import Article, Embedder

FAULTS = next((folder for above in REPOSITORY.parents if (folder := above / "shared" / "faults").is_dir()), None)
if FAULTS is None:
    pytest.skip("there is no folder of faults beside the repository", allow_module_level=True)
LEFT_OUT = {
    "03-minus": "a sign before a figure is the reader's to see",
    "11-number-in-words": "a figure in words is the reader's to see",
    "12-what-time": "a time of the day is the reader's to see",
    "21-german-question": "what is glossed for whom is the conversation's to know",
}

Expected = dict[str, Any]
"""What one file must give, or what must be answered to a question over the whole folder."""


def expectations(folder: Path) -> list[Expected]:
    expected: list[Expected] = json.loads((folder / "expect.json").read_text("utf-8"))
    return expected


FOLDERS = [file.parent for file in sorted(FAULTS.glob("*/expect.json")) if file.parent.name not in LEFT_OUT]
READERS = {"02-utc-day": "the reader points at the part of the day, and leaves the day out, as in 12-what-time"}
ASKED = [
    folder for folder in FOLDERS if folder.name not in READERS and any("ask" in one for one in expectations(folder))
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_files_of_a_fault_are_read_rightly(folder: Path) -> None:
    wrong = [line for one in expectations(folder) if "ask" not in one for line in wrong_in_file(folder, one)]
    assert wrong == []


@pytest.mark.parametrize("folder", ASKED, ids=lambda folder: folder.name)
def test_the_questions_of_a_fault_are_answered_rightly(
    folder: Path, tmp_path: Path, bundled: Embedder, model_cache: Path
) -> None:
    build([folder], tmp_path, bundled)
    answerer = Answerer(open_current(tmp_path), bundled, load_reader("bundled", bundled, model_cache))
    for one in (one for one in expectations(folder) if "ask" in one):
        assert one["gloss"] in str(answerer.ask(one["ask"]).gloss)


def wrong_in_file(folder: Path, expected: Expected) -> list[str]:
    """What is wrong about the articles of a file, each thing in one line."""
    name = expected.get("file") or expected["sentences"]
    path = folder / name
    articles = [one for one in load(ArticleFile(path, PurePosixPath(name)), path.stem) if isinstance(one, Article)]
    text = "\n\n".join(article.text for article in articles)
    days = [article.published.isoformat() if article.published else None for article in articles]
    checks = {
        "articles": lambda count: len(articles) == count,
        "published": lambda day: set(days) == {day},
        "published_all": lambda day: set(days) == {day} and len(days) == lines_of(path),
        "title": lambda title: [article.title for article in articles] == [title],
        "has": lambda pieces: all(piece in text for piece in pieces),
        "lacks": lambda pieces: not any(piece in text for piece in pieces),
        "list": lambda whole: sentences_of(articles) == whole,
    }
    unknown = expected.keys() - checks.keys() - {"file", "sentences"}
    assert not unknown, f"{folder.name} expects what this test does not know: {unknown}"
    held = "articles" not in expected and not articles
    wrong = [f"{name}: {key} {expected[key]!r}" for key in checks if key in expected and not checks[key](expected[key])]
    found = [f"(found: {days} {[article.title for article in articles]} {text[:2000]!r})"] if wrong else []
    return [f"{name}: no article"] * held + wrong + found


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def sentences_of(articles: Sequence[Article]) -> list[str]:
    return [one.text[start:end] for one in articles for start, end in sentences(one.text, one.language)]
