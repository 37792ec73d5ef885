"""The entries of a live blog, each of which tells of its own day and time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

from index.days.dates import dateline, first_date

Element = Any

_LONGEST_STAMP = 70
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[.:]\d{2}(?!\d)(?:\s?[ap]\.?m\b\.?)?(?:\s[A-Z]{2,4}\b)?", re.IGNORECASE)
_ENTRY = re.compile(rf"(?:\A|\n\n)([^\n]{{8,{_LONGEST_STAMP}}}?): (?=\S)")
_STAMPS = ("time", "span", "div", "p", "b", "strong", "small", "h3", "h4", "h5")


def keep_times(page: Element, weights: dict[Element, int]) -> None:
    """Put the time of each entry before its first paragraph, on a page that is made of entries."""
    order = {element: place for place, element in enumerate(page.iter())}
    paragraphs = [element for element in weights if element.tag == "p"]
    paragraphs.sort(key=order.__getitem__)
    if not paragraphs:
        return
    for stamps in _stamps(page).values():
        if _are_articles([element for element, _ in stamps]):
            continue
        places = [order[element] for element, _ in stamps] + [len(order)]
        entries = [[one for one in paragraphs if start < order[one] < end] for start, end in pairwise(places)]
        told = sum(weights[one] for entry in entries for one in entry)
        if sum(map(bool, entries)) >= 2 and told >= sum(weights[one] for one in paragraphs) / 2:
            for (element, stamp), entry in zip(stamps, entries, strict=True):
                if entry:
                    _put_before(stamp, entry[0])
                    element.drop_tree()


def _are_articles(stamps: list[Element]) -> bool:
    """Whether these are the days of whole articles, one below the other: such have headlines of their own."""
    above = Counter(element for stamp in stamps for element in stamp.iterancestors())
    own = (element for stamp in stamps for element in stamp.iterancestors() if above[element] == 1)
    return any(element.find(".//h1") is not None for element in own)


def _put_before(stamp: str, paragraph: Element) -> None:
    paragraph.text = f"{stamp}: {(paragraph.text or '').lstrip()}"
    for above in paragraph.iterancestors("li", "ol", "ul"):  # an item of a list would become one line
        above.tag = "div"


def entry_day(text: str, place: int) -> date | None:
    """The day of the entry of a live blog that stands at a place of an article's text; None outside of entries."""
    days = [found[0] for match in _ENTRY.finditer(text) if match.start() <= place and (found := dateline(match[1]))]
    return days[-1] if days else None


def has_entries(text: str) -> bool:
    """Whether an article's text is, or holds, the entries of a live blog."""
    return any(_CLOCK.search(match[1]) and dateline(match[1]) for match in _ENTRY.finditer(text))


def _stamps(page: Element) -> dict[tuple[str | None, ...], list[tuple[Element, str]]]:
    """The elements that are nothing but a day and a time, in order, by their kind."""
    stamps: dict[tuple[str | None, ...], list[tuple[Element, str]]] = defaultdict(list)
    within = set[Element]()
    for element in page.iter(*_STAMPS):
        if element in within or not (stamp := _stamp(element)):
            continue
        within.update(element.iter())
        above = element.getparent()
        stamps[element.tag, element.get("class"), above.tag, above.get("class")].append((element, stamp))
    return stamps


def _stamp(element: Element) -> str | None:
    text = " ".join("".join(element.itertext()).split())
    declared = element.get("datetime") or ""
    if len(text) > _LONGEST_STAMP or not (_CLOCK.search(text) or (declared and text)):
        return None
    if dateline(text):
        return text
    if element.tag != "time" or not first_date(declared):
        return None
    clocks = _CLOCK.findall(text) or [declared[11:16]]
    return f"{declared[:10]} {clocks[-1]}".rstrip()
