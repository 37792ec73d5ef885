"""Web pages: their main paragraphs, captions among them, and what they say about themselves."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import Any

from index.articles.fields import language_code, latest_stamp, spoken, web_address
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.pages.crowds import without_crowds
from index.articles.pages.days import day_in_address, page_days
from index.articles.pages.elements import text_of
from index.articles.pages.headlines import headline, shows_headline
from index.articles.pages.tree import drop_unseen, prepare
from index.articles.pages.walls import refuse_error, refuse_wall
from index.articles.types import ArticleFile, Draft
from index.text.characters import decode, one_line
from index.types import RefusedError

LARGEST_PAGE = 10_000
"""Elements; few articles have a third. What finds the main text takes the square of their number, so beyond it
the bare paragraphs are taken."""
SHORTEST_PAGE = 100
"""Characters; of a page that gives less, the bare paragraphs are tried as well."""

_TAG = re.compile(r"<[^<>]*>")
_BLOCK_TAG = re.compile(
    r"<(?:!--|/?(?:p|div|[uo]l|li|h[1-6]|table|tbody|tr|t[dh]|blockquote|fig\w+|section|pre)\b)", re.IGNORECASE
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_SAVED = re.compile(r"\s*(?:<!doctype[^>]{0,300}>\s*)?<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)

_META = frozenset(
    [
        "article:published_time",
        "article:modified_time",
        "og:updated_time",
        "datepublished",
        "datemodified",
        "last-modified",
    ]
)
"""What pages call it in their heads."""


def read_html(file: ArticleFile) -> Iterator[Draft]:
    """The main paragraphs of a web page, captions among them, and what the page says about itself."""
    data = content(file.path)
    charset = _DECLARED.search(data[:4096])
    source = decode(data, declared=charset[1].decode("ascii", "replace") if charset else None)
    page = _page(source)
    if page is None:
        raise RefusedError("it holds no story")
    declared_language = page.get("lang") or page.get("xml:lang")
    days, declared, stamp = page_days(page), _declared_facts(page), _stamp(page)
    shown = [*map(text_of, page.iter("h1")), one_line(page.findtext(".//title") or "")]
    paragraphs, story = _main_text(page, declared.title)
    title = headline(page, declared.title, story)
    lines = paragraphs or list(_bare_lines(page))
    refuse_error(lines, [title or "", *shown])
    refuse_wall(lines, title, source, shows_title=shows_headline(page))
    likely = Facts(title=title, url=_saved_from(source), language=language_code(declared_language), updated=stamp)
    facts = replace(declared, title=None).or_else(likely)
    facts = facts.or_else(days.facts(partial(spoken, declared_language, "\n".join(paragraphs)), facts.url))
    yield Draft(paragraphs, facts, likely=Facts(published=day_in_address(facts.url)))


def fragment_paragraphs(source: str) -> list[str]:
    """The paragraphs of a piece of HTML that is an article's text and nothing else."""
    page = _page(f"<html><body><article>{source}</article></body></html>")
    return _main_text(page, None)[0] if page is not None else []


def as_displayed(source: str) -> str:
    """The HTML of a text as it is displayed where blank lines part paragraphs, too, as in WordPress."""
    blocks = re.split(r"\n\s*\n", source.replace("\r\n", "\n"))
    return "\n\n".join(
        block if _BLOCK_TAG.search(block) else f"<p>{block.strip().replace(chr(10), '<br>')}</p>" for block in blocks
    )


def without_tags(source: str) -> str:
    """The text of a piece of HTML."""
    if source.lstrip().lower().startswith(("<script", "<style")):
        return ""
    if source.lstrip().startswith("<!--"):
        source = source.partition("-->")[2]
    return html.unescape(_TAG.sub(" ", source))


def _stamp(page: Any) -> date | None:
    """The latest stamp in the head of a web page."""
    names = "@property | @name | @itemprop"
    return latest_stamp(
        meta.get("content") for meta in page.iter("meta") if any(name.lower() in _META for name in meta.xpath(names))
    )


