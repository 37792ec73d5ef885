"""Files of cases, and the sample cases."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from evaluation_cases import CONTEXTS, OVER, write
from kabar_process import REPOSITORY

from bot.evaluation.cases import Asked, Case, read_cases
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import open_current
from index.types import ConfigurationError

SAMPLES = REPOSITORY / "tests" / "data" / "sample-cases.jsonl"


def test_cases_are_read_gzipped_or_not_whatever_the_name(tmp_path: Path) -> None:
    plain = write(tmp_path / "cases.jsonl.gz", [{"QUESTION": "q\ud800", "answers": ["a", {"text": "a"}, "b"]}, OVER[0]])
    (tmp_path / "cases.txt").write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes() + b"\n\n"))
    cases = read_cases(plain)
    assert cases == read_cases(tmp_path / "cases.txt")
    assert [(case.question, case.answers, case.line) for case in cases] == [
        ("q?", ("a", "b"), 1),
        (OVER[0]["question"], ("1874",), 2),
    ]
    assert cases[1].context == CONTEXTS[0]


def test_a_case_is_all_that_its_line_says(tmp_path: Path) -> None:
    text = "Ada leads Lowen. Ada is 80."
    answers = [
        {"text": "Ada", "start": 0}, {"text": "Ada", "start": 17}, {"text": "Lowen", "start": 9},
        {"text": "eighty", "start": -1}, {"text": "80", "start": "24"}, "Lowen",
    ]  # fmt: skip
    facts = {"id": "a-7", "article": "lowen", "question_lang": "in", "context_lang": "en-GB"}
    rows = [{"question": "q", "answers": answers, "context": text} | facts, {"question": "q", "answers": ["Ada"]}]
    whole, bare = read_cases(write(tmp_path / "cases.jsonl", rows))
    assert whole == Case(
        question="q", answers=("Ada", "Lowen", "eighty", "80"), article="lowen", context=text,
        spans=((0, 3), (17, 20)), id="a-7", question_language="id", context_language="en", line=1,
    )  # fmt: skip
    assert bare == Case("q", ("Ada",), line=2)


def test_a_case_may_tell_of_the_news_and_of_what_was_asked_before(tmp_path: Path) -> None:
    told = {
        "question": "and when?", "answers": ["Monday"], "context": "Ada opened it.", "title": "Open since Monday",
        "published": "2025-01-07", "before": [{"question": "Who opened it?", "answer": "Ada"}, {"question": "Why?"}],
        "verdict": "no", "kind": "when",
    }  # fmt: skip
    (case,) = read_cases(write(tmp_path / "cases.jsonl", [told]))
    assert (case.title, case.published, case.verdict, case.kind) == (told["title"], date(2025, 1, 7), "no", "when")
    assert (case.spans, case.title_spans) == ((), ((11, 17),))
    assert case.before == (Asked("Who opened it?", "Ada"), Asked("Why?"))


@pytest.mark.parametrize(("field", "value"), [
    ("published", "last week"), ("before", "Who?"), ("before", ["Who?"]), ("before", [{"answer": "Ada"}]),
    ("verdict", "perhaps"), ("title", 7), ("kind", []),
])  # fmt: skip
def test_a_field_that_is_none_is_refused_by_its_line(tmp_path: Path, field: str, value: object) -> None:
    file = write(tmp_path / "cases.jsonl", [{"question": "q", "answers": [], field: value}])
    with pytest.raises(ConfigurationError, match=f'line 1: .*"{field}"'):
        read_cases(file)


def test_the_sample_cases_hold_for_the_sample_articles(tmp_path: Path) -> None:
    build([REPOSITORY / "articles"], tmp_path / "index", HashEmbedder())
    cases = read_cases(SAMPLES)
    with open_current(tmp_path / "index") as snapshot:
        articles = {listed.article.id: listed.article.text for listed in snapshot.store.articles()}
    assert len({case.question for case in cases}) == len(cases) == 40
    assert sum(not case.answers for case in cases) == 14
    assert {case.article for case in cases} == {"", *articles}
    for case in cases:
        assert bool(case.article) == bool(case.answers)
        text = articles[case.article] if case.article else ""
        assert not case.answers or any(answer in text for answer in case.answers), case.question
