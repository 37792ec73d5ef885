"""The formats that articles come in: each reader makes a Draft of a file's bytes."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from index.characters import decode, one_line, tidy
from index.cleaning import Draft, paragraphs
from index.dates import first_date
from index.lines import Facts

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_FRONT_MATTER = 16_384
"""Characters; a dozen lines are usual, and YAML's reader is slow and deep in what is long."""
LONGEST_MARKDOWN = 1_000_000
"""Characters; markup of nothing but brackets takes 10 µs each. What is longer is read as plain text."""
LARGEST_PAGE = 10_000
"""Elements; few articles have a third. What finds the main text takes the square of their number, so beyond it
the bare paragraphs are taken."""
SHORTEST_PAGE = 100
"""Characters; of a page that gives less, the bare paragraphs are tried as well."""

# --- plain text -------------------------------------------------------------------------------------------


def read_text(data: bytes) -> Draft:
    """The paragraphs of plain text."""
    return Draft(paragraphs(decode(data)))


# --- Markdown ---------------------------------------------------------------------------------------------

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(\s*[\w-]+[ \t]*:.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SIMPLE = re.compile(
    r"""(?:[A-Za-z][\w-]*:[ ](?:"[^"'\\\n]+"[ ]*|'[^"'\n]+'[ ]*|[\w(](?:[^:\#"'\n]|:(?=[^ \n]))*)\n)+""", re.VERBOSE
)
"""Lines of a name and a plain or quoted value, which mean the same to YAML as to the eye."""
_ENTRY = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)
_TAG = re.compile(r"<[^<>]*>")
NAMES = {
    "title": ("title", "judul", "headline"),
    "published": ("published", "date", "publish_date", "published_at", "pubdate", "tanggal"),
    "author": ("author", "authors", "penulis", "byline"),
    "url": ("url", "link", "canonical", "canonical_url", "source_url", "source"),
    "language": ("language", "lang", "bahasa"),
}
"""What people call the facts about an article."""


def read_markdown(data: bytes) -> Draft:
    """The paragraphs of Markdown, each list item and table row as one, and its front matter."""
    facts, body = _front_matter("\n".join(decode(data).splitlines()))
    if len(body) > LONGEST_MARKDOWN:
        return Draft(paragraphs(body), facts)
    found, heading = _markdown_paragraphs(body)
    return Draft(found, facts.or_else(Facts(title=heading)))


def _front_matter(text: str) -> tuple[Facts, str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return Facts(), text
    entries = _entries(found[1][:LONGEST_FRONT_MATTER])
    said = {name: _first_said(entries, keys) for name, keys in NAMES.items()}
    published = first_date(said["published"] or "")
    facts = Facts(said["title"], published, said["author"], web_address(said["url"]), language_code(said["language"]))
    return facts, text[found.end() :]


def _entries(block: str) -> dict[str, Any]:
    """What stands in a front matter; line by line if it is not YAML, as with a colon in a bare title."""
    simple = _SIMPLE.fullmatch(block)  # as nearly all are; YAML's own reader takes as long as all the rest together
    read = None if simple else _yaml(block)
    if not isinstance(read, dict):
        read = {name: value.strip("\"' ") for name, value in _ENTRY.findall(block)}
    return {str(name).casefold().replace("-", "_"): value for name, value in read.items()}


def _yaml(block: str) -> object:
    try:
        # Aliases can make a gigabyte of a kilobyte, and each bracket that stays open slows all that follows.
        if max(block.count("["), block.count("{")) > 64:
            raise yaml.YAMLError("brackets")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block, Loader=yaml.BaseLoader)):
            raise yaml.YAMLError("aliases")
        # Still safer than safe_load, which fails on a date like 2024-02-31 and takes `lang: no` for False:
        # BaseLoader makes nothing but strings, lists and dictionaries.
        read: object = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None
    return read


def _first_said(entries: dict[str, Any], keys: Iterable[str]) -> str | None:
    return next((said for said in (_said(entries.get(key)) for key in keys) if said), None)


