"""Markdown: its front matter and its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from index.articles.fields import NAMES, field_name, language_code, latest_stamp, spoken, web_address
from index.articles.formats.html import without_tags
from index.articles.formats.plain_text import paragraphs
from index.articles.lines import Facts
from index.articles.opening import content
from index.articles.types import ArticleFile, Draft
from index.days.zones import local_day
from index.text.characters import decode, one_line, tidy

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_FRONT_MATTER = 16_384
"""Characters; a dozen lines are usual, and YAML's reader is slow and deep in what is long."""
LONGEST_MARKDOWN = 1_000_000
"""Characters; markup of nothing but brackets takes 10 µs each. What is longer is read as plain text."""

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(\s*[\w-]+[ \t]*:.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SIMPLE = re.compile(
    r"""(?:[A-Za-z][\w-]*:[ ](?:"[^"'\\\n]+"[ ]*|'[^"'\n]+'[ ]*|[\w(](?:[^:\#"'\n]|:(?=[^ \n]))*)\n)+""", re.VERBOSE
)
"""Lines of a name and a plain or quoted value, which mean the same to YAML as to the eye."""
_STRUCK = re.compile(r"<(?P<end>/?)(?:del|s|strike)\b", re.IGNORECASE)
_ENTRY = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)


def read_markdown(file: ArticleFile) -> Iterator[Draft]:
    """The paragraphs of Markdown, each list item and table row as one, and its front matter."""
    facts, body = _front_matter("\n".join(decode(content(file.path)).splitlines()))
    if len(body) > LONGEST_MARKDOWN:
        yield Draft(paragraphs(body), facts)
    else:
        lines, heading = _markdown_paragraphs(body)
        yield Draft(lines, facts.or_else(Facts(title=heading)))


# --- front matter -----------------------------------------------------------------------------------------------


def _front_matter(text: str) -> tuple[Facts, str]:
    """The facts in a front matter, and the text behind it."""
    matter = _FRONT_MATTER.match(text)
    if not matter:
        return Facts(), text
    entries = _entries(matter[1][:LONGEST_FRONT_MATTER])
    values = {name: _first_value(entries, keys) for name, keys in NAMES.items()}
    facts = Facts(
        title=values["title"],
        published=local_day(values["published"] or "", partial(spoken, values["language"], text), values["url"]),
        author=values["author"],
        url=web_address(values["url"]),
        language=language_code(values["language"]),
        updated=latest_stamp([values["published"], values["updated"]]),
        outlet=values["outlet"],
    )
    return facts, text[matter.end() :]


def _entries(block: str) -> dict[str, Any]:
    """What stands in a front matter; line by line if it is not YAML, as with a colon in a bare title."""
    simple = _SIMPLE.fullmatch(block)  # as nearly all are; YAML's own reader takes as long as all the rest together
    entries = None if simple else _yaml(block)
    if not isinstance(entries, dict):
        entries = {name: value.strip("\"' ") for name, value in _ENTRY.findall(block)}
    return {field_name(name): value for name, value in entries.items()}


def _yaml(block: str) -> object:
    try:
        # Aliases can make a gigabyte of a kilobyte, and each bracket that stays open slows all that follows.
        if max(block.count("["), block.count("{")) > 64:
            raise yaml.YAMLError("brackets")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block, Loader=yaml.BaseLoader)):
            raise yaml.YAMLError("aliases")
        # Still safer than safe_load, which fails on a date like 2024-02-31 and takes `lang: no` for False:
        # BaseLoader makes nothing but strings, lists and dictionaries.
        values: object = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None
    return values


def _first_value(entries: dict[str, Any], keys: Iterable[str]) -> str | None:
    return next(filter(None, (_line(entries.get(key)) for key in keys)), None)


def _line(value: object) -> str | None:
    """A value as one line: a text, a name, or several texts."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    return one_line(value) or None if isinstance(value, str) else None


# --- the body ---------------------------------------------------------------------------------------------------


def _markdown_paragraphs(source: str) -> tuple[list[str], str | None]:
    """The paragraphs, and the first heading if it stands before all others."""
    from markdown_it import MarkdownIt

    lines: list[str] = []
    heading = None
    row: list[str] | None = None
    item = before = ""
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source):
        if token.type == "list_item_open":
            item = f"{token.info}. " if token.info else "- "
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            lines.append(" | ".join(row or []))
            row = None
        elif token.type == "inline" and row is not None:
            row.append(one_line(_inline_text(token.children or [])))
        else:
            texts = [text for text in _block_texts(token) if text]
            if texts and not lines and before == "h1":
                heading = texts[0]
            lines.extend(item + text if i == 0 else text for i, text in enumerate(texts))
            item = "" if texts else item
        before = token.tag
    return lines, heading


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
    """The text of a line, without what is struck out in it."""
    pieces, struck = list[str](), 0
    for token in children:
        tag = _STRUCK.match(token.content) if token.type == "html_inline" else None
        struck += token.type == "s_open" or (tag is not None and not tag["end"])
        struck -= token.type == "s_close" or (tag is not None and bool(tag["end"]))
        pieces.append("" if struck > 0 else _token_text(token))
    return "".join(pieces)


def _token_text(token: Token) -> str:
    if token.type == "image":
        return _inline_text(token.children or [])
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak" or (token.type == "html_inline" and token.content.startswith("<br")):
        return "\n"
    return token.content if token.type in {"text", "code_inline", "text_special"} else ""
