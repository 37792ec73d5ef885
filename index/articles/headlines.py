"""The headline of a web page, without the names of the outlet and of the section that pages put beside it."""

from __future__ import annotations

import re
from typing import Any

from index.text.characters import one_line

_LONGEST = 300
_SEPARATOR = re.compile(r"\s*(?:\s[|–—·•»:_-]\s|[|｜_]|:\s)\s*")


def headline(page: Any, declared: str | None) -> str | None:
    """The heading that the page's declared titles begin or end with; else the declared title, without the outlet.

    A heading that is no part of any declared title may be the outlet's logo, or a shorter or longer wording.
    """
    titles = list(filter(None, [declared, _meta(page, "og:title"), _content(page.find(".//title"))]))
    headings = [text for heading in page.iter("h1", "h2", "h3") if 0 < len(text := _content(heading)) <= _LONGEST]
    first = next((text for heading in page.iter("h1") if (text := _content(heading))), None)
    outlets = {_letters(name) for name in (_meta(page, "og:site_name"), _meta(page, "application-name")) if name}
    for title in titles:
        within = [text for text in headings if _is_part(text, title) and _letters(text) not in outlets]
        best = max(within, key=lambda text: (text == first, len(text)), default=None)
        if best and (2 * len(best) >= len(title) or best == first):
            return best
    return _without_outlet(titles[0], outlets) if titles else first


def _is_part(heading: str, title: str) -> bool:
    """Whether the title is the heading, or the heading and a name beside it."""
    inner, whole = _letters(heading), _letters(title)
    return len(inner) * 3 > len(whole) and (whole.startswith(inner) or whole.endswith(inner))


def _without_outlet(title: str, outlets: set[str]) -> str:
    separators = list(_SEPARATOR.finditer(title))
    for separator in separators:
        if _letters(title[separator.end() :]) in outlets:
            return title[: separator.start()]
        if _letters(title[: separator.start()]) in outlets:
            return title[separator.end() :]
    return title


def _meta(page: Any, name: str) -> str | None:
    found = page.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
    return one_line(found[0]) or None if found else None


def _content(element: Any) -> str:
    return one_line("".join(element.itertext())) if element is not None else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
