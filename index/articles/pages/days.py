"""The days that a web page tells: in what it declares, beside its headline, and in its address."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any

from index.articles.lines import Facts
from index.days.dates import LONGEST_DATELINE, Dateline, believable, dateline, first_date, labelled_day
from index.days.zones import is_local, local_day
from index.text.characters import letters, one_line

_OF_CHANGE = re.compile(r"modif|updat|edit|revis|last", re.IGNORECASE)
_OF_PUBLICATION = re.compile(r"publi(?:sh|c)|pub[-_]?(?:date|time)|issued|posted|release[-_]?date", re.IGNORECASE)
_OF_SOME_DAY = re.compile(
    r"(?:dc\.|dcterms\.|sailthru\.|og:|article:)?(?:date|created?)(?:\.created|[-_]?created?|created?)?|.*createdate|ptime",
    re.IGNORECASE,
)
_STORIES = re.compile(r"article|posting|report|webpage|review", re.IGNORECASE)
_IN_BROKEN_DATA = re.compile(r'"(datePublished|dateModified)"\s*:\s*"([^"]+)"')
_FIRST = re.compile(
    r"first (?:published|posted)|originally published|pertama kali|zuerst veröffentlicht|erstveröffentlich"
    r"|première publication|primera publicación|por primera vez|pela primeira vez",
    re.IGNORECASE,
)
_PARTS = ("@graph", "mainEntity", "mainEntityOfPage")
_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)(?:([/-])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=/|$)"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{6})?(?=[/-]|$))"
)
_ARCHIVE = re.compile(r".*/web/\d{8,14}[a-z_]*/(?=https?:)")


@dataclass(slots=True)
class PageDays:
    """What a page says of its days, still as it stands there."""

    published: list[str] = field(default_factory=list)
    """Stamps that the page declares as those of publication."""
    some: list[str] = field(default_factory=list)
    """Stamps of which it does not say what they are."""
    updated: list[str] = field(default_factory=list)
    """Those of changes."""
    beside_headline: list[tuple[str, Dateline]] = field(default_factory=list)
    """The lines that tell a day there."""

    def facts(self, language: Callable[[], str | None], address: str | None) -> Facts:
        """The day of publication, or that of a change, by the clocks of the place where the page appeared.

        `language` is only asked where a stamp in UTC makes it matter.
        """
        hints = [*self.published, *(line for line, _ in self.beside_headline), *self.some, *self.updated]
        day = partial(local_day, language=language, address=address, beside=hints)
        shown = [(line, found.day) for line, found in self.beside_headline if not found.is_update]
        # What stands first may be the last update's day, where another is named as that of first publication.
        seen = next((day for line, day in shown if _FIRST.search(line)), shown[0][1] if shown else None)
        published = self._declared(seen, day) or seen or _first(map(day, self.some))
        if published:
            return Facts(published=published)
        changes = (found.day for _, found in self.beside_headline if found.is_update)
        return Facts(updated=_first(chain(changes, map(day, self.updated))))

    def _declared(self, seen: date | None, day: Callable[[str], date | None]) -> date | None:
        stamp = next(filter(first_date, self.published), "")
        declared = first_date(stamp)
        # The day that readers see is by their clocks; by which a stamp is, may be unknown.
        if declared and seen and not is_local(stamp) and abs(seen - declared) <= timedelta(days=1):
            return seen
        return day(stamp)


def _first(days: Iterable[date | None]) -> date | None:
    return next(filter(None, days), None)


def page_days(page: Any) -> PageDays:
    """All that the page says of its days; where a stamp tells it for sure, what else stands there is left alone."""
    days = PageDays()
    for name, stamp in _declared(page):
        _sort_in(days, name, stamp)
    if is_local(next(filter(first_date, days.published), "")):
        return days
    headline = _headline(page)
    for name, stamp in _linked_data(page, headline):
        _sort_in(days, name, stamp)
    if not is_local(next(filter(first_date, days.published), "")):
        for line in _beside(page, headline):
            _add_line(days, line)
    return days


def day_in_address(address: str | None) -> date | None:
    """The day of an address like "/2024/05/28/a-story"; none of a number that only stands behind a month."""
    found = _IN_ADDRESS.search(_ARCHIVE.sub("", address or ""))
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    except ValueError:
        return None
    return day if believable(day) else None


def _sort_in(days: PageDays, name: str, stamp: str) -> None:
    if _OF_PUBLICATION.search(name) and (not _OF_CHANGE.search(name) or "publish" in name.lower()):
        days.published.append(stamp)
    elif _OF_CHANGE.search(name):
        days.updated.append(stamp)
    elif _OF_SOME_DAY.fullmatch(name):
        days.some.append(stamp)


# --- what it declares -------------------------------------------------------------------------------------------


def _declared(page: Any) -> Iterator[tuple[str, str]]:
    for meta in page.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield name.strip(), (meta.get("content") or "").strip()
    for element in page.xpath("//*[@itemprop='datePublished' or @itemprop='dateModified'][not(self::meta)]"):
        if not any(map(_is_elsewhere, element.iterancestors())):
            yield element.get("itemprop"), element.get("content") or element.get("datetime") or ""


def _linked_data(page: Any, headline: Any) -> Iterator[tuple[str, str]]:
    """The days of the page's own story among those that schema.org's JSON describes."""
    stories = [story for script in page.iter("script") for story in _stories(script)]
    title = _letters(headline)
    own = [story for story in stories if title and letters(str(story.get("headline"))) == title]
    for story in [*own, *stories][:1]:
        for name in ("datePublished", "dateModified", "dateCreated"):
            yield name, str(story.get(name) or "").strip()


def _stories(script: Any) -> list[dict[str, Any]]:
    """What is an article in a script; what is one above all before what is only a page."""
    if "ld+json" not in (script.get("type") or "").lower():
        return []
    try:
        whole = json.loads((script.text or "").strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):  # as where a template puts a headline with quotation marks into it
        told = dict(reversed(_IN_BROKEN_DATA.findall(script.text or "")))
        return [told] if "datePublished" in told else []
    found = [each for each in _objects(whole) if each.get("datePublished") and _STORIES.search(str(each.get("@type")))]
    return sorted(found, key=lambda each: "WebPage" in str(each.get("@type")))


def _objects(whole: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(whole, list):
        for each in whole:
            yield from _objects(each, depth + 1) if depth < 5 else ()
    elif isinstance(whole, dict):
        yield whole
        for part in _PARTS:
            yield from _objects(whole.get(part), depth + 1) if depth < 5 else ()


# --- beside the headline ----------------------------------------------------------------------------------------

_HEADINGS = ("h1", "h2", "h3", "h4")
_CALLED_HEADINGS = f"//*[{' or '.join(f'self::{tag}' for tag in _HEADINGS)} or contains(@class, 'title')]"
_LINES = frozenset(
    """
    address article aside blockquote body br dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header
    hr li main nav ol p pre section summary table tbody td th tr ul
