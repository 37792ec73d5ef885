"""A follow-up becomes a question that stands on its own, with what was meant before.

By rule, and in three ways: a bare "and when?" asks the question before for something else; "what about Japan?" asks it
of another; and a pronoun becomes what it stands for. What stands on its own already comes back untouched, because a
wrong reading costs a right answer, and a missed one only a second question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.questions.comparisons import asked_of, topic_of
from bot.questions.conversation import Turn
from bot.questions.interrogatives import (
    AUXILIARY,
    PREPOSITIONS,
    Asked,
    joined,
    preposition_before,
    sentence,
    take_apart,
    without_connective,
)
from bot.questions.language import SMALL_WORDS
from bot.questions.names import Names, name_of
from bot.questions.pointers import Pointer, pointer_in

REMEMBERED = 3
"""Turns that a pronoun may reach back."""
LONGEST = 300
"""Characters of a question; what is longer leaves nothing unsaid, and what would become longer is asked as it was."""
MOST_READ = 1000
"""Characters of a quote that names are looked for in."""
LONGEST_FILL = 6
"""Words of an answer that may stand in the place of "who" or "what"."""

_TAIL = re.compile(
    r"(?:(?:exactly|precisely|about|else|was|is|did|does|that|this|it|happen|happened|then|tepatnya|persisnya|itu|ini|terjadi"
    r"|terjadinya|kejadiannya|begitu|demikian|bisa|tadi|lagi|saja|ya|sih|tho|so|be)\b\s*)*",
    re.IGNORECASE,
)
_NAMED_BY_POINTER = re.compile(r"^(?:is|was|are|were|itu|ini|that|this|it|\s)+$", re.IGNORECASE)
_FUNCTION_WORDS = frozenset({*SMALL_WORDS["en"], *SMALL_WORDS["id"], *PREPOSITIONS})
_VERB = re.compile(
    r"(?:me|ber|ter|di)[a-z]{4,}|lahir|meninggal|tewas|naik|turun|menang|kalah|jatuh|tiba|pecah", re.IGNORECASE
)
_DO = ("did", "does", "do")


def needs_context(question: str) -> bool:
    """Whether the question cannot be understood without the one before it."""
    if len(question) > LONGEST:
        return False
    return _is_bare(question) or topic_of(question) is not None or pointer_in(question) is not None


def recent(context: Sequence[Turn]) -> Sequence[Turn]:
    """The turns that a follow-up may mean, the latest last."""
    return [turn for turn in context[-REMEMBERED:] if len(turn.question) <= LONGEST]


class Resolved(NamedTuple):
    """A question that stands on its own."""

    question: str
    topic: str | None = None
    """What stands beside it in brackets, where it names nothing and nothing was named before."""


def resolve(question: str, context: Sequence[Turn]) -> Resolved:
    """The question with what it leaves unsaid; untouched where it leaves nothing, or nothing tells what."""
    context = recent(context)
    if not context or not needs_context(question):
        return Resolved(question)
    asked = without_connective(question)
    other = topic_of(question)
    whole: Resolved | None
    if _is_bare(question):
        whole = Resolved(_asked_otherwise(take_apart(asked), context[-1]))
    elif other is not None and not pointer_in(other):
        made = asked_of(other, asked, context[-1].question, _names(context[-1]))
        whole = Resolved(made) if made else None
    else:
        whole = _spelt_out(asked, context)
    return whole if whole and len(whole.question) <= LONGEST else Resolved(question)


# --- "and when?" ----------------------------------------------------------------------------------------------


def _is_bare(question: str) -> bool:
    """Whether nothing is said but what is asked for."""
    asked = take_apart(without_connective(question))
    if not asked.phrase or asked.before or not _TAIL.fullmatch(asked.after):
        return False
    # "who is that?", "apa itu?", "where is it?" ask about the last thing that was named
    return not (asked.after and _NAMED_BY_POINTER.match(asked.after) and _asks_for_a_name(asked))


def _asks_for_a_name(asked: Asked) -> bool:
    return asked.kind in {"who", "what"} or (
        asked.kind == "where" and asked.after.lower() in {"is it", "is that", "itu"}
    )


def _asked_otherwise(asked: Asked, before: Turn) -> str:
    """The question before, asking for something else."""
    last = take_apart(before.question)
    english = last.english if last.phrase else asked.english
    return sentence(asked.phrase_in(english), _statement(last, before.answer, english, asked.kind))


def _statement(last: Asked, answer: str | None, english: bool, kind: str | None) -> str:
    """What the question before took for granted, with its answer where that was somebody or something."""
    fill = answer if last.kind in {"who", "what"} and last.kind != kind and _is_short(answer) else ""
    rest = last.after
    if english:
        if fill and rest.lower().startswith(_DO):
            return joined(_auxiliary_first(joined(last.before, rest)), fill)
        return _auxiliary_first(joined(last.before, fill, rest))
    rest = (
        re.sub(r"^yang\s+", "", rest) if last.kind in {"who", "what"} else re.sub(r"^(\S+) yang (?=\S)", r"\1 ", rest)
    )
    return joined(last.before, fill, rest)


def _is_short(answer: str | None) -> bool:
    return bool(answer) and len((answer or "").split()) <= LONGEST_FILL


def _auxiliary_first(rest: str) -> str:
    found = AUXILIARY.search(rest)
    return joined(found[0].lower(), rest[: found.start()], rest[found.end() :]) if found else rest


# --- "who is he?" ---------------------------------------------------------------------------------------------


def _spelt_out(question: str, context: Sequence[Turn]) -> Resolved | None:
    """The question with its pronoun replaced; with the topic before beside it where nothing is named."""
    pointer = pointer_in(question)
    if pointer is None:
        return None
    for turn in reversed(context):
        meant = _meant(pointer, turn)
        if meant:
            return Resolved(sentence(pointer.replaced(question, meant)))
    topic = context[-1].topic or _topic_of(context[-1].question)
    return Resolved(sentence(f"{question.strip().rstrip('?!. ')} ({topic})"), topic) if topic else None


def _topic_of(question: str) -> str:
    """What a question was about."""
    asked = take_apart(question)
    return re.sub(rf"^(?:{AUXILIARY.pattern})\s+", "", joined(asked.before, asked.after), flags=re.IGNORECASE)


def _meant(pointer: Pointer, turn: Turn) -> str | None:
    """What a pronoun stands for, if this turn names it."""
    asked, names = take_apart(turn.question), _names(turn)
    answer = name_of(turn.answer) if _is_short(turn.answer) else None
    placed, others = _names_by_place(turn.question, names)
    candidates: list[str | None]
    if pointer.of == "person":
        is_person = asked.kind in {"who", "what", None}
        candidates = (
            [answer, *others] if asked.kind == "who" else [*others, answer if is_person else None, names.person]
        )
    elif pointer.of == "place":
        candidates = [answer if asked.kind in {"where", "what"} else None, *placed, *others]
    elif pointer.of == "many":
        candidates = [
            _counted(asked, turn.question, placed),
            answer if asked.kind in {"who", "what"} else None,
            *others,
        ]
    elif asked.kind in {"what", "where"} and pointer.before in {"", "itu "}:
        candidates = [answer, *others, *placed]
    else:
        candidates = [_subject(asked, [*others, *placed]), *others, *placed, answer]
    return next(filter(None, candidates), None)


def _names_by_place(question: str, names: Names) -> tuple[list[str], list[str]]:
    """The names that a preposition makes places, and the others."""
    placed, others = list[str](), list[str]()
    for start, end in names.spans(question):
        is_place = preposition_before(question, start) in {"in", "to", "from"}
        (placed if is_place else others).append(question[start:end])
    return placed, others


def _counted(asked: Asked, question: str, placed: Sequence[str]) -> str | None:
    """What is counted in a question for how many, and where."""
    if asked.kind != "how many":
        return None
    words: list[str] = []
    for word in asked.after.split()[: 2 if asked.english else 1]:
        if word.lower() in _FUNCTION_WORDS or AUXILIARY.fullmatch(word):
            break
        words.append(word)
    where = re.search(rf"\w+ {re.escape(placed[0])}", question) if placed and words else None
    return joined(*words, where[0] if where else None) or None


def _subject(asked: Asked, names: Sequence[str]) -> str | None:
    """What an Indonesian question for when, where or how many is about: its words before the verb, and a name."""
    if asked.english or asked.kind in {"who", "what", None}:
        return None
    words: list[str] = []
    for word in asked.after.split():
        if word.lower() in _FUNCTION_WORDS or _VERB.fullmatch(word):
            break
        words.append(word)
    subject = " ".join(words)
    missing = next((name for name in names if name not in subject), None) if words and subject.islower() else None
    return joined(subject, missing) or None


def _names(turn: Turn) -> Names:
    return Names([text[:MOST_READ] for text in (turn.quote, turn.answer, turn.title) if text])
