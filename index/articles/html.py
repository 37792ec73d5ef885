"""Web pages: their main paragraphs, captions among them, and what they say about themselves."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from index.articles.fields import language_code, spoken, web_address
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.page_days import day_in_address, page_days
from index.articles.types import ArticleFile, Draft
from index.text.characters import decode, one_line
from index.types import RefusedError

LARGEST_PAGE = 10_000
"""Elements; few articles have a third. What finds the main text takes the square of their number, so beyond it
the bare paragraphs are taken."""
SHORTEST_PAGE = 100
"""Characters; of a page that gives less, the bare paragraphs are tried as well."""

_TAG = re.compile(r"<[^<>]*>")
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_SAVED = re.compile(r"\s*(?:<!doctype[^>]{0,300}>\s*)?<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)


def read_html(file: ArticleFile) -> Iterator[Draft]:
    """The main paragraphs of a web page, captions among them, and what the page says about itself."""
    data = content(file.path)
    charset = _DECLARED.search(data[:4096])
    source = decode(data, declared=charset[1].decode("ascii", "replace") if charset else None)
    page = _page(source)
    if page is None:
        raise RefusedError("it holds no story")
    declared = page.get("lang") or page.get("xml:lang")
    language = language_code(declared)
    title = one_line(page.findtext(".//h1") or page.findtext(".//title") or "") or None
    days = page_days(page)
    paragraphs, facts = _main_text(page, source, with_facts=True)
    facts = facts.or_else(Facts(title=title, url=_saved_from(source), language=language))
    facts = facts.or_else(days.facts(partial(spoken, declared, "\n".join(paragraphs)), facts.url))
    yield Draft(paragraphs, facts, likely=Facts(published=day_in_address(facts.url)))


def fragment_paragraphs(source: str) -> list[str]:
    """The paragraphs of a piece of HTML that is an article's text and nothing else."""
    whole = f"<html><body><article>{source}</article></body></html>"
    page = _page(whole)
    return _main_text(page, whole, with_facts=False)[0] if page is not None else []


def without_tags(source: str) -> str:
    """The text of a piece of HTML."""
    if source.lstrip().lower().startswith(("<script", "<style")):
        return ""
    if source.lstrip().startswith("<!--"):
        source = source.partition("-->")[2]
    return html.unescape(_TAG.sub(" ", source))


def _saved_from(source: str) -> str | None:
    """The address that browsers write into the pages that they save."""
    saved = _SAVED.match(source)
    return web_address(saved[1].replace("%2D%2D", "--")) if saved else None  # a comment may hold no "--"


def _page(source: str) -> Any:
    """The page's root element; None where there is none."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    try:
        return document_fromstring(source.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    except etree.ParserError:
        return None


def _main_text(page: Any, source: str, *, with_facts: bool) -> tuple[list[str], Facts]:
    """The paragraphs of a page's main text, and what trafilatura knows about it."""
    small = sum(1 for _ in page.iter()) <= LARGEST_PAGE
    paragraphs, facts = _extracted_text(page, with_facts=with_facts) if small else ([], Facts())
    if sum(map(len, paragraphs)) < SHORTEST_PAGE:
        paragraphs = max(paragraphs, list(_bare_paragraphs(_page(source))), key=lambda texts: sum(map(len, texts)))
    return paragraphs, facts


# --- by trafilatura ---------------------------------------------------------------------------------------------


def _extracted_text(page: Any, *, with_facts: bool) -> tuple[list[str], Facts]:
    import trafilatura

    # It reports each page without a text as an error of its own; here that is an ordinary result.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    _keep_captions(page)
    # Without the extensive search: it would take any day named in the story for the day of publication.
    dates = {"extensive_search": False, "original_date": True}
    document = trafilatura.bare_extraction(
        page, with_metadata=with_facts, include_comments=False, date_extraction_params=dates, config=_extraction()
    )
    if document is None or isinstance(document, dict):
        return [], Facts()
    title, author = one_line(document.title or ""), one_line(document.author or "").replace("; ", ", ")
    facts = Facts(title=title or None, author=author or None, url=web_address(document.url))
    return list(_page_lines(document.text or "")), facts


@cache
def _extraction() -> Any:
    from trafilatura.settings import use_config

    config = use_config()
    # Of a page with less it takes all the words there are, as one paragraph; the bare paragraphs are better.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(SHORTEST_PAGE))
    return config


def _keep_captions(page: Any) -> None:
    """Make paragraphs of captions: trafilatura leaves out figures, and whatever calls itself a caption."""
    for element in list(page.iter("figure", "figcaption")):
        element.tag = "div" if element.tag == "figure" else "p"
    for element in page.xpath("//*[contains(@class, 'caption')]"):
        del element.attrib["class"]


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
    lines = [one_line(line) for line in _bare_text(page).split("\n")]
    yield from filter(None, marked if sum(map(len, marked)) > sum(map(len, lines)) / 2 else lines)


def _bare_text(root: Any) -> str:
    """The text below an element, with a line break around each block; the tree stays as it is."""
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start" and element.tag in _AROUND:
            walk.skip_subtree()
        elif event == "start":
            pieces += ["\n" if element.tag in _BLOCKS else "", element.text or ""]
        elif element is not root:
            pieces += ["\n" if element.tag in _BLOCKS else "", element.tail or ""]
    return "".join(pieces)
