"""Telegram's formatted text: HTML in, plain text and entities out, by Telegram's own rules.

Offsets and lengths of entities count UTF-16 code units; byte offsets in errors count UTF-8 bytes of the HTML.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

MAX_ENTITIES = 100

_ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_QUOTES = {"blockquote", "expandable_blockquote"}
_VERBATIM = {"code", "pre"}
STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}


class HtmlError(ValueError):
    """HTML that Telegram refuses; the message is what follows "can't parse entities: "."""


@dataclass(frozen=True)
class Formatted:
    """Text as a chat shows it, with its entities in order."""

    text: str
    entities: list[Json]


# --- UTF-16 ---------------------------------------------------------------------------------------


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    units = text.encode("utf-16-le")[2 * offset : 2 * (offset + length)]
    return units.decode("utf-16-le", errors="replace")


# --- HTML -----------------------------------------------------------------------------------------


def parse_html(source: str) -> Formatted:
    """The text and the entities of `source`, not yet trimmed; raises HtmlError in Telegram's words."""
    return _Parser(source).parse()


@dataclass(frozen=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int  # UTF-16 units of text before it
    index: int  # characters of text before it


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.text = ""
        self.length = 0  # of self.text, in UTF-16 units
        self.open: list[_OpenTag] = []
        self.entities: list[Json] = []

    def parse(self) -> Formatted:
        while not self._at_end():
            if self._peek() != "<":
                self._append(self._character())
            elif self.source.startswith("</", self.position):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise HtmlError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        if any("\ud800" <= character <= "\udfff" for character in self.text):
            raise HtmlError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)  # a language needs <pre> around it
        return Formatted(self.text, self.entities)

    def _start_tag(self) -> None:
        begin = self.position
        self.position += 1
        name = self._take(r"[^\s>]*").lower()
        if self._at_end():
            raise self._error("Unclosed start tag", begin)
        if name not in _ENTITY_OF_TAG:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_OpenTag(name, attributes, self.length, len(self.text)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._take(r"\s*")
            if self._at_end():
                raise self._error("Unclosed start tag", begin)
            if self._peek() == ">":
                self.position += 1
                return found
            name = self._take(r"[^\s=>]*")
            if not name:
                raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
            self._take(r"\s*")
            found[name.lower()] = self._value(tag, begin) if self._peek() == "=" else ""

    def _value(self, tag: str, begin: int) -> str:
        self._take(r"=\s*")
        if self._at_end():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        quote, value_begin = self._peek(), self.position
        if quote not in ("'", '"'):
            value = self._take(r"[A-Za-z0-9.-]*").lower()
            if not self._at_end() and not re.match(r"[\s>]", self._peek()):
                raise self._error("Unexpected end of name token", value_begin)
            return value
        self.position += 1
        value = ""
        while not self._at_end() and self._peek() != quote:
            value += self._character()
        self.position += 1
        return value

    def _end_tag(self) -> None:
        begin = self.position
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.position += 2
        name = self._take(r"[^\s>]*").lower()
        self._take(r"\s*")
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self.position += 1
        tag = self.open.pop()
        if name not in ("", tag.name):  # "</>" closes whatever is open
            raise HtmlError(
                f"Unmatched end tag at byte offset {self._bytes_before(begin)}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        entity: Json = {
            "type": _ENTITY_OF_TAG[tag.name],
            "offset": tag.offset,
            "length": self.length - tag.offset,
        }
        match tag.name:
            case "a":
                link = _link(tag.attributes.get("href") or self.text[tag.index :])
                if link is None:
                    return
                entity |= link
            case "tg-emoji":
                identifier = tag.attributes.get("emoji-id", "")
                if not identifier.isdigit() or int(identifier) == 0:
                    raise HtmlError("Invalid custom emoji identifier specified")
                entity["custom_emoji_id"] = identifier
            case "blockquote" if "expandable" in tag.attributes:
                entity["type"] = "expandable_blockquote"
            case "code" | "pre":
                language = tag.attributes.get("class", "")
                if tag.name == "code" and language.startswith("language-"):
                    entity["language"] = language.removeprefix("language-")
                if self._merged_code(entity):
                    return
        self.entities.append(entity)

    def _merged_code(self, outer: Json) -> bool:
        """Whether `outer` was the other half of <pre><code class="language-…">, which is one entity."""
        inner = self.entities[-1] if self.entities else {}
        same_place = (inner.get("offset"), inner.get("length")) == (outer["offset"], outer["length"])
        language = inner.get("language") or outer.get("language")
        if not same_place or {inner["type"], outer["type"]} != _VERBATIM or not language:
            return False
        inner |= {"type": "pre", "language": language}
        return True

    def _character(self) -> str:
        """The next character, with a reference decoded; an unknown reference is only an ampersand."""
        reference = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([A-Za-z]+));?").match(self.source, self.position)
        if reference:
            hexadecimal, decimal, name = reference.groups()
            code = int(hexadecimal or "0", 16) if hexadecimal is not None else int(decimal or "0")
            character = _NAMED_REFERENCES.get(name) if name else chr(code) if 0 < code < 0x10FFFF else None
            if character:
                self.position = reference.end()
                return character
        self.position += 1
        return self.source[self.position - 1]

    def _append(self, character: str) -> None:
        self.text += character
        self.length += 1 + (ord(character) > 0xFFFF)

    def _at_end(self) -> bool:
        return self.position >= len(self.source)

    def _peek(self) -> str:
        return self.source[self.position : self.position + 1]

    def _take(self, pattern: str) -> str:
        match = re.compile(pattern).match(self.source, self.position)
        taken = match.group() if match else ""
        self.position += len(taken)
        return taken

    def _bytes_before(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _error(self, reason: str, position: int) -> HtmlError:
        return HtmlError(f"{reason} at byte offset {self._bytes_before(position)}")


def _link(url: str) -> Json | None:
    """The fields of a link to `url`, or None where Telegram drops it silently and keeps the text."""
    if "://" not in url:
        url = f"http://{url}"
    parts = urlsplit(url)
    if parts.scheme == "tg" and parts.netloc == "user":
        identifier = parse_qs(parts.query).get("id", [""])[0]
        return {"type": "text_mention", "user": {"id": int(identifier)}} if identifier.isdigit() else None
    if parts.scheme not in ("tg", "ton") and (
        parts.scheme not in ("http", "https") or "." not in parts.netloc.strip(".") or re.search(r"\s", url)
    ):
        return None
    return {"url": url if parts.path or parts.query or parts.fragment else f"{url}/"}


# --- What Telegram makes of parsed text -----------------------------------------------------------


def clean(text: str) -> str:
    """Without carriage returns, and with spaces for other control characters."""
    return re.sub(r"[\x00-\x09\x0b-\x1f]", " ", text.replace("\r", ""))


def finish(formatted: Formatted) -> Formatted:
    """Trimmed, with the entities that survive Telegram's nesting rules and the ones it finds by itself."""
    shown = [e for e in formatted.entities if utf16_slice(formatted.text, e["offset"], e["length"]).strip()]
    text, entities = _trim(formatted.text, shown)
    entities = _nest(entities)
    taken = [_span(e) for e in entities if e["type"] not in STYLES | _QUOTES]
    entities += [e for e in find_entities(text) if not any(_overlap(_span(e), span) for span in taken)]
    return Formatted(text, _ordered(entities)[:MAX_ENTITIES])


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """White space goes from the end, and from the start as far as the first entity."""
    text = text.rstrip()
    first = min((e["offset"] for e in entities), default=len(text))
    cut = min(len(text) - len(text.lstrip()), first)
    length = utf16_length(text)
    clipped = [e | {"length": min(e["length"], length - e["offset"])} for e in entities]
    return text[cut:], [e | {"offset": e["offset"] - cut} for e in clipped if e["length"] > 0]


def _nest(entities: list[Json]) -> list[Json]:
    """Of two entities that cannot share text the outer one stays; styles leave out what is code."""
    kept: list[Json] = []
    for entity in _ordered(entities):
        if not any(_clash(entity, outer) for outer in kept):
            kept.append(entity)
    verbatim = [_span(e) for e in kept if e["type"] in _VERBATIM]
    return [part for e in kept for part in (_without(e, verbatim) if e["type"] in STYLES else [e])]


def _clash(entity: Json, outer: Json) -> bool:
    """Styles and quotes hold anything but themselves; links, mentions and code do not hold each other."""
    kind, other = entity["type"], outer["type"]
    if not _overlap(_span(entity), _span(outer)):
        return False
    if kind in STYLES:
        return bool(kind == other)
    return other in _QUOTES if kind in _QUOTES else other not in STYLES | _QUOTES


def _without(entity: Json, holes: list[tuple[int, int]]) -> list[Json]:
    parts, position, end = [], *_span(entity)
    for hole_start, hole_end in sorted(holes):
        if _overlap((position, end), (hole_start, hole_end)):
            parts.append((position, hole_start))
            position = hole_end
    parts.append((position, end))
    return [entity | {"offset": start, "length": stop - start} for start, stop in parts if stop > start]


def _ordered(entities: list[Json]) -> list[Json]:
    """By place, the outer before the inner; over one range quotes, then code, then links, then styles."""

    def rank(kind: str) -> int:
        return 0 if kind in _QUOTES else 1 if kind in _VERBATIM else 3 if kind in STYLES else 2

    return sorted(entities, key=lambda e: (e["offset"], -e["length"], rank(e["type"])))


def _span(entity: Json) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


_FOUND_IN_TEXT = re.compile(
    r"""(?P<url>\bhttps?://[^\s<>"]*[\w/#=&-])
      | (?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b)
      | (?P<bot_command>(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@]))
      | (?P<mention>(?<![\w@])@[A-Za-z0-9_]{3,32}(?!\w))
      | (?P<hashtag>(?<!\w)\#\w*[^\W\d]\w*)""",
    re.VERBOSE,
)


def find_entities(text: str) -> list[Json]:
    """Links, addresses, commands, mentions and hashtags, which Telegram marks in anyone's text."""
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in _FOUND_IN_TEXT.finditer(text)
    ]