""".split()
)
_NO_TEXT = frozenset(
    "script style noscript template nav aside form select iframe svg button marquee footer head".split()
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|komentar|related|terkait|sidebar|popul[ae]r|terpopuler|terkini|terbaru|latest|recommend\w*"
    r"|rekomendasi|trending|ticker|toolbar|widget-area|calendar|agenda|events?|wm-ipp\S*|most|next|archive)(?:$|[\s_-])",
    re.IGNORECASE,
)
_OF_OTHERS = frozenset(["article", "h3", "h4", "h5"])
"""What begins another story, or a box, once this one has begun."""
_BEFORE = 3
"""Lines before the headline in which the day is looked for."""
_STORY_BEGUN = 400
"""Characters of paragraphs behind the headline, after which no day is that of the page."""
_PARAGRAPH = 80


@dataclass(slots=True)
class _Line:
    """A line of the page as readers see it."""

    element: Any
    """In which it begins."""
    pieces: list[str] = field(default_factory=list)
    times: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.pieces)

    def add(self, text: str) -> None:
        if text := one_line(text):
            self.pieces.append(text)


def _headline(page: Any) -> Any:
    """The element that holds the page's headline: that which says what the page is called, else the first heading."""
    titles = [*page.xpath("//meta[@property='og:title']/@content"), page.findtext(".//title") or ""]
    called = "\0".join(map(letters, titles))
    headings = [each for each in page.xpath(_CALLED_HEADINGS) if "logo" not in (each.get("class") or "")]
    own = [(len(heading), -i) for i, each in enumerate(headings) if (heading := _letters(each)) and heading in called]
    if own:  # the longest: an outlet's name is a part of the title as well
        return headings[-max(own)[1]]
    named = page.xpath("//*[@itemprop='headline'][not(self::meta)]")
    first = (each for tag in _HEADINGS for each in headings if each.tag == tag and not _is_aside(each))
    return next(chain(named, first), None)


