"""The element that holds the story, whatever it is called, so shown that trafilatura finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from index.articles.lines import facts_of_line
from index.articles.pages.elements import (
    HEADINGS,
    SENTENCE_END,
    Element,
    Weights,
    drop,
    is_block,
    text_of,
    width,
)
from index.days.dates import dateline, first_date
from index.text.characters import letters

_STANDFIRST = 30
_CLOCK = re.compile(r"\d{1,2}[.:h]\d{2}\b")


def story_block(page: Element, weights: Weights) -> Element:
    """The smallest element that holds the story's paragraphs, all of them if they stand in several of one kind."""
    block = page
    while True:
        held = [child for child in block if child in weights]
        heaviest = max(held, key=weights.__getitem__, default=None)
        if heaviest is None or heaviest.tag == "p" or weights[heaviest] < 0.6 * weights[block]:
            return block
        if weights[heaviest] < 0.9 * weights[block] and any(
            _alike(heaviest, other) for other in held if other is not heaviest
        ):
            return block
        block = heaviest


def _alike(element: Element, other: Element) -> bool:
    names = [one.get("class") or one.get("id") or "" for one in (element, other)]
    return other.tag == "p" or (other.tag == element.tag and (not all(names) or names[0] == names[1]))


def show_story(page: Element, block: Element, weights: Weights, captions: list[Element]) -> None:
    """Let trafilatura find the story: nothing that holds most of it may bear a name that it throws away."""
    if block.tag in {"body", "html"}:
        return
    holders = [element for element in (block, *block.iterancestors()) if element.tag not in {"body", "html"}]
    unlucky = [element for element in holders if _is_unlucky(element)]
    for element in unlucky:
        _unname(element)
        element.tag = "div"
    _rename_paragraphs(block, weights)
    taken = _let_be_found(page, block, weights, surely=bool(unlucky))
    _drop_lists_of_stories(block)
    _move_into(taken, page, captions)


def _drop_lists_of_stories(block: Element) -> None:
    """Drop the lists behind the story whose items have headings."""
    for behind in block.xpath("following::*[self::ul or self::ol][.//h2 or .//h3 or .//h4 or .//h5]"):
        drop(behind)


def _is_unlucky(element: Element) -> bool:
    """Whether trafilatura leaves out an element of that kind or of that name, whatever it holds."""
    if element.tag not in {"main", "article", "div", "section", "span", "center"}:
        return True
    return _is_thrown_away(element.tag, element.get("class"), element.get("id"))


def _rename_paragraphs(block: Element, weights: Weights) -> None:
    """A name that most of a story's own paragraphs bear says nothing against them."""
    for element in [element for element in block.iterdescendants() if element in weights]:
        if _is_thrown_away(element.tag, element.get("class"), element.get("id")):
            alike = [sibling for sibling in element.getparent() if sibling.get("class") == element.get("class")]
            if sum(weights.get(sibling, 0) for sibling in alike) > weights[block] / 2:
                for sibling in alike:
                    _unname(sibling)


def _unname(element: Element) -> None:
    for name in ("class", "id", "role", "itemprop"):
        element.attrib.pop(name, None)


def _let_be_found(page: Element, block: Element, weights: Weights, *, surely: bool) -> Element:
    """Have the element that trafilatura takes hold the story; gives the smaller one of that and the story's block."""
    if surely:
        block.set("class", "article-body")
    while (taken := _taken_by_name(page)) is not None:
        if weights.get(taken, 0) >= weights[block] / 2:
            return taken if block in taken.iterancestors() else block
        _unname(taken)
        taken.tag = "div"
    block.set("class", "article-body")
    return block


def _taken_by_name(page: Element) -> Element | None:
    from trafilatura.xpaths import BODY_XPATH

    return next((found for expression in BODY_XPATH for found in expression(page)[:1]), None)


@cache
def _is_thrown_away(tag: str, name: str | None, id_: str | None) -> bool:
    """Whether trafilatura leaves out an element of that name, whatever it holds."""
    from lxml.html import fragment_fromstring
    from trafilatura.xpaths import OVERALL_DISCARD_XPATH, REMOVE_COMMENTS_XPATH, TEASER_DISCARD_XPATH

    if not name and not id_:
        return False
    holder = fragment_fromstring("<div></div>")
    holder.append(holder.makeelement(tag, {key: value for key, value in (("class", name), ("id", id_)) if value}))
    expressions = (*OVERALL_DISCARD_XPATH, *REMOVE_COMMENTS_XPATH, *TEASER_DISCARD_XPATH)
    return any(expression(holder) for expression in expressions)


def _move_into(block: Element, page: Element, captions: list[Element]) -> None:
    """Put what stands between headline and story, a standfirst and captions, at the story's head."""
    heading = page.find(".//h1")
    if heading is None:
        heading = block.getprevious() if block.getprevious() is not None else block
    between = list(_between(heading, block))
    above = [caption for caption in captions if caption in between]
    if (standfirst := _standfirst(page, [element for element in between if element not in above])) is not None:
        above.insert(0, standfirst)
    for element in reversed(above):
        paragraph = block.makeelement("p")
        paragraph.text = _line_of(element)
        drop(element)
        block.insert(0, paragraph)


def _line_of(element: Element) -> str:
    """Its text, where a line break or the end of a sentence divides two words that are not divided otherwise."""
    for line_break in element.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return re.sub(r"(?<=[.!?…])(?=\()", " ", text_of(element))


def _between(heading: Element, block: Element) -> Iterator[Element]:
    """The elements behind a heading and before a block, in their order."""
    behind = False
    for element in block.getroottree().iter():
        if element is block:
            return
        if behind and heading not in element.iterancestors() and element not in block.iterancestors():
            yield element
        behind = behind or element is heading


def _standfirst(page: Element, between: list[Element]) -> Element | None:
    """Of the blocks below the headline the one that tells the story in brief."""
    titles = page.xpath("//title/text() | //meta[@property='og:title']/@content")
    descriptions = page.xpath("//meta[@name='description' or @property='og:description']/@content")
    blocks = [one for one in between if one.tag in {"p", "div", *HEADINGS} and not any(map(is_block, one))]
    lines = [(block, text) for block in blocks if (text := text_of(block))][:4]
    for place, (block, text) in enumerate(lines):
        if any(letters(text) in letters(title) for title in titles):
            continue  # the headline itself, below a logo
        if letters(text) in set(map(letters, descriptions)) or _tells_in_brief(block, text, is_first=place == 0):
            return block
    return None


def _tells_in_brief(block: Element, text: str, *, is_first: bool) -> bool:
    ends = bool(SENTENCE_END.search(text))
    if width(text) < _STANDFIRST or not (ends or is_first) or (not ends and first_date(text)):
        return False
    linked = sum(len(text_of(link)) for link in block.iter("a", "button"))
    tells_facts = _CLOCK.search(text) or dateline(text) or facts_of_line(text, at_edge=True)
    return linked < len(text) / 3 and not tells_facts
