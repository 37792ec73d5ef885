"""Documents that are set for paper, PDF and Word: what their text and their properties say together."""

from __future__ import annotations

import re
from typing import Any

from index.articles.dates import first_date
from index.articles.fields import language_code
from index.articles.lines import Facts
from index.articles.story import story
from index.articles.types import Draft
from index.sandbox.parent import LIMITS, Limits, read_apart
from index.text.characters import one_line

_TOP = 12
"""Paragraphs among which a title stands."""
_NO_TITLE = re.compile(
    r"(?:untitled|tanpa judul|(?:word )?document|dokumen)[ \d]*|microsoft (?:word|powerpoint)\b.*"
    r"|.*\.(?:docx?|rtf|odt|pdf|indd|qxd|pptx?|tmp|html?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r".*(?:\d|@|\b(?:user|pengguna|unknown|admin\w*|office|author|owner)\b).*", re.IGNORECASE)


def read_pdf(data: bytes, limits: Limits = LIMITS) -> Draft:
    """The paragraphs of a PDF's text layer, without running heads, and what is known about it."""
    return _draft(read_apart("index.sandbox.pdf", data, limits))


def read_docx(data: bytes, limits: Limits = LIMITS) -> Draft:
    """The paragraphs of a Word document, each row of a table as one, and what is known about it."""
    return _draft(read_apart("index.sandbox.docx", data, limits))


def _draft(found: dict[str, Any]) -> Draft:
    lines = [line for line in map(one_line, found["paragraphs"]) if line]
    title = _title(found, lines)
    told = story(Draft(lines, Facts(title=title, language=language_code(found.get("language"))))).facts
    return Draft(lines, told.or_else(_likely(found)))


def _title(found: dict[str, Any], lines: list[str]) -> str | None:
    """The title of the properties if it stands in the text as well, else what is set like a headline."""
    declared, heading = one_line(found.get("title") or ""), one_line(found.get("heading") or "")
    if declared and declared.casefold() in map(str.casefold, lines[:_TOP]):
        return declared
    return heading or None


def _likely(found: dict[str, Any]) -> Facts:
    """What holds where the text does not say: programs fill in properties that nobody looks at.

    The day a document was made on is left alone: often that is when somebody kept it, and not its publication.
    """
    title, author = one_line(found.get("title") or ""), one_line(found.get("author") or "")
    days = map(first_date, found.get("margins", ()))
    return Facts(
        title=None if _NO_TITLE.fullmatch(title) else title or None,
        published=next(filter(None, days), None),
        author=None if _NO_AUTHOR.fullmatch(author) or " " not in author else author,
    )
