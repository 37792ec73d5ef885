"""Words that point back at what was said before: he, its, that city; dia, -nya, kota itu."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.questions.interrogatives import INTERROGATIVE
from bot.questions.language import SMALL_WORDS

Meant = Literal["person", "many", "place", "thing"]

_SMALL = frozenset(word for words in SMALL_WORDS.values() for word in words)
_NOUNS: dict[Meant, str] = {
    "person": "he she him his her hers dia ia beliau orang pria wanita lelaki perempuan tokoh pejabat presiden menteri"
    " man woman person guy president minister umur usia istri suami anak ayah ibu kakak adik keluarga jabatan pekerjaan"
    " gaji partai nama agama kekayaan",
    "many": "they them their theirs mereka those these",
    "place": "there sana situ kota negara daerah provinsi wilayah tempat desa pulau city country place town region"
    " province village island",
}
_OF = {word: of for of, words in _NOUNS.items() for word in words.split()}
"""What pronouns mean, and nouns that stand with "that" or "-nya"; all others mean a thing."""
_NOT_POINTING = frozenset(
    "hanya tanya punya mempunyai biasanya akhirnya sebenarnya sebaiknya sebelumnya sesudahnya selanjutnya sesungguhnya"
    " misalnya rupanya setidaknya seharusnya umumnya khususnya tentunya pastinya rasanya katanya adanya lainnya"
    " semuanya satunya terutamanya kiranya artinya maksudnya bertanya kenya".split()
)
_GOES_ON = (
    r"di|ke|dari|pada|sejak|sampai|hingga|untuk|dengan|oleh|dalam|saat|sekarang|kini|ini|itu|dulu|nanti|tahun|kemarin|tadi"
    r"|dan|atau|apa|siapa|berapa|kapan|mana|lahir|meninggal|wafat|tewas|naik|turun|menang|kalah|jatuh|tiba|(?:me|ber|ter)\w{4,}"
    r"|di(?!dik)\w{4,}"
)
"""What may follow a noun with "-nya" that means somebody's; a noun after it is what it means: "tingginya gunung"."""
_DUMMY = r"(?:takes?|took|cost|costs|mean|means|true|possible|known|called|rain|snow|that|legal|illegal|like|said|to)\b"
_POINTERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<pronoun>he|she|him|his|hers|her|they|them|their|theirs|dia|ia|beliau|mereka)\b",
        rf"\b(?P<pronoun>its|it)\b(?!['’]|\s+{_DUMMY})",
        r"\b(?P<there>(?:(?:di|ke|dari) )?(?:sana|situ)\b|(?<!is )(?<!are )(?<!was )(?<!were )there$)",
        r"(?:(?<=\bapa )|(?<=\bsiapa )|(?<=\bmana ))(?P<itu>itu)$",
        r"(?:(?<=is )|(?<=was ))(?P<pronoun>that|this)$",
        r"\b(?P<noun>[a-z][\w-]+) (?:itu|tersebut|tadi)\b",
        r"\b(?:that|this|those|these) (?P<english>[a-z]+)\b(?= (?:is|was|are|were|happen|located)|$)",
        r"(?:(?<=did )|(?<=does ))(?P<pronoun>that|this)\b",
        rf"\b(?P<owned>[a-z]{{3,}})nya\b(?=$|\s+(?:{_GOES_ON})\b)",
    )
)
_DEFINITE = re.compile(r"\b(?:the|a|an|these|those|some)\s+\w", re.IGNORECASE)
_CAPITAL_WITHIN = re.compile(r"(?<=\s)[A-Z][\w'’-]*")
_OWN_WORDS = 3
"""Content words before a pronoun, one of which it then means."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that points back, where it stands in a question."""

    start: int
    end: int
    of: Meant
    before: str = ""
    """What stays before that which is meant, as "kota" of "kota itu"."""
    possessive: bool = False

    def replaced(self, question: str, meant: str) -> str:
        """The question with what is meant in the pointer's place."""
        own = "" if not self.possessive else "'" if meant.endswith("s") else "'s"
        before = "" if meant.casefold().startswith(self.before.strip().casefold()) else self.before
        return question[: self.start] + before + meant + own + question[self.end :]


def pointer_in(question: str) -> Pointer | None:
    """The first word that points back beyond the question; None where it has all that it means itself."""
    text = question.strip().rstrip("?!. ")
    for pattern in _POINTERS:
        for found in pattern.finditer(text):
            pointer = _pointer(text, found)
            if pointer and not _has_own(text, pointer):
                return pointer
    return None


def _pointer(text: str, found: re.Match[str]) -> Pointer | None:
    kind = found.lastgroup or ""
    word = found[kind].lower()
    of, before = _OF.get(word, "thing"), ""
    if kind == "owned":
        before = f"{found[kind]} "
        if word + "nya" in _NOT_POINTING or _is_of_the_clause(text, found):
            return None
    elif kind in {"noun", "english"}:
        before = f"{found[kind]} " if kind == "noun" and of != "person" else ""
        if INTERROGATIVE.fullmatch(word) or word in _SMALL or of == "many":
            return None
    elif kind == "there":
        of, before = "place", f"{word.split()[0] if ' ' in word else 'in'} "
    else:
        of, before = _of_pronoun(text, word), "itu " if kind == "itu" else ""
    return Pointer(*found.span(), of, before, kind == "pronoun" and _is_possessive(word, text[found.end() :]))


def _is_of_the_clause(text: str, found: re.Match[str]) -> bool:
    """Whether "-nya" means the noun before "yang", as in "singer whose album": "penyanyi yang albumnya"."""
    is_object = found["owned"].startswith("me") and found.end() == len(text)
    return not is_object and bool(re.search(r"\byang(?: \w+)? $", text[: found.start()]))


def _of_pronoun(text: str, word: str) -> Meant:
    if word in {"itu", "that", "this"} and re.match(r"(?:siapa|who)\b", text, re.IGNORECASE):
        return "person"
    return _OF.get(word, "thing")


def _is_possessive(word: str, after: str) -> bool:
    following = re.match(r"\s+(\w+)", after)
    return word in {"his", "its", "their", "hers"} or (
        word == "her" and following is not None and following[1].lower() not in _SMALL
    )


def _has_own(text: str, pointer: Pointer) -> bool:
    """Whether the question names what the word means: before it, or after it where its clause comes first."""
    before = text[: pointer.start]
    asks = INTERROGATIVE.search(text)
    if asks and asks.start() > pointer.end and _CAPITAL_WITHIN.search(text, asks.end()):
        return True
    words = re.findall(r"[\w'’-]+", INTERROGATIVE.sub(" ", before))
    if any(word.casefold() not in _SMALL for word in _CAPITAL_WITHIN.findall(before)):
        return True
    return bool(_DEFINITE.search(before)) or len([word for word in words if word.lower() not in _SMALL]) >= _OWN_WORDS
