"""A piece of news with questions becomes cases, each with what the question's asker knew."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.cases import Asked, Case
from index.types import ConfigurationError
from training.news import is_held_out, is_out_of_the_blue, news_cases, story_of

OWN = Path(__file__).parents[2] / "training" / "data"
TEXT = "Kota Lowen punya pasar baru. Wali kota Lowen, Ada Brink, membukanya.\n\nAda 40 kios. Rapat tidak dihadiri Mori."
QUESTIONS: list[dict[str, Any]] = [
    {"q": "Wali kota?", "qs": "Wali kota Lowen siapa?", "l": "id", "a": "Ada Brink", "s": "Wali kota", "k": "who"},
    {"q": "How many stalls?", "qs": "How many in Lowen?", "l": "en", "a": "40 kios", "s": "Ada 40", "k": "count"},
    {"q": "What opened?", "qs": "What opened in Lowen?", "l": "en", "a": "Pasar", "s": "TITLE", "k": "what"},
    {"q": "Mori datang?", "qs": "Mori datang ke Lowen?", "l": "id", "a": "no", "s": "Rapat tidak", "k": "yn"},
    {"q": "Berapa biayanya?", "qs": "Berapa biaya pasar Lowen?", "l": "id", "a": None, "k": "amount"},
    {"q": "and where is she from?", "l": "en", "a": None, "k": "where", "prev": 0},
]  # fmt: skip


def article(**changes: Any) -> dict[str, Any]:
    told = {"id": "a", "lang": "id", "title": "Pasar Lowen dibuka", "date": "2025-01-02", "text": TEXT, "qa": QUESTIONS}
    return told | changes


def cases(folder: Path, **changes: Any) -> list[Case]:
    file = folder / "news.jsonl"
    file.write_text(json.dumps(article(**changes)), "utf-8")
    return news_cases(file)


def test_every_wording_is_a_case(tmp_path: Path) -> None:
    found = {case.id: case for case in cases(tmp_path, story="pasar")}
    assert len(found) == 2 * 5 + 1
    who = found["pasar/a/0-qs"]
    assert (who.question, who.answers, who.kind) == ("Wali kota Lowen siapa?", ("Ada Brink",), "who")
    assert [TEXT[slice(*span)] for span in who.spans] == ["Ada Brink"]
    assert (who.title, who.published) == ("Pasar Lowen dibuka", date(2025, 1, 2))
    assert (who.question_language, who.context_language, who.article) == ("id", "id", "a")
    assert found["pasar/a/0-q"].question == "Wali kota?"
    assert {story_of(id_) for id_ in found} == {"pasar"}
    assert [is_out_of_the_blue(found[f"pasar/a/0-{wording}"]) for wording in ("q", "qs")] == [False, True]


def test_where_an_answer_stands_is_known(tmp_path: Path) -> None:
    found = cases(tmp_path)
    (count,), (titled,), (verdict,), (silent,) = (
        [case for case in found if case.kind == kind and is_out_of_the_blue(case)]
        for kind in ("count", "what", "yn", "amount")
    )
    assert TEXT[slice(*count.spans[0])] == "40 kios"
    assert (titled.spans, titled.title[slice(*titled.title_spans[0])]) == ((), "Pasar")
    assert (verdict.verdict, verdict.answers) == ("no", ("Rapat tidak dihadiri Mori.",))
    assert (silent.answers, silent.spans, silent.verdict) == ((), (), "")


def test_a_follow_up_knows_what_was_asked_before(tmp_path: Path) -> None:
    assert cases(tmp_path)[-1].before == (Asked("Wali kota Lowen siapa?", "Ada Brink"),)


def test_all_of_a_story_is_held_out_or_none_of_it(tmp_path: Path) -> None:
    told = {story: {is_held_out(case) for case in cases(tmp_path, story=story)} for story in map(str, range(60))}
    assert all(len(one) == 1 for one in told.values())
    assert 1 < sum(one == {True} for one in told.values()) < 20


@pytest.mark.parametrize("changes", [
    {"date": "yesterday"}, {"qa": [{"q": "Who?"}]}, {"qa": [QUESTIONS[0] | {"a": "Nobody"}]}, {"text": 5},
    {"qa": [QUESTIONS[5] | {"prev": 9}]},
])  # fmt: skip
def test_what_is_no_such_article_is_refused_by_its_line(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="line 1"):
        cases(tmp_path, **changes)


@pytest.mark.parametrize("file", sorted(OWN.glob("*.jsonl")), ids=lambda file: file.name)
def test_every_answer_of_our_own_news_stands_where_it_is_said_to(file: Path) -> None:
    found = news_cases(file)
    assert len(found) > 1000
    for case in found:
        assert case.answers or not (case.spans or case.title_spans)
        for span in case.spans:
            assert case.context[slice(*span)] in case.answers
        for span in case.title_spans:
            assert case.title[slice(*span)] in case.answers
