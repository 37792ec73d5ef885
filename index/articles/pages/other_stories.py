"""Boxes, headlines and lists on a web page that lead to other stories."""

from __future__ import annotations

from index.articles.lines import facts_of_line, is_read_also, is_read_also_label
from index.articles.pages.elements import (
    HEADINGS,
    PARAGRAPH,
    SENTENCE_END,
    Element,
    Weights,
    drop,
    is_block,
    text_of,
    width,
)
from index.articles.pages.story import story_block
from index.days.dates import dateline
from index.text.characters import letters

_PARTS = (*HEADINGS, "p", "li", "div", "span", "strong", "b", "em", "i", "td", "header", "a", "table", "ul")
_LABEL = 60
_CARD = 300
"""Characters of paragraphs; a longer block below a linked heading is a part of the story."""


def drop_other_stories(page: Element, weights: Weights, title: str | None) -> bool:
    """Drop headlines that are links, with what they are over, and in the story boxes that open with a label.

    Gives whether there were any.
    """
    own_title, dropped = letters(title or ""), False
    for element in [*page.iter(*HEADINGS, "p", "strong"), *story_block(page, weights).iterdescendants(*_PARTS)]:
        raw = "".join(element.itertext())
        text = " ".join(raw.split()) if len(raw) <= 2 * _CARD else ""
        if not text or len(text) > _CARD or not (len(text) <= _LABEL or element.find(".//a") is not None):
            continue
        if element.getroottree().getroot() is not page or (own_title and letters(text) in own_title):
            continue  # it went with a box, or it is the page's own headline
        unwanted = _other_story(element, text, weights)
        dropped |= unwanted is not None
        if unwanted is not None:
            drop(unwanted)
    return dropped


def _other_story(element: Element, text: str, weights: Weights) -> Element | None:
    """What has to go because of an element with this text, if anything."""
    if len(text) <= _LABEL and is_read_also_label(text):
        box = _box(element, text, weights)
        if text_of(box) == text:
            _drop_list_below(box)
        return box
    if element.tag in {"strong", "b", "em", "i", "span"}:
        return element if is_read_also(text) and element.find(".//a") is not None else None
    if element.tag in {"table", "ul"}:
        return element if _is_menu(element, text) else None
    if element.tag == "a" or not _is_only_a_link(element, text):
        return None
    if len(text) > 2 * PARAGRAPH and SENTENCE_END.search(text):
        for link in list(element.iter("a")):
            link.drop_tag()  # a sentence that is told, of which trafilatura would see the link alone
        return None
    return _card(element, text, weights) if element.tag in HEADINGS else element


def _drop_list_below(label: Element) -> None:
    """Drop the list or the links that follow a label which has no box of its own."""
    while not _text(label.tail) and (following := label.getnext()) is not None and _is_list_of_links(following):
        drop(following)
        if following.tag in {"ul", "ol"}:
            return


def _text(text: str | None) -> str:
    return (text or "").strip()


def _box(inner: Element, opening: str, weights: Weights) -> Element:
    """The largest element that opens with these words and is no greater part of the page."""
    box, most = inner, max(weights.values()) * 0.4
    for above in inner.iterancestors():
        if above.tag in {"body", "html", "main"} or weights.get(above, 0) > most or above.find(".//h1") is not None:
            break
        if not text_of(above).startswith(opening):
            break
        box = above
    return box


def _card(heading: Element, text: str, weights: Weights) -> Element:
    card = _box(heading, text, weights)
    return card if weights.get(card, 0) <= _CARD else heading


def _is_menu(element: Element, text: str) -> bool:
    """Whether it is nothing but links, and they are several."""
    links = list(element.iter("a"))
    return len(links) >= 3 and len(letters(" ".join(map(text_of, links)))) > 0.9 * len(letters(text))


def _is_list_of_links(element: Element) -> bool:
    if element.tag in {"ul", "ol", "table"} or element.tag in HEADINGS or element.tag == "a":
        return True
    text = text_of(element)
    if element.tag in {"div", "section", "aside", "blockquote"} and any(element.iter(*HEADINGS)):
        return width(text) <= _CARD
    return _is_only_a_link(element, text)


def _is_only_a_link(element: Element, text: str) -> bool:
    """Whether a block is a headline that leads elsewhere, but for a label before it."""
    links = list(element.iter("a"))
    if not links or any(is_block(child) for child in element):
        return False
    linked = " ".join(text_of(link) for link in links)
    others = text.replace(linked, "", 1) if len(links) == 1 else ""
    if len(links) > 1 and len(linked) < len(text) - 2 * len(links):
        return False
    if letters(others) and not (len(others) <= _LABEL and others.rstrip(" \"'“”").endswith((":", "|", "»", ">", "："))):
        return False
    is_headline = width(linked) >= 20 and (len(linked.split()) >= 4 or width(linked) > len(linked))
    return is_headline and "://" not in linked and not facts_of_line(text, at_edge=True) and not dateline(text)