def _is_aside(heading: Any) -> bool:
    return any(map(_is_elsewhere, [heading, *heading.iterancestors()]))


def _beside(page: Any, headline: Any) -> list[_Line]:
    """The lines around the headline, those behind it first."""
    if headline is None:
        return []
    before: deque[_Line] = deque(maxlen=_BEFORE)
    above: list[_Line] = []
    within: list[_Line] = []
    is_behind, story = False, 0
    around = {headline, *headline.iterancestors()}
    for line in _lines(page, headline, around):
        is_behind = is_behind or line.element is headline
        if story > _STORY_BEGUN or (story and line.element.tag in _OF_OTHERS):
            break
        (before if not is_behind else within if story else above).append(line)
        story += len(line.text) if is_behind and len(line.text) > _PARAGRAPH else 0
    return above + [line for line in reversed(before) if _stands_with(line.element, around)] + within


def _stands_with(element: Any, around: set[Any]) -> bool:
    """Whether an element and the headline share a part of the page that is not the page as a whole."""
    common = next((each for each in element.iterancestors() if each in around), None)
    return common is not None and common.tag not in ("body", "html") and common.find(".//nav") is None


def _lines(page: Any, headline: Any, around: set[Any]) -> Iterator[_Line]:
    """The page's lines in their order, without those of other parts than the story's; an empty one for the headline."""
    from lxml import etree

    line = _Line(page)
    walk = etree.iterwalk(page, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        is_start = event == "start"
        if element.tag in _LINES or element is headline:
            if line.pieces:
                yield line
            line = _Line(element if is_start else element.getparent())
        if is_start and element is headline:
            yield _Line(headline)
            walk.skip_subtree()
        elif is_start and element not in around and _is_elsewhere(element) and _told_in(element) <= _told_in(page) / 2:
            walk.skip_subtree()
        elif text := (element.text if is_start else element.tail):
            line.add(text)
        if is_start and element.tag == "time":
            line.times.append(element)


def _told_in(element: Any) -> int:
    """How much is told in a part of the page; what holds most of the story is the story, whatever its name."""
    return sum(len(text) for paragraph in element.iter("p") for text in paragraph.itertext())


def _is_elsewhere(element: Any) -> bool:
    if element.tag in _NO_TEXT:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(names.strip()) and bool(_ELSEWHERE.search(names))


def _add_line(days: PageDays, line: _Line) -> None:
    found = dateline(line.text)
    if found is None and len(line.text) <= LONGEST_DATELINE and any(map(dateline, line.pieces)):
        found = labelled_day(line.text)  # what stands beside it is another thing, like a button
    if found:
        days.beside_headline.append((line.text, found))
    for time in line.times:
        names = f"{time.get('class') or ''} {line.text if len(line.pieces) < 3 else ''}"
        is_change = _OF_CHANGE.search(names) and not _OF_PUBLICATION.search(names)
        (days.updated if is_change else days.some).append(time.get("datetime") or "")


def _letters(element: Any) -> str:
    return letters(" ".join(element.itertext())) if element is not None else ""
