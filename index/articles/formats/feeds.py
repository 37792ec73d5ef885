"""RSS and Atom: an article in each entry of a feed."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from index.articles.errors import attempt
from index.articles.fields import language_code, latest_stamp, spoken, web_address
from index.articles.formats.html import as_displayed, fragment_paragraphs, without_tags
from index.articles.formats.plain_text import paragraphs
from index.articles.lines import Facts
from index.articles.opening import content, display_path
from index.articles.types import ArticleFile, Draft
from index.days.dates import first_date
from index.days.zones import local_day
from index.sandbox.parent import read_apart
from index.text.characters import one_line
from index.types import LoadError


def read_feed(file: ArticleFile) -> Iterator[Draft | LoadError]:
    """The entries of an RSS or Atom feed, an error for each that cannot be read, and one for all drafts."""
    entries = read_apart("index.sandbox.feed", content(file.path))
    stamps = [entry.get("published") or "" for entry in entries]
    for number, entry in enumerate(entries, 1):
        if "left_out" not in entry:
            place = f"#{number}"
            yield attempt(file, place, partial(_draft, entry, place, stamps))
    reasons = Counter(entry["left_out"] for entry in entries if "left_out" in entry)
    if reasons:
        listed = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        reason = f"{reasons.total():,} of its {len(entries):,} items are no published posts: {listed}"
        yield LoadError(display_path(file.path), reason)


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
        updated=latest_stamp([entry["published"], entry["updated"]]),
        outlet=one_line(entry["outlet"] or "") or None,
    )
    if entry["is_wordpress"]:
        text = as_displayed(_SHORTCODE.sub("", text))
    lines = _html_paragraphs(text) if entry["is_html"] else paragraphs(text)
    if lines and _FIRST_ON.fullmatch(lines[-1]):
        lines.pop()
    return Draft(lines, facts, place=place, id=entry["id"] or "", source=text)


def _html_paragraphs(text: str) -> list[str]:
    if re.search(r"<[a-zA-Z!/]", text):
        return fragment_paragraphs(text)
    return paragraphs(html.unescape(text))


# --- what WordPress makes of a post -----------------------------------------------------------------------------

_NAME = r"[a-z][\w-]{1,40}"
_SHORTCODE = re.compile(
    rf"\[/{_NAME}\]|\[{_NAME}(?:\s+[\w-]{{1,40}}=(?:\"[^\"<>\[\]]*\"|'[^'<>\[\]]*'|[\w-]+))+\s*/?\]"
    rf"|^[ \t]*\[{_NAME}[ \t]*/?\][ \t]*$",
    re.MULTILINE,
)
"""[caption id="…"] and [/caption], and [gallery] on a line of its own; "[sic]" stands within one."""
_FIRST_ON = re.compile(
    r"(?:The post|Artikel|Pos(?:tingan)?|Der Beitrag|La entrada|L[’'](?:article|articolo)|O post|Het bericht"
    r"|Сообщение)\s.{1,300}\s(?:appeared first on|pertama kali (?:tampil|muncul) (?:pada|di)|muncul pertama kali di"
    r"|erschien zuerst auf|(?:se publicó|aparece) primero en|est apparu en premier sur|proviene da"
    r"|apareceu primeiro em|verscheen eerst op|появил\w+ сначала на)\s.{1,100}"
)
"""What it puts behind each post of a feed."""
