"""RSS and Atom: every entry of a feed is an item."""

from __future__ import annotations

from typing import Any

from index.articles.dates import first_date
from index.articles.fields import language_code, web_address
from index.articles.html import without_tags
from index.articles.json_lines import Item
from index.articles.lines import Facts
from index.sandbox.parent import read_apart
from index.text.characters import one_line


def read_feed(data: bytes) -> list[Item]:
    """The entries of an RSS or Atom feed."""
    return [_entry(said, f"#{number}") for number, said in enumerate(read_apart("index.sandbox.feed", data), 1)]


def _entry(said: dict[str, Any], place: str) -> Item:
    title, author = said["title"] or "", one_line(said["author"] or "")
    facts = Facts(
        title=one_line(without_tags(title) if said["title_is_html"] else title) or None,
        # As it is written there, and not as it is in Greenwich: a paper that appears at midnight knows its day.
        published=first_date(said["published"] or "") or first_date(said["day"] or ""),
        author=author or None,
        url=web_address(one_line(said["link"] or "")),
        language=language_code(said["language"]),
    )
    return Item(place, said["id"] or "", facts, said["text"] or "", said["is_html"])
