"""Paragraphs of a web page that are not marked as such: bare text between blocks, and captions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from index.articles.pages.elements import PARAGRAPH, SENTENCE_END, Element, is_block, text_of, width

_HOLDERS = frozenset(["body", "div", "section", "article", "main", "center", "span", "font"])
"""What may hold bare text between its blocks."""
_APART = frozenset(
    ["nav", "header", "footer", "aside", "form", "script", "style", "noscript", "template", "button", "head"]
)
_WITHOUT_STOPS = re.compile(r"[\u0e00-\u0eff]$")


def mark_bare_paragraphs(page: Element) -> list[Element]:
    """Make paragraphs of the sentences that stand between blocks, or between two line breaks, and give these."""
    marked: list[Element] = []
    told_like = set[tuple[Element, str]]()
    short: list[tuple[Element, list[_Run]]] = []
    for holder in [element for element in page.iter(*_HOLDERS) if not _is_apart(element)]:
        runs = list(_runs(holder))
        if any(run.is_told() for run in runs):
            told_like.add((holder.getparent(), holder.get("class") or ""))
            marked += _wrap(runs)
        elif runs and len(holder.getparent() if holder.getparent() is not None else holder) > 1:
            short.append((holder, runs))
    for holder, runs in short:  # a brief line of a dialogue, among others that are longer
        if (holder.getparent(), holder.get("class") or "") in told_like and len(runs) == 1 and len(holder) == 0:
            marked += _wrap(runs)
    return marked


class _Run:
    """Text and elements of a line that follow each other in a block."""

    def __init__(self, holder: Element, before: Element | None) -> None:
        self.holder, self.before, self.elements = holder, before, list[Element]()

    @property
    def first_text(self) -> str:
        return (self.holder.text if self.before is None else self.before.tail) or ""

    def text(self) -> str:
        return " ".join((self.first_text + "".join(map(_with_tail, self.elements))).split())

    def is_told(self) -> bool:
        text = self.text()
        unlinked = len(text) - sum(len(text_of(link)) for element in self.elements for link in element.iter("a"))
        return width(text) >= PARAGRAPH and unlinked > len(text) / 3 and _ends_sentence(text)

    def wrap(self) -> Element:
        paragraph = self.holder.makeelement("p")
        paragraph.text = self.first_text
        if self.before is None:
            self.holder.text = None
            self.holder.insert(0, paragraph)
        else:
            self.before.tail = None
            self.before.addnext(paragraph)
        paragraph.extend(self.elements)
        return paragraph


def _ends_sentence(text: str) -> bool:
    return bool(SENTENCE_END.search(text) or _WITHOUT_STOPS.search(text))


def _wrap(runs: Iterable[_Run]) -> list[Element]:
    return [run.wrap() for run in runs if any(map(str.isalnum, run.text()))]


def _runs(holder: Element) -> Iterator[_Run]:
    """The lines between the blocks of an element; a single line break does not end one."""
    run = _Run(holder, None)
    children = list(holder)
    for i, child in enumerate(children):
        if is_block(child) or _ends_line(child, children[i + 1 : i + 2]):
            if run.text():
                yield run
            run = _Run(holder, child)
        else:
            run.elements.append(child)
    if run.text():
        yield run


def _ends_line(element: Element, following: list[Element]) -> bool:
    """Whether it is the first or the last of several line breaks."""
    before = element.getprevious()
    doubled = (following and not (element.tail or "").strip() and following[0].tag == "br") or (
        before is not None and before.tag == "br" and not (before.tail or "").strip()
    )
    return bool(element.tag == "br" and doubled)


def _is_apart(element: Element) -> bool:
    return any(above.tag in _APART for above in element.iterancestors())


def _with_tail(element: Element) -> str:
    return "".join(element.itertext()) + (element.tail or "")


def keep_captions(page: Element) -> list[Element]:
    """Make paragraphs of captions: trafilatura leaves out figures, and whatever calls itself a caption."""
    captions = list(page.iter("figcaption"))
    for element in page.xpath("//*[contains(@class, 'caption')]"):
        del element.attrib["class"]
        if not any(below in captions for below in element.iter()) and not any(
            above in captions for above in element.iterancestors()
        ):
            captions.append(element)
    for element in list(page.iter("figure", "figcaption")):
        element.tag = "div" if element.tag == "figure" or element.find(".//p") is not None else "p"
    return captions
