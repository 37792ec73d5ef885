"""The entries of an RSS or Atom feed. Imported only where it may crash: see index/sandbox/parent.py."""

from __future__ import annotations

from io import BytesIO
from time import struct_time
from typing import Any

import feedparser

from index.types import RefusedError

_NO_ARTICLES = frozenset(["page", "attachment", "nav_menu_item", "revision", "custom_css", "oembed_cache"])
"""What a WordPress export holds beside posts; whatever else it names is a kind of post that a site made up."""


def read(data: bytes) -> list[dict[str, object]]:
    """What the feed says of each entry, its title and text still as they stand there; of a draft only that it is one.

    An export of WordPress or Blogger is a feed as well, and holds what nobody was meant to read, or not yet.
    """
    # Neither cleaned nor with its links made whole: only the words are taken, and that is done elsewhere.
    feed = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version:
        raise RefusedError("it is no RSS or Atom feed")
    if not feed.entries:
        raise RefusedError("the feed has no entries")
    language, outlet = feed.feed.get("language"), feed.feed.get("title")
    left_out = map(_left_out, feed.entries)
    return [
        {"left_out": reason} if reason else _entry(entry, language, outlet)
        for entry, reason in zip(feed.entries, left_out, strict=True)
    ]


def _left_out(entry: Any) -> str | None:
    """Why an entry is not for readers, in a word; None for what is."""
    kind, status = entry.get("wp_post_type") or "post", entry.get("wp_status") or "publish"
    if kind in _NO_ARTICLES or kind.startswith(("wp_", "customize_")):
        return str(kind)
    if status != "publish":
        return "scheduled" if status == "future" else str(status)
    if entry.get("wp_post_password"):
        return "password"
    return "draft" if entry.get("app_draft") == "yes" else None


def _entry(entry: Any, language: str | None, outlet: str | None) -> dict[str, object]:
    bodies = [*entry.get("content", ()), *filter(None, [entry.get("summary_detail")])]
    body: Any = max(bodies, key=lambda each: len(each.get("value") or ""), default={})
    title = entry.get("title_detail") or {}
    return {
        "id": entry.get("id"),
        "link": entry.get("link"),
        "title": title.get("value"),
        "title_is_html": _is_html(title),
        "text": body.get("value"),
        "is_html": _is_html(body),
        "is_wordpress": "wp_post_type" in entry,
        "author": (entry.get("author_detail") or {}).get("name") or entry.get("author"),
        "updated": entry.get("updated"),
        "outlet": outlet,
        # WordPress exports have the day by the site's own clock beside that in UTC.
        "published": entry.get("wp_post_date") or entry.get("published") or entry.get("updated"),
        "day": _day(entry.get("published_parsed") or entry.get("updated_parsed")),
        "language": body.get("language") or language,
    }


def _is_html(detail: Any) -> bool:
    return str(detail.get("type")) != "text/plain"


def _day(moment: struct_time | None) -> str | None:
    return f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}" if moment else None
