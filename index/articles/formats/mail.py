"""E-mails that were saved, with which press releases come: their headers and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.articles.formats.html import fragment_paragraphs
from index.articles.formats.plain_text import paragraphs
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.types import ArticleFile, Draft
from index.days.dates import first_date
from index.sandbox.parent import read_apart
from index.text.characters import decode, one_line

_MOST_FORWARDED = 3
_HEADERS = re.compile(r"\s*(?:[A-Za-z][\w-]{1,40}:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*){3,60}")
_FROM = re.compile(r"^(?:From|Dari):", re.MULTILINE | re.IGNORECASE)
_SUBJECT = re.compile(r"^(?:Subject|Perihal|Subjek):", re.MULTILINE | re.IGNORECASE)
_FORWARDED = re.compile(
    r"\s*-*\s*(?:(?:begin )?forwarded message|original message|pesan (?:terusan|asli|yang diteruskan))\b[\s:-]*\n",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:(?:re|fwd?|fw|bls|trs)\s?:\s?)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?\n", re.MULTILINE)


def read_mail(file: ArticleFile) -> Iterator[Draft]:
    """The paragraphs of an e-mail, its subject and its day."""
    yield _mail_draft(content(file.path))


def read_text(file: ArticleFile) -> Iterator[Draft]:
    """The paragraphs of plain text, which may be an e-mail that was saved as such."""
    text = decode(content(file.path))
    yield _mail_draft(text.encode("utf-8", "replace")) if _is_mail(text) else Draft(paragraphs(text))


def _is_mail(text: str) -> bool:
    """Whether a text begins with the headers of an e-mail."""
    headers = _HEADERS.match(text[:16_384])
    return headers is not None and bool(_FROM.search(headers[0]) and _SUBJECT.search(headers[0]))


def _mail_draft(data: bytes, forwarded: int = 0) -> Draft:
    """The draft of an e-mail; of one that was forwarded, of what it forwards."""
    mail = read_apart("index.sandbox.mail", data.lstrip())
    text = mail["text"].replace("\r\n", "\n")
    marker = _FORWARDED.match(text)
    below = text[marker.end() :] if marker else text
    if not mail["is_html"] and forwarded < _MOST_FORWARDED and _is_mail(below):
        return _mail_draft(below.encode(), forwarded + 1)
    facts = Facts(title=_ANSWER.sub("", one_line(mail["title"]), 1) or None, published=first_date(mail["published"]))
    lines = fragment_paragraphs(text) if mail["is_html"] else paragraphs(_SIGNATURE.split(text, 1)[0])
    return Draft(lines, facts, likely=Facts(author=one_line(mail["author"]) or None))
