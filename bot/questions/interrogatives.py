"""What a question asks for (when, who, how many, …) and the rest of it, in Indonesian and English."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EN_BEFORE = r"(?:(?:in|on|at|to|from|for|by|with|of|since|until|under|about) )?"
_EN_NOUN = (
    r"year|day|date|month|time|century|city|country|place|province|state|region|team|party|company|person|people"
    r"|reason|price|percentage"
)
_EN_MEASURE = r"many|much|long|old|far|big|tall|often|large|high|fast|deep|wide|heavy|late|soon"
_ID_BEFORE = (
    r"(?:(?:di|ke|dari|sejak|sampai|hingga|pada|oleh|untuk|dengan|karena|kepada|dalam|kira-kira|sekitar) ){0,4}"
)
_ID_NOUN = r"tahun|tanggal|hari|bulan|jam|pukul|abad|usia|umur|kota|negara|daerah|provinsi|tempat|jumlah|harga"
_ID_MEASURE = r"banyak|lama|jauh|besar|tinggi|luas|umur|usia|jumlah|panjang|dalam|berat|kali|orang"
INTERROGATIVE = re.compile(
    rf"\b(?:{_EN_BEFORE}(?:how (?:{_EN_MEASURE})|(?:what|which) (?:{_EN_NOUN})|who(?:se|m)?|what|which|when|where|why"
    r"|how)"
    rf"|{_ID_BEFORE}(?:(?:{_ID_NOUN}) (?:berapa|apa|mana|kapan)(?:kah)?|berapa(?:kah)?(?: (?:{_ID_MEASURE}))?"
    r"|kapan(?:kah)?|siapa(?:kah)?(?: saja)?|(?:di|ke)mana(?:kah)?|mana(?:kah)?|mengapa|kenapa|bagaimana(?:kah)?"
    r"|gimana|apa(?:kah)?(?: saja)?))\b",
    re.IGNORECASE,
)
_KINDS = {
    "when": r"when|kapan|year|day|date|month|time|century|tahun|tanggal|hari|bulan|jam|pukul|abad",
    "where": r"where|mana|city|country|place|kota|negara|daerah|provinsi|tempat",
    "age": r"how old|umur|usia",
    "how long": r"how long|berapa lama",
    "how far": r"how far|berapa jauh",
    "why": r"why|mengapa|kenapa|karena apa|reason",
    "how many": r"how many|how much|berapa",
    "who": r"who|whom|whose|siapa|person",
    "how": r"how|bagaimana|gimana",
    "what": r"what|which|apa",
}
_SAID = {
    "when": ("when", "kapan"),
    "where": ("where", "di mana"),
    "why": ("why", "mengapa"),
    "how": ("how", "bagaimana"),
    "how many": ("how many", "berapa"),
    "how long": ("how long", "berapa lama"),
    "how far": ("how far", "berapa jauh"),
    "who": ("who", "siapa"),
    "what": ("what", "apa"),
}
"""A kind's plain word in English and in Indonesian."""
AUXILIARY = re.compile(r"\b(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could)\b", re.IGNORECASE)
_CONNECTIVE = re.compile(
    r"^(?:(?:and|then|so|but|also|ok|okay|oh|dan|lalu|terus|kemudian|tapi|tetapi|oke|nah|kalau begitu)\b[\s,]*)+",
    re.IGNORECASE,
)
_ENGLISH = re.compile(rf"(?:{_EN_BEFORE})(?:how|wh)", re.IGNORECASE)

PREPOSITIONS = {
    word: kind
    for kind, words in {
        "in": "di in at pada within",
        "to": "ke to menuju kepada",
        "from": "dari from",
        "for": "untuk for",
        "of": "of tentang about",
        "by": "oleh by",
        "with": "dengan with",
    }.items()
    for word in words.split()
}
"""Each with what it says, in whatever language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, taken apart: `before` + `phrase` + `after`."""

    before: str
    phrase: str
    """As "in which year"; empty in a question that is answered by yes or no."""
    after: str

    @property
    def kind(self) -> str | None:
        """As "when", whatever the words and the language."""
        return next((kind for kind, words in _KINDS.items() if re.search(rf"\b(?:{words})", self.phrase.lower())), None)

    @property
    def english(self) -> bool:
        return bool(_ENGLISH.match(self.phrase))

    def phrase_in(self, english: bool) -> str:
        """The phrase, in another language where that has a word for it."""
        said = _SAID.get(self.kind or "")
        return self.phrase.lower() if english == self.english or not said else said[0 if english else 1]


def take_apart(question: str) -> Asked:
    """What is asked for, and the rest, without marks at the end."""
    text = question.strip().rstrip("?!. ")
    found = INTERROGATIVE.search(text)
    if not found:
        return Asked("", "", text)
    return Asked(text[: found.start()].strip(), found[0], text[found.end() :].strip())


def without_connective(question: str) -> str:
    """The question without an "and" or a "terus" that begins it."""
    return _CONNECTIVE.sub("", question.strip()) or question


def joined(*parts: str | None) -> str:
    """The parts that there are, with single spaces."""
    return " ".join(word for part in parts if part for word in part.split())


def sentence(*parts: str | None) -> str:
    """The parts as a question, with its mark."""
    return joined(*parts).rstrip("?!., ") + "?"


def preposition_before(question: str, start: int) -> str | None:
    """What the preposition says that stands before this place; None where none does."""
    words = question[:start].split()
    return PREPOSITIONS.get(words[-1].lower()) if words else None
