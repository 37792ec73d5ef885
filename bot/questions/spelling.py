"""The question as the models read it best: chat spelling written out, and what stands around the question taken off.

A question that is written plainly comes back exactly as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.questions import chat_words as chat
from bot.questions.language import SMALL_WORDS
from index.text.characters import one_line

Written = Callable[[str], str | None]
"""How the articles write a word; None where they do not have it."""
LONGEST = 1000
"""Characters; what is longer is no chat, and comes back as one tidy line."""

_EMOJI = r"[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0e\ufe0f\u20e3]"
_AROUND = re.compile(rf"^(?:\s|{_EMOJI})+|(?:\s|{_EMOJI})+$")
_QUOTED = re.compile(r"\"([^\"]+)\"|'([^']+)'|“([^“”]+)”|‘([^‘’]+)’|«([^«»]+)»|`([^`]+)`")
_MARKS = re.compile(r"[?!.]*\?[?!.]+|(?:[?!]{2,}|\.{2,}|…)\?|!{2,}$|\s*(?:\.{2,}|…)$")
_THRICE = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ROMAN = re.compile(r"[ivxlcdm]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_CHAT_WORD = re.compile(r"(?<![\w.@/&'’-])[a-zA-Z]\w*(?![\w@/&'’-]|\.\w)")
_TWICE_WRITTEN = re.compile(r"(?<![\w-])([a-z]{4,})2(nya)?(?![\w-])")
_TIMES = re.compile(r"(?<![\w-])(\d+)x(?![\w-]| ?\d)")

_GAP = rf"(?:[\s,!.:]|{_EMOJI})+"
_FIRST_OPENER = re.compile(
    rf"(?:{chat.GREETING}|{chat.REQUEST}|{chat.CALLED})\b{_GAP}|(?:{chat.CALLED_AT_ONCE})\b(?=\s*[,!.:]){_GAP}",
    re.IGNORECASE,
)
_NEXT_OPENER = re.compile(
    rf"(?:{chat.GREETING}|{chat.REQUEST}|{chat.CALLED_AT_ONCE}|{chat.PARTICLE})\b{_GAP}", re.IGNORECASE
)
_ASKING = re.compile(rf"(?:{chat.ASKING})\b", re.IGNORECASE)
_CLOSERS = re.compile(
    rf"(?:\s+(?:{chat.PARTICLE})|\s*,\s*(?:{chat.CALLED_AT_ONCE}|{chat.PARTICLE}|{chat.THANKS})"
    rf"(?: (?:{chat.CALLED_AT_ONCE}))*)+(?=\s*[?.!]*$)"
)

_ASKS = re.compile(
    r"(?i:\b(?:apa|siapa|berapa|kapan|(?:di|ke)?mana|mengapa|kenapa|bagaimana|adakah|benarkah)(?:kah)?\b"
    r"|^(?:(?:in|on|at|to|from|for|by|with|of|since|until|under|and|so|but) )?(?:what|who|whom|whose|which|when|where"
    r"|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would)(?:['’](?:s|re|d|ll))?\s.*\w)"
)


def plain_question(question: str, written: Written = lambda _word: None) -> str:
    """The question in plain words; `written` says how the articles write a word."""
    tidy = _unquoted(_AROUND.sub("", one_line(question)))
    if len(tidy) > LONGEST:
        return tidy
    calm = _calm(_without_shouting(tidy, written), written)
    plain = _written_out(_without_fillers(calm), written)
    return _with_mark(plain) if _WORD.search(plain) else one_line(question)


def language_of(question: str) -> str | None:
    """`id` or `en`, by small words and chat spelling; None where neither has more of them."""
    words = re.findall(r"\w+", question.casefold())
    indonesian = sum(word in SMALL_WORDS["id"] or word in chat.ABBREVIATED for word in words)
    english = sum(word in SMALL_WORDS["en"] or word in chat.ENGLISH_CHAT for word in words)
    if indonesian == english:
        return None
    return "id" if indonesian > english else "en"


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return next(filter(None, quoted.groups())).strip() if quoted else text


def _without_shouting(text: str, written: Written) -> str:
    """A question in capitals, in small letters; words that articles write with capitals keep them."""
    language = language_of(text)
    if not text.isupper() or language is None:
        return text
    known = {*SMALL_WORDS[language], *chat.ABBREVIATED, *chat.ENGLISH_CHAT}

    def lowered(word: re.Match[str]) -> str:
        lower = word[0].lower()
        return lower if lower in known else written(lower) or lower

    return _WORD.sub(lowered, text)


def _calm(text: str, written: Written) -> str:
    """Without letters that are drawn out, and with one mark where there were many."""

    def calm(word: re.Match[str]) -> str:
        drawn, first = word[0], not word.start()
        if not _THRICE.search(drawn) or drawn.isupper() or not drawn.isalpha():
            return drawn
        if _ROMAN.fullmatch(drawn) or drawn.startswith("www") or written(drawn):
            return drawn
        twice = _THRICE.sub(r"\1\1", drawn)  # as names have it
        is_name = drawn[0].isupper() and not first
        return twice if is_name or written(twice) else _THRICE.sub(r"\1", drawn)

    return _MARKS.sub(lambda marks: next((mark for mark in "?!" if mark in marks[0]), ""), _WORD.sub(calm, text))


def _without_fillers(text: str) -> str:
    """Without greetings and polite words around the question, if anything is left then."""
    asked = _AROUND.sub("", _CLOSERS.sub("", text[_beginning(text) :]))
    return asked if _WORD.search(asked) else text


def _beginning(text: str) -> int:
    """Where the question begins: after what opens it, if a comma or a word that asks follows."""
    beginning = at = 0
    while opener := (_NEXT_OPENER if at else _FIRST_OPENER).match(text, at):
        at = opener.end()
        if any(mark in opener[0] for mark in ",!.:") or _ASKING.match(text, at):
            beginning = at
    return beginning


def _written_out(text: str, written: Written) -> str:
    language = language_of(text)
    words = list(_CHAT_WORD.finditer(text))
    plain, at = "", 0
    for number, word in enumerate(words):
        full = _in_full(text, words, number, language)
        if full:
            plain, at = plain + text[at : word.start()] + full, word.end()
    plain += text[at:]
    if language != "id":
        return plain
    plain = _TWICE_WRITTEN.sub(
        lambda word: word[0] if written(word[0]) else f"{word[1]}-{word[1]}{word[2] or ''}", plain
    )
    return _TIMES.sub(r"\1 kali", plain)


def _in_full(text: str, words: list[re.Match[str]], number: int, language: str | None) -> str | None:
    """What a word is short for where it stands; None where it is no chat spelling there."""
    word = words[number][0]
    before = words[number - 1][0].lower() if number else ""
    following = re.match(r"\s+(\w+)", text[words[number].end() :])
    after = following[1] if following else ""
    short = word.lower()
    if not (word.islower() or (not number and word.istitle())):  # capitals inside a question are names and acronyms
        return None
    full = chat.ABBREVIATED.get(short) or (None if number else chat.FIRST.get(short))
    if language == "id":
        full = full or chat.INDONESIAN_CHAT.get(short) or _dari(text, words[number], before, after)
    elif language == "en":
        full = full or chat.ENGLISH_CHAT.get(short) or _one_letter(short, before, after.lower())
    return full.capitalize() if full and word.istitle() else full


def _dari(text: str, word: re.Match[str], before: str, after: str) -> str | None:
    """`dr` is "dari" or a doctor."""
    if word[0] != "dr" or text[word.end() : word.end() + 1] == "." or not after:
        return None
    if before in chat.FROM_AFTER:
        return "dari"
    doctor = before in chat.DOCTOR_AFTER if text.islower() else after[0].isupper()
    return None if doctor else "dari"


def _one_letter(short: str, before: str, after: str) -> str | None:
    if short == "r":
        return "are" if before in chat.R_AFTER or after in chat.R_BEFORE or before in chat.R_BEFORE else None
    if short == "u":
        return "you" if before in chat.U_AFTER or after in chat.U_BEFORE else None
    return None


def _with_mark(text: str) -> str:
    """With a question mark, where a question has none."""
    if "?" in text or not _ASKS.search(text):
        return text
    full_stop = re.search(r"[^\W\d_]{2}[.!]$", text)
    return (text[:-1] if full_stop else text) + "?"