def _saved_from(source: str) -> str | None:
    """The address that browsers write into the pages that they save."""
    saved = _SAVED.match(source)
    return web_address(saved[1].replace("%2D%2D", "--")) if saved else None  # a comment may hold no "--"


def _page(source: str) -> Any:
    """The page's root element; None where there is none."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(without_crowds(source).encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None


def _main_text(page: Any, title: str | None) -> tuple[list[str], Any]:
    """The paragraphs of a page's main text, and the element that holds them; the page's tree is changed."""
    story, paragraphs = None, list[str]()
    if _is_small(page):
        story = prepare(page, title)
        paragraphs = _extracted_text(page)
    else:
        drop_unseen(page)
    if _length(paragraphs) < SHORTEST_PAGE:
        paragraphs = max(paragraphs, list(_bare_paragraphs(page)), key=_length)
    return paragraphs, story


def _is_small(page: Any) -> bool:
    return bool(page.xpath("count(//*)") <= LARGEST_PAGE)


def _length(paragraphs: list[str]) -> int:
    return sum(map(len, paragraphs))


# --- by trafilatura ---------------------------------------------------------------------------------------------


def _declared_facts(page: Any) -> Facts:
    """What trafilatura knows about a page but its day, which `page_days` tells more rightly."""
    import trafilatura

    if not _is_small(page):
        return Facts()
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    # It looks for a day all the same; without the extensive search that costs less.
    document = trafilatura.extract_metadata(page, date_config={"extensive_search": False, "original_date": True})
    title, author = one_line(document.title or ""), one_line(document.author or "").replace("; ", ", ")
    outlet = one_line(document.sitename or "")
    return Facts(title or None, author=author or None, url=web_address(document.url), outlet=outlet or None)


def _extracted_text(page: Any) -> list[str]:
    import trafilatura

    # It reports each page without a text as an error of its own; here that is an ordinary result.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = trafilatura.bare_extraction(page, options=_extraction())
    return [] if document is None or isinstance(document, dict) else list(_page_lines(document.text or ""))


@cache
def _extraction() -> Any:
    from trafilatura.settings import Extractor, use_config

    config = use_config()
    # Of a page with less it takes all the words there are, as one paragraph; the bare paragraphs are better.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(SHORTEST_PAGE))
    # Fast: where the story is, it is shown by now; there is nothing to compare other extractions for.
    return Extractor(config=config, output_format="python", comments=False, fast=True)


def _page_lines(text: str) -> Iterator[str]:
    for line in map(one_line, text.split("\n")):
        if line.startswith("|") and line.endswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            line = "" if all(set(cell) <= set("-:") for cell in cells) else one_line(" | ".join(cells))  # noqa: PLW2901
        if line:
            yield line


# --- without it -------------------------------------------------------------------------------------------------

_AROUND = frozenset(["head", "nav", "header", "footer", "aside", "form", "script", "style", "noscript", "template"])
_BLOCKS = frozenset(["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "section", "article", "figcaption"])
_OUTSIDE = " or ".join(f"ancestor::{tag}" for tag in sorted(_AROUND | {"p", "figcaption"}))


def _bare_paragraphs(page: Any) -> Iterator[str]:
    """Paragraphs as they stand, without those of menus, forms and feet; the page's lines if it marks few as such."""
    elements = page.xpath(f"//p[not({_OUTSIDE})] | //figcaption[not({_OUTSIDE})]")
    marked = [one_line(_bare_text(element)) for element in elements]
    lines = list(_bare_lines(page))
    yield from filter(None, marked if _length(marked) > _length(lines) / 2 else lines)


def _bare_lines(page: Any) -> Iterator[str]:
    return filter(None, (one_line(line) for line in _bare_text(page).split("\n")))


def _bare_text(root: Any) -> str:
    """The text below an element, with a line break around each block; the tree stays as it is."""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag in _AROUND:
            walk.skip_subtree()
        elif event == "start":
            pieces += ["\n" if element.tag in _BLOCKS else "", element.text or ""]
        elif element is not root:
            pieces += ["\n" if element.tag in _BLOCKS else "", element.tail or ""]
    return "".join(pieces)