def _said(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return one_line(value) or None if isinstance(value, str) else None


def _markdown_paragraphs(source: str) -> tuple[list[str], str | None]:
    """The paragraphs, and the first heading if it stands before all others."""
    from markdown_it import MarkdownIt

    found: list[str] = []
    heading = None
    row: list[str] | None = None
    item = before = ""
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        if token.type == "list_item_open":
            item = f"{token.info}. " if token.info else "- "
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            found.append(" | ".join(row or []))
            row = None
        elif token.type == "inline" and row is not None:
            row.append(one_line(_inline_text(token.children or [])))
        else:
            texts = [text for text in _block_texts(token) if text]
            if texts and not found and before == "h1":
                heading = texts[0]
            found.extend(item + text if i == 0 else text for i, text in enumerate(texts))
            item = "" if texts else item
        before = token.tag
    return found, heading


def _block_texts(token: Token) -> list[str]:
    text = ""
    if token.type == "inline":
        text = _inline_text(token.children or [])
    elif token.type in {"fence", "code_block"}:
        text = token.content
    elif token.type == "html_block":
        text = without_tags(token.content)
    return [line.strip() for line in tidy(text).split("\n")]


def _inline_text(children: Iterable[Token]) -> str:
    return "".join(map(_token_text, children))


def _token_text(token: Token) -> str:
    if token.type == "image":
        return _inline_text(token.children or [])
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak" or (token.type == "html_inline" and token.content.startswith("<br")):
        return "\n"
    return token.content if token.type in {"text", "code_inline", "text_special"} else ""


def without_tags(source: str) -> str:
    """The text of a piece of HTML."""
    if source.lstrip().lower().startswith(("<script", "<style")):
        return ""
    if source.lstrip().startswith("<!--"):
        source = source.partition("-->")[2]
    return html.unescape(_TAG.sub(" ", source))


# --- HTML -------------------------------------------------------------------------------------------------


_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_SAVED = re.compile(r"\s*(?:<!doctype[^>]{0,300}>\s*)?<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)


def read_html(data: bytes) -> Draft:
    """The main paragraphs of a web page, captions among them, and what the page says about itself."""
    declared = _DECLARED.search(data[:4096])
    source = decode(data, declared=declared[1].decode("ascii", "replace") if declared else None)
    page = _page(source)
    if page is None:
        return Draft([])
    language = language_code(page.get("lang") or page.get("xml:lang"))
    title = one_line(page.findtext(".//h1") or page.findtext(".//title") or "") or None
    found, facts = _story_of(page, source, with_facts=True)
    return Draft(found, facts.or_else(Facts(title=title, url=_saved_from(source), language=language)))


def fragment_paragraphs(source: str) -> list[str]:
    """The paragraphs of a piece of HTML that is an article's text and nothing else."""
    whole = f"<html><body><article>{source}</article></body></html>"
    page = _page(whole)
    return _story_of(page, whole, with_facts=False)[0] if page is not None else []


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


def _story_of(page: Any, source: str, *, with_facts: bool) -> tuple[list[str], Facts]:
    """The paragraphs of a page's story, and what trafilatura knows about it."""
    small = sum(1 for _ in page.iter()) <= LARGEST_PAGE
    found, facts = _main_text(page, with_facts=with_facts) if small else ([], Facts())
    if sum(map(len, found)) < SHORTEST_PAGE:
        found = max(found, list(_bare_paragraphs(_page(source))), key=lambda texts: sum(map(len, texts)))
    return found, facts


def _main_text(page: Any, *, with_facts: bool) -> tuple[list[str], Facts]:
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
    facts = Facts(title or None, first_date(document.date or ""), author or None, web_address(document.url))
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


# --- what formats declare ---------------------------------------------------------------------------------


def web_address(declared: str | None) -> str | None:
    """The address if it is one of the web; None for paths, scripts and names."""
    return declared if declared and re.fullmatch(r"https?://[^\s<>\"]{4,2000}", declared) else None


def language_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a declared language: "id" for "id-ID", and for "in", Indonesian's name of old."""
    found = re.match(r"[a-z]{2}(?![a-z])", (declared or "").strip().lower())
    code = found[0] if found else None
    return "id" if code == "in" else code
