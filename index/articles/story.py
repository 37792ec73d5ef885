"""Text becomes paragraphs, and of these the story is kept."""

from __future__ import annotations

import re
from dataclasses import replace

from index.articles.dates import date_in_story
from index.articles.lines import (
    Facts,
    is_headline,
    is_read_also,
    is_section,
    is_sign_off,
    told_at_top,
    told_by,
)
from index.articles.types import Draft

_SENTENCE = 80
"""Characters from which a paragraph that ends like a sentence is surely told, not a headline or a label."""
_STORY = 120
"""Characters of a paragraph of the story. After two such (a caption, the lead) the head is over."""
_HEAD = 12
"""Paragraphs among which title, dateline and by-line are looked for."""
_CAPTION = re.compile(
    r"(?:foto|ilustrasi|photo|file photo|picture)\b|.{0,1000}\((?:foto|sumber|dok|photo)\b", re.IGNORECASE
)


# --- the story ----------------------------------------------------------------------------------------------


def story(draft: Draft) -> Draft:
    """The draft without what is not the story, and with what its own lines tell about it.

    Gives no paragraphs where nothing is left. What the format declares goes before what the lines tell.
    """
    facts, kept, leaving = draft.facts, list[str](), False
    end = _end_of_story(draft.paragraphs)
    for i, line in enumerate(draft.paragraphs):
        in_head = i < _HEAD and sum(len(paragraph) > _STORY for paragraph in kept) < 2
        found = told_at_top(line, facts.title) if in_head else told_by(line, at_edge=i >= end)
        if found is None and not (facts.title or kept) and is_headline(line):
            found = Facts(title=line)
        if found is None and not leaving:
            kept.append(line)
        elif found and (in_head or i >= end):  # in the midst of a story, links and names are of other things
            facts = facts.or_else(found)
        # Behind the story, a heading like TERBARU opens a list of other articles' headlines.
        leaving = leaving or (i >= end and bool(kept) and is_section(line))
    if not kept and facts.title != draft.facts.title and facts.title:
        return Draft([facts.title], replace(facts, title=None))  # a single line is the story, not its title
    return _signed_off(kept, facts)


def _end_of_story(lines: list[str]) -> int:
    """The place behind the last line that is surely told; behind all of them if none is."""
    told = (i for i in range(len(lines) - 1, -1, -1) if _is_told(lines[i]))
    return next(told, len(lines) - 1) + 1


def _is_told(line: str) -> bool:
    ends_like_a_sentence = line.rstrip("”\"')]").endswith((".", "!", "?"))
    return ends_like_a_sentence and len(line) > _SENTENCE and not is_read_also(line)


def _signed_off(kept: list[str], facts: Facts) -> Draft:
    while kept and is_sign_off(kept[-1]):
        kept.pop()
    # Where a story says of when it is; captions say of when a picture is.
    opening = [paragraph for paragraph in kept[:4] if not _CAPTION.match(paragraph)][:3]
    return Draft(kept, facts if facts.published else replace(facts, published=date_in_story(opening)))
