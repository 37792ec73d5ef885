"""Of the paragraphs of a draft the story is kept, and its other lines tell about it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from index.articles.fields import day_of
from index.articles.lines import (
    Facts,
    facts_of_line,
    facts_of_top_line,
    is_end_mark,
    is_headline,
    is_read_also,
    is_section,
    is_sign_off,
)
from index.articles.releases import without_letterhead
from index.articles.types import Draft
from index.days.dates import date_in_story, dateline

_SENTENCE = 80
"""Characters from which a paragraph that ends like a sentence is surely told, not a headline or a label."""
_STORY = 120
"""Characters of a paragraph of the story. After two such (a caption, the lead) the head is over."""
_HEAD = 12
"""Paragraphs among which title, dateline and by-line are looked for."""
_BEHIND_MARK = 4
"""Last paragraphs, of which those behind an agency's end mark are about the agency."""
_EVENT = re.compile(r"\d{1,2} [^\W\d]+ \d{4} [—–-] \S")
"""What a calendar below the story says: a day, and what will be."""
_CAPTION = re.compile(
    r"(?:foto|ilustrasi|photo|file photo|picture)\b|.{0,1000}\((?:foto|sumber|dok|photo)\b", re.IGNORECASE
)


def story(draft: Draft) -> tuple[list[str], Facts]:
    """The paragraphs of a draft's story, and all that is known about it; no paragraphs where nothing is left.

    What the format declares goes before what the lines tell, and that before what is only likely.
    """
    draft = without_letterhead(draft)
    facts, paragraphs, beyond = draft.facts, list[str](), False
    end = _end_of_story(draft.paragraphs)
    for i, line in enumerate(draft.paragraphs):
        in_head = i < _HEAD and sum(len(paragraph) > _STORY for paragraph in paragraphs) < 2
        in_head = in_head and not (any(map(_is_sentence, paragraphs)) and _EVENT.match(line))
        line_facts = facts_of_top_line(line, facts.title) if in_head else facts_of_line(line, at_edge=i >= end)
        if line_facts is None and not (facts.title or paragraphs) and is_headline(line):
            line_facts = Facts(title=line)
        if line_facts is None and not beyond:
            paragraphs.append(line)
        elif line_facts and (in_head or i >= end):  # in the midst of a story, links and names are of other things
            facts = facts.or_else(line_facts)
        # Behind the story, a heading like TERBARU opens a list of other articles' headlines.
        beyond = beyond or (i >= end and bool(paragraphs) and is_section(line))
    if not paragraphs and facts.title and _is_whole_story(facts.title, draft):
        return [facts.title], replace(facts, title=None).or_else(draft.likely)
    paragraphs = _without_sign_off(paragraphs)
    published = facts.published or _date(paragraphs) or draft.likely.published or day_of(facts.updated)
    return paragraphs, replace(facts, published=published).or_else(draft.likely)


def _end_of_story(lines: list[str]) -> int:
    """The place behind the last line that is surely told; behind all of them if none is."""
    sentences = (i for i in range(len(lines) - 1, -1, -1) if _is_sentence(lines[i]))
    return next(sentences, len(lines) - 1) + 1


def _is_sentence(line: str) -> bool:
    ends_like_one = line.rstrip("”\"')]").endswith((".", "!", "?"))
    return ends_like_one and len(line) > _SENTENCE and not is_read_also(line)


def _is_whole_story(line: str, draft: Draft) -> bool:
    """Whether a single line is the story and not its title; the head of a page that is but a picture is neither."""
    return line != draft.facts.title and not (draft.likely.title and dateline(line))


def _without_sign_off(paragraphs: list[str]) -> list[str]:
    marks = (at for at in range(max(1, len(paragraphs) - _BEHIND_MARK), len(paragraphs)) if is_end_mark(paragraphs[at]))
    end = next(marks, len(paragraphs))
    while end and is_sign_off(paragraphs[end - 1]):
        end -= 1
    return paragraphs[:end]


def _date(paragraphs: list[str]) -> date | None:
    """The day where a story says of when it is; captions say of when a picture is."""
    return date_in_story([paragraph for paragraph in paragraphs[:_HEAD] if not _CAPTION.match(paragraph)])
