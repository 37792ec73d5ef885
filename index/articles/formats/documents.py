"""Documents that are set for paper, PDF and Word: what their text and their properties say together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.articles.fields import language_code
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.types import ArticleFile, Draft
from index.days.dates import dateline, first_date
from index.sandbox.parent import LIMITS, Limits, read_apart
from index.text.characters import one_line

_TOP = 12
"""Paragraphs among which title and dateline stand."""
_NO_TITLE = re.compile(
    r"(?:untitled|tanpa judul|(?:word )?document|dokumen)[ \d]*|microsoft (?:word|powerpoint)\b.*"
    r"|.*\.(?:docx?|rtf|odt|pdf|indd|qxd|pptx?|tmp|html?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r".*(?:\d|@|\b(?:user|pengguna|unknown|admin\w*|office|author|owner)\b).*", re.IGNORECASE)


def read_pdf(file: ArticleFile, limits: Limits = LIMITS) -> Iterator[Draft]:
    """The paragraphs of a PDF's text layer, without running heads, and what is known about it."""
    yield _draft(read_apart("index.sandbox.pdf", content(file.path), limits))


def read_docx(file: ArticleFile, limits: Limits = LIMITS) -> Iterator[Draft]:
    """The paragraphs of a Word document, each row of a table as one, and what is known about it."""
    yield _draft(read_apart("index.sandbox.docx", content(file.path), limits))


def _draft(document: dict[str, Any]) -> Draft:
    lines = [line for line in map(one_line, document["paragraphs"]) if line]
    facts = Facts(title=_title(document, lines), language=language_code(document.get("language")))
    return Draft(lines, facts, likely=_likely(document, lines))


def _title(document: dict[str, Any], lines: list[str]) -> str | None:
    """The title of the properties if it stands in the text as well, else what is set like a headline."""
    declared, heading = one_line(document.get("title") or ""), one_line(document.get("heading") or "")
    if declared and declared.casefold() in map(str.casefold, lines[:_TOP]):
        return declared
    return heading or None


def _likely(document: dict[str, Any], lines: list[str]) -> Facts:
    """What holds where the text does not say: programs fill in properties that nobody looks at.

    The day a document was made on is left alone: often that is when somebody kept it, and not its publication.
    """
    title, author = one_line(document.get("title") or ""), one_line(document.get("author") or "")
    # Of a single page the head is no margin, and "Suara Teluk, 3 Mei 2024" may have been taken for a headline.
    heads = [*document.get("margins", ()), *filter(dateline, lines[:_TOP])]
    return Facts(
        title=None if _NO_TITLE.fullmatch(title) else title or None,
        published=next(filter(None, map(first_date, heads)), None),
        author=None if _NO_AUTHOR.fullmatch(author) or " " not in author else author,
    )
