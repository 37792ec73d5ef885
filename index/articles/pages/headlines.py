"""The headline of a web page, without the names of the outlet and of the section that pages put beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from index.text.characters import letters, one_line

_LONGEST = 300
_SEPARATOR = re.compile(r"\s*(?:\s[|–—·•»:_-]\s|[|｜_]|:\s)\s*")


def headline(page: Any, declared: str | None, story: Any = None) -> str | None:
    """The heading that one of the page's declared titles begins or ends with; else that title, without the outlet.

    A declared title that the page shows nowhere is the site's, and the heading over the story is the headline then.
    """
    titles = [title for title in (declared, _meta(page, "og:title"), _content(page.find(".//title"))) if title]
    headings = [text for heading in page.iter("h1", "h2", "h3") if 0 < len(text := _content(heading)) <= _LONGEST]
    outlets = {letters(name) for name in (_meta(page, "og:site_name"), _meta(page, "application-name")) if name}
    within = [
        (text, title) for title in titles for text in headings if _is_part(text, title) and letters(text) not in outlets
    ]
    if within:
        heading, title = max(within, key=lambda pair: len(pair[0]))
        return title if letters(heading) == letters(title) else heading
    first = next((text for heading in page.iter("h1") if (text := _content(heading))), None)
    if not titles:
        return first
    return _heading_over(page, story, titles) or _without_outlet(titles[0], outlets)


def shows_headline(page: Any) -> bool:
    """Whether a heading of the page is the title that it declares to others."""
    title = _meta(page, "og:title") or ""
    return any(_is_part(_content(heading), title) for heading in page.iter("h1", "h2") if _content(heading))


def _is_part(heading: str, title: str) -> bool:
    """Whether the title is the heading, or the heading and a shorter name beside it."""
    inner, whole = letters(heading), letters(title)
    return 2 * len(inner) >= len(whole) > 0 and (whole.startswith(inner) or whole.endswith(inner))


def _heading_over(page: Any, story: Any, titles: Sequence[str]) -> str | None:
    """The last heading before the story, on a page that shows none of its titles and has no h1."""
    body = page.find("body")
    if story is None or body is None or page.find(".//h1") is not None:
        return None
    shown = letters(_content(body))
    if any(letters(title) in shown for title in titles):
        return None
    over = None
    for element in body.iter():
        if element is story or (element.tag == "p" and over):
            return over
        if element.tag in {"h2", "h3"}:
            over = _content(element) or over
    return None


def _without_outlet(title: str, outlets: set[str]) -> str:
    for separator in _SEPARATOR.finditer(title):
        before, after = title[: separator.start()], title[separator.end() :]
        if letters(after) in outlets:
            return before
        if letters(before) in outlets:
            return after
    return title


def _meta(page: Any, name: str) -> str | None:
    found = page.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
    return one_line(found[0]) or None if found else None


def _content(element: Any) -> str:
    return one_line("".join(element.itertext())) if element is not None else ""
