"""What asks for nothing but who says so."""

from __future__ import annotations

import pytest

from bot.questions.sources import asks_for_source


@pytest.mark.parametrize(
    "question",
    [
        "who says so?", "Who said that", "and who said that?", "says who?", "according to whom?",
        "WHO CLAIMED THIS?!", "what's the source?", "menurut siapa?", "kata siapa sih", "siapa yang bilang begitu?",
        "siapa yang mengatakannya?", "dan siapa yang memperkirakan itu?", "siapa sumbernya?",
    ],
)  # fmt: skip
def test_who_says_so(question: str) -> None:
    assert asks_for_source(question)


@pytest.mark.parametrize(
    "question",
    [
        "who said the ferry was late?", "menurut siapa feri itu terlambat?", "who is he?", "siapa dia?", "and when?",
        "siapa yang mengatakan harga akan naik?", "what does the source of the river look like?", "",
    ],
)  # fmt: skip
def test_what_names_more_stands_on_its_own(question: str) -> None:
    assert not asks_for_source(question)
