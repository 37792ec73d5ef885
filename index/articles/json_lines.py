"""Files that hold many articles: JSON Lines, read line by line, and the feeds of RSS and Atom."""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, NamedTuple

from index.articles.dates import believable, first_date
from index.articles.fields import NAMES, language_code, web_address
from index.articles.html import fragment_paragraphs
from index.articles.lines import Facts
from index.articles.opening import LARGEST
from index.articles.plain_text import paragraphs
from index.articles.types import Draft
from index.text.characters import one_line
from index.types import LoadError, RefusedError


class Item(NamedTuple):
    """One article of a file, its text still as it stands there."""

    place: str
    """Where it stands, behind the path of its file: ":7" for a line, "#7" for an entry."""
    id: str
    """Its own, or nothing."""
    facts: Facts
    text: str
    is_html: bool = False

    def draft(self) -> Draft:
        """Its paragraphs and its facts."""
        return Draft(_html_paragraphs(self.text) if self.is_html else paragraphs(self.text), self.facts)


def _html_paragraphs(text: str) -> list[str]:
    if re.search(r"<[a-zA-Z!/]", text):
        return fragment_paragraphs(text)
    return paragraphs(html.unescape(text))


_TEXT = ("text", "content", "body")
_SKIP = 1 << 20
_MILLISECONDS = 1e11
"""Of an epoch; as seconds, it would be in the year 5138."""


def read_lines(file: BinaryIO, path: str) -> Iterator[Item | LoadError]:
    """The articles of a JSON Lines file as they are read, and an error for each line that is none."""
    for number, line in numbered_lines(file):
        place = f":{number}"
        try:
            found: Item | LoadError = _item(line, place)
        except RefusedError as exc:
            found = LoadError(path + place, str(exc))
        yield found


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


def _item(line: bytes | None, place: str) -> Item:
    if line is None:
        raise RefusedError(f"larger than {LARGEST >> 20} MB")
    fields = named_fields(line)
    text = _string(fields, _TEXT)
    if not text.strip():
        raise RefusedError('it has no "text"')
    facts = Facts(
        title=one_line(_string(fields, NAMES["title"])) or None,
        published=_published(*_first(fields, NAMES["published"])),
        author=_author(*_first(fields, NAMES["author"])),
        url=web_address(one_line(_string(fields, NAMES["url"]))),
        language=language_code(_string(fields, NAMES["language"])),
    )
    return Item(place, _id(fields), facts, text)


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


def _first(fields: dict[str, Any], names: Iterable[str]) -> tuple[str, Any]:
    """The first of these fields that holds something, with its name."""
    return next(((name, fields[name]) for name in names if fields.get(name) not in (None, "")), ("", None))


def _string(fields: dict[str, Any], names: Iterable[str]) -> str:
    name, value = _first(fields, names)
    if not isinstance(value, str | None):
        raise RefusedError(f'its "{name}" is not a string')
    return value or ""


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


def _published(name: str, value: Any) -> date | None:
    """The day of a date in any form, or of seconds or milliseconds since 1970."""
    if isinstance(value, str):
        return first_date(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(f'its "{name}" is neither a string nor a number')
    try:
        day = datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return day if believable(day) else None
