"""Bytes become characters, and characters become tidy ones."""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.text.encodings import guess
from index.types import RefusedError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Others that Python knows by name are no character sets of pages (zlib, punycode), or slow on purpose.
_CHARSETS = ("iso8859", "cp125", "cp874", "cp932", "cp949", "koi8", "gb", "big5", "euc", "shift_jis", "mac-roman")
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""The larger set that a page nearly always means, and browsers take, where it declares an older one."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_ODD_SHARE = 0.05
"""Control characters among all; random bytes have an eighth, texts none but a stray one."""


def decode(data: bytes, *, declared: str | None = None) -> str:
    """The text of a file: by its byte order mark, else UTF-8 if it is that, else as declared or as it looks.

    Raises UnicodeError for what is not text, RefusedError for text whose encoding cannot be told. Valid UTF-8 goes
    before what a page declares: text in another character set is hardly ever valid UTF-8, and pages that were saved
    anew often declare what they were.
    """
    text = _decode(data, declared)
    if "\0" in text or len(_CONTROL.findall(text)) > _ODD_SHARE * len(text):
        raise UnicodeError("it is not text")
    return text


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding)
    if b"\x1b$" in data and data.isascii():
        return data.decode("iso2022_jp")
    if b"\0" in data[:4096]:
        return data.decode(_wide_encoding(data[:4096]))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    damaged = data.decode("utf-8", "replace")
    if damaged.count("\ufffd") < sum(1 for _ in re.finditer(r"[^\x00-\x7f\ufffd]", damaged)) / 4:
        return damaged
    likeliest = _charset(declared) or guess(data)
    if likeliest is None:
        raise RefusedError("its encoding cannot be told; save it as UTF-8")
    return data.decode(likeliest, "replace")


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without a mark: of most pairs of bytes one is zero, and always the same one."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * len(sample) / 2 and even < 0.05 * len(sample) / 2:
        return "utf-16-le"
    if even > 0.4 * len(sample) / 2 and odd < 0.05 * len(sample) / 2:
        return "utf-16-be"
    return "utf-8"  # which takes zeros as characters, and `decode` refuses those


def _charset(declared: str | None) -> str | None:
    """The character set by its declared name; None if that is none, or UTF-8 where it is not."""
    try:
        name = codecs.lookup((declared or "").lower().removeprefix("x-")).name
    except LookupError:
        return None
    return _MEANT.get(name) or (name if name.startswith(_CHARSETS) else None)


UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal would obey instead of showing it: control characters, and those that turn the direction of text."""


def escaped(text: str) -> str:
    """The text with escapes, as JSON has them, for what is unprintable; line breaks and tabs stay."""
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


# Controls, halves of surrogate pairs, soft hyphen, zero-width spaces and marks of direction. Zero-width
# joiners shape letters in other scripts, and emoji; between Latin letters they only hide a word.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
    r"|(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])"
)
_SPACES = re.compile(r"[^\S\n]+")
# Composing a run of combining marks takes the square of its length, so a hostile run is taken in pieces.
_TO_COMPOSE = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]{1,1000}")


def tidy(text: str) -> str:
    """The text in composed characters, with single spaces and nothing invisible; line breaks stay."""
    text = _INVISIBLE.sub("", "\n".join(text.splitlines()))
    text = _TO_COMPOSE.sub(lambda run: unicodedata.normalize("NFC", run[0]), text)
    return _SPACES.sub(" ", text)


def one_line(text: str) -> str:
    """The text as one tidy line."""
    return " ".join(tidy(text).split())


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case, by which headlines are compared."""
    return "".join(filter(str.isalnum, text.casefold()))
