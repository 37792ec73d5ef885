"""RSS and Atom: an article in each entry of a feed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from index.articles.errors import attempt
from index.articles.fields import language_code, spoken, web_address
from index.articles.html import fragment_paragraphs, without_tags
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.plain_text import paragraphs
from index.articles.types import ArticleFile, Draft
from index.days.dates import first_date
from index.days.zones import local_day
from index.sandbox.parent import read_apart
from index.text.characters import one_line
from index.types import LoadError


def read_feed(file: ArticleFile) -> Iterator[Draft | LoadError]:
    """The entries of an RSS or Atom feed, and an error for each that cannot be read."""
    entries = read_apart("index.sandbox.feed", content(file.path))
    stamps = [entry["published"] or "" for entry in entries]
    for number, entry in enumerate(entries, 1):
        place = f"#{number}"
        yield attempt(file, place, partial(_draft, entry, place, stamps))


def _draft(entry: dict[str, Any], place: str, stamps: list[str]) -> Draft:
    """The draft of an entry; `stamps` are those of all entries, which may tell by which clocks the feed is dated."""
    title, text = entry["title"] or "", entry["text"] or ""
    url = web_address(one_line(entry["link"] or ""))
    language = partial(spoken, entry["language"], without_tags(text))
    facts = Facts(
        title=one_line(without_tags(title) if entry["title_is_html"] else title) or None,
        # By its own clocks, and not by Greenwich's: a paper that appears at midnight knows its day.
        published=local_day(entry["published"] or "", language, url, stamps) or first_date(entry["day"] or ""),
        author=one_line(entry["author"] or "") or None,
        url=url,
        language=language_code(entry["language"]),
    )
    lines = _html_paragraphs(text) if entry["is_html"] else paragraphs(text)
    return Draft(lines, facts, place=place, id=entry["id"] or "", source=text)


def _html_paragraphs(text: str) -> list[str]:
    if re.search(r"<[a-zA-Z!/]", text):
        return fragment_paragraphs(text)
    return paragraphs(html.unescape(text))
