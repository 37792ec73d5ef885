"""Markdown: its front matter and its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import yaml

from index.articles.dates import first_date
from index.articles.lines import Facts
from index.articles.plain_text import paragraphs
from index.articles.types import Draft
from index.text.characters import decode, one_line, tidy

if TYPE_CHECKING:
    from markdown_it.token import Token
from index.articles.fields import NAMES, language_code, web_address
from index.articles.html import without_tags

LONGEST_FRONT_MATTER = 16_384
"""Characters; a dozen lines are usual, and YAML's reader is slow and deep in what is long."""
LONGEST_MARKDOWN = 1_000_000
"""Characters; markup of nothing but brackets takes 10 µs each. What is longer is read as plain text."""


_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(\s*[\w-]+[ \t]*:.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SIMPLE = re.compile(
    r"""(?:[A-Za-z][\w-]*:[ ](?:"[^"'\\\n]+"[ ]*|'[^"'\n]+'[ ]*|[\w(](?:[^:\#"'\n]|:(?=[^ \n]))*)\n)+""", re.VERBOSE
)
"""Lines of a name and a plain or quoted value, which mean the same to YAML as to the eye."""
_ENTRY = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)


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
