"""What is told about an answer's days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from made_answers import asking, finding

from bot.answers.telling import tell

BEFORE = "Rakit bambu itu berangkat pada Senin malam."
NEWER = "Rakit bambu itu tiba pada Senin malam."
ENTRIES = f"{BEFORE}\n\nSelasa, 11 Juni 2024 09.15 WIB: Syahbandar memberi kabar. {NEWER}"


def gloss(text: str, sentence: str) -> str | None:
    found = finding("Senin", text=sentence, published=date(2024, 6, 3))
    return tell(replace(found, passage=replace(found.passage, text=text)), asking("When did the raft arrive?")).gloss


@pytest.mark.parametrize(
    ("text", "sentence", "expected"),
    [
        (NEWER, NEWER, "Monday, 3 June 2024"),  # the article's day
        (ENTRIES, NEWER, "Monday, 10 June 2024"),  # before the entry's
        (ENTRIES, BEFORE, "Monday"),  # of an entry whose day is not in the passage
    ],
)
def test_a_weekday_in_a_live_blog_counts_from_its_entry(text: str, sentence: str, expected: str) -> None:
    assert gloss(text, sentence) == expected
