"""Questions as people type them, and news as it is printed: light changes to what the data hold."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from index.types import Span

CHAT = {
    "berapa": ("brp",),
    "yang": ("yg",),
    "kenapa": ("knp", "napa"),
    "mengapa": ("knp", "kenapa"),
    "dimana": ("dmn", "di mana", "dimna"),
    "dimanakah": ("dmn", "dimana"),
    "kapan": ("kpn",),
    "kapankah": ("kapan", "kpn"),
    "dengan": ("dgn", "dg", "sama"),
    "untuk": ("utk", "buat"),
    "tidak": ("tdk", "gak", "ga", "nggak"),
    "orang": ("org",),
    "siapa": ("sapa", "siapa"),
    "siapakah": ("siapa", "sapa"),
    "apakah": ("apa", "apkh"),
    "berapakah": ("berapa", "brp"),
    "bagaimana": ("gmn", "gimana"),
    "adalah": ("adlh",),
    "dari": ("dr", "dri"),
    "pada": ("pd",),
    "dalam": ("dlm",),
    "dan": ("dn", "&"),
    "sudah": ("sdh", "udah"),
    "tahun": ("thn", "th"),
    "juga": ("jg",),
    "karena": ("krn",),
    "jumlah": ("jml",),
    "saja": ("aja", "sj"),
    "apa": ("apa", "ap"),
    "terjadi": ("terjd",),
    "digunakan": ("dipake", "dipakai"),
    "disebut": ("dsbt", "disebut"),
    "pertama": ("prtama", "pertama"),
    "namanya": ("nmnya",),
    "nama": ("nm", "nama"),
}
"""Indonesian words, and how they are spelt in chats. A word that is among its own spellings is changed less often."""
CHAT_QUESTION, CHAT_WORD = 0.12, 0.8
"""How often an Indonesian question is spelt as in a chat, and how many of its words are then."""
SLIP, NO_MARK, ALL_LOWER, ALL_UPPER = 0.08, 0.25, 0.12, 0.02
"""How often a question has a slip of the finger, no question mark, no capitals, or nothing else."""
LONG_ENOUGH = 5
"""Letters of a word that can be mistyped and still be told."""

_NAMES = re.compile(r"(?<=[^\W\d_] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
_WORD = re.compile(r"\w+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_QUESTION_END = re.compile(r"[\s?？!.]+$")
_ODD_SPACES = re.compile(r"(?<=\() +|(?<=[\s(]\") +(?=\w)|(?<=^\") +(?=\w)| +/ +(?=\S)| +(?=[,.;:!?)](?:\s|$))")


def as_typed(question: str, language: str, chance: random.Random) -> str:
    """The question, now and then without capitals or question mark, in chat spelling, or with one slip."""
    question = " ".join(question.split())
    if language == "id" and chance.random() < CHAT_QUESTION:
        question = _abbreviated(question, chance)
    if chance.random() < SLIP:
        question = _mistyped(question, chance)
    if chance.random() < NO_MARK:
        question = _QUESTION_END.sub("", question) or question
    draw = chance.random()
    if draw < ALL_LOWER:
        return question.lower()
    if draw < ALL_LOWER + ALL_UPPER:
        return question.upper()
    return question


def _abbreviated(question: str, chance: random.Random) -> str:
    def shortened(found: re.Match[str]) -> str:
        options = CHAT.get(found.group().lower())
        return chance.choice(options) if options and chance.random() < CHAT_WORD else found.group()

    return _WORD.sub(shortened, question)


def names(question: str) -> list[re.Match[str]]:
    """Words with a capital that do not begin the question, those that stand together as one."""
    return list(_NAMES.finditer(question))


def _mistyped(question: str, chance: random.Random) -> str:
    """With one letter lost, doubled, changed for its neighbour, or replaced, inside one of the longer words."""
    words = [found.span() for found in _WORD.finditer(question) if len(found.group()) >= LONG_ENOUGH]
    if not words:
        return question
    start, end = chance.choice(words)
    word = question[start:end]
    at = chance.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + chance.choice(_LETTERS) + word[at + 1 :],
    )
    return question[:start] + chance.choice(slips) + question[end:]


def normally_spaced(text: str, spans: Iterable[Span]) -> tuple[str, tuple[Span, ...]]:
    """The text without the spaces that its tokens were joined with, and where the spans then stand, as far as they do.

    `Rabu ( 24 / 8 ) .` becomes `Rabu (24/8).`
    """
    whole, last = "", 0
    places: list[int] = []
    for found in _ODD_SPACES.finditer(text):
        places += range(len(whole), len(whole) + found.start() - last)
        whole += text[last : found.start()]
        places += [len(whole)] * len(found.group())
        whole += found.group().strip()
        last = found.end()
    places += range(len(whole), len(whole) + len(text) - last + 1)
    whole += text[last:]
    moved = (_trimmed(whole, places[start], places[end]) for start, end in spans)
    return whole, tuple((start, end) for start, end in moved if start < end)


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
