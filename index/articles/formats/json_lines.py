"""JSON Lines: an article in each line, read one after the other, however many there are."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, BinaryIO

from index.articles.errors import attempt
from index.articles.fields import NAMES, field_name, language_code, latest_stamp, name_of, spoken, web_address
from index.articles.formats.html import as_displayed, fragment_paragraphs
from index.articles.formats.plain_text import paragraphs
from index.articles.lines import Facts
from index.articles.opening import LARGEST, display_path, regular_file
from index.articles.types import ArticleFile, Draft
from index.days.dates import dateline
from index.days.zones import local_day
from index.text.characters import one_line
from index.types import LoadError, RefusedError

_SKIP = 1 << 20
_OTHER_DAY = re.compile(r"modif|updat|scrap|crawl|download|fetch|access|index|expir|ubah", re.IGNORECASE)
_ARTICLE = re.compile(r"article|posting|report", re.IGNORECASE)
_HTML = re.compile(
    r"</?(?:p|div|br|h[1-6]|[uo]l|li|blockquote|figure|figcaption|section|article|span|strong|em|b|i|a)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r" ?\[\+\d{1,9} chars\]\s*\Z")
"""What NewsAPI puts behind the "…" of a text of which it gives the beginning."""
_MILLISECONDS = 1e11
"""Of an epoch; as seconds, it would be in the year 5138."""


def read_json_lines(file: ArticleFile) -> Iterator[Draft | LoadError]:
    """The articles of a JSON Lines file as they are read, and an error for each line that is none.

    A field with a day that may be that of publication, and is not known as such, is named once.
    """
    named: set[str] = set()
    with regular_file(file.path) as stream:
        for number, line in numbered_lines(stream):
            place = f":{number}"
            draft = attempt(file, place, partial(_draft, line, place))
            yield draft
            for name in _unknown_days(line) if isinstance(draft, Draft) and not draft.facts.published else ():
                if name not in named:
                    named.add(name)
                    yield LoadError(
                        display_path(file.path) + place, f'its day is not known: "{name}" is no name for it'
                    )


def numbered_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Every line that is not blank, with its number; None for one of more than LARGEST bytes."""
    number = 0
    while line := file.readline(LARGEST + 1):
        number += 1
        if len(line) > LARGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(_SKIP)
            yield number, None
        elif line.removeprefix(codecs.BOM_UTF8).strip():
            yield number, line.removeprefix(codecs.BOM_UTF8)


def _draft(line: bytes | None, place: str) -> Draft:
    if line is None:
        raise RefusedError(f"larger than {LARGEST >> 20} MB")
    fields = {field_name(name): value for name, value in _article(named_fields(line)).items()}
    text = _text(*_first(fields, NAMES["text"]))
    if not text.strip():
        raise RefusedError('it has no "text"')
    url = _address(*_first(fields, NAMES["url"]))
    language = _string(fields, NAMES["language"])
    facts = Facts(
        title=one_line(_string(fields, NAMES["title"])) or None,
        published=_published(*_first(fields, NAMES["published"]), partial(spoken, language, text), url),
        author=_author(*_first(fields, NAMES["author"])),
        url=url,
        language=language_code(language),
        updated=latest_stamp(_first(fields, NAMES[name])[1] for name in ("published", "updated")),
        outlet=name_of(_first(fields, NAMES["outlet"])[1]),
    )
    lines = fragment_paragraphs(as_displayed(text)) if _HTML.search(text) else paragraphs(text)
    return Draft(lines, facts, place=place, id=_id(fields), source=text)


def named_fields(line: bytes) -> dict[str, Any]:
    """The fields of a JSON object, by their names in lower case; RefusedError where the line holds none."""
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise RefusedError("it is not UTF-8") from exc
    except (ValueError, RecursionError) as exc:
        raise RefusedError("it is not valid JSON") from exc
    if not isinstance(fields, dict):
        raise RefusedError("it is not a JSON object")
    return {name.casefold(): value for name, value in fields.items()}


def _article(fields: dict[str, Any]) -> dict[str, Any]:
    """The article among the objects of schema.org's "@graph"; the fields themselves where there is none."""
    graph = fields.get("@graph")
    objects = [each for each in graph if isinstance(each, dict)] if isinstance(graph, list) else []
    return next((each for each in objects if _ARTICLE.search(str(each.get("@type")))), fields)


def _first(fields: dict[str, Any], names: Iterable[str]) -> tuple[str, Any]:
    """The first of these fields that holds something, with its name."""
    return next(((name, fields[name]) for name in names if fields.get(name) not in (None, "")), ("", None))


def _string(fields: dict[str, Any], names: Iterable[str]) -> str:
    name, value = _first(fields, names)
    if not isinstance(value, str | None):
        raise RefusedError(f'its "{name}" is not a string')
    return value or ""


def _text(name: str, value: Any) -> str:
    """A text, or a list of its paragraphs."""
    paragraphs = value if isinstance(value, list) else [value or ""]
    if not all(isinstance(paragraph, str) for paragraph in paragraphs):
        raise RefusedError(f'its "{name}" is not a string')
    return _CUT_OFF.sub("", "\n\n".join(paragraphs))


def _address(name: str, value: Any) -> str | None:
    """An address; NewsAPI's "source" is no address but an outlet, and schema.org's page is an object with one."""
    if isinstance(value, dict) and name in ("source", "mainentityofpage"):
        value = value.get("@id")
    if not isinstance(value, str | None):
        raise RefusedError(f'its "{name}" is not a string')
    return web_address(one_line(value or ""))


def _unknown_days(line: bytes | None) -> list[str]:
    """The names of fields that hold a day, and are neither known as that of publication nor as another one."""
    fields = _article(json.loads(line or b"{}"))
    known = {name for names in NAMES.values() for name in names}
    return [
        name
        for name, value in fields.items()
        if isinstance(value, str) and dateline(value) and field_name(name) not in known and not _OTHER_DAY.search(name)
    ]


def _id(fields: dict[str, Any]) -> str:
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise RefusedError('its "id" is neither a string nor a number')
    return "" if value is None else str(value)


def _author(name: str, value: Any) -> str | None:
    """A name, an object with one, or a list of such."""
    names = [
        one.get("name") if isinstance(one, dict) else one for one in (value if isinstance(value, list) else [value])
    ]
    if not all(isinstance(one, str | None) for one in names):
        raise RefusedError(f'its "{name}" is not a string')
    return ", ".join(filter(None, (one_line(one or "") for one in names))) or None


def _published(name: str, value: Any, language: Callable[[], str | None], url: str | None) -> date | None:
    """The day of a date in any form, or of seconds or milliseconds since 1970."""
    if value is None:
        return None
    if isinstance(value, str):
        return local_day(value, language, url)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(f'its "{name}" is neither a string nor a number')
    try:
        moment = datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return local_day(moment.isoformat(), language, url)
