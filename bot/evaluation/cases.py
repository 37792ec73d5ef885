"""Files of cases: questions with the answers that are right, one JSON object a line, gzipped or not.

    {"question": "…", "answers": ["…", {"text": "…", "start": 71}], "article": "id", "context": "…",
     "id": "…", "question_lang": "id", "context_lang": "id", "title": "…", "published": "2024-11-21",
     "before": [{"question": "…", "answer": "…"}], "verdict": "yes", "kind": "who"}

No answers mean that the articles do not say. `article` is the id of the one that holds the answer; `context`, a
paragraph that holds it, or that the question seems to be about, below that `title` of that day; `start`, which of its
characters the answer begins at. `before` is what was asked before a follow-up, and answered, if it was; `verdict`, what
the answer says to a question that wants "yes" or "no". Only question and answers have to be there.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from index.articles.fields import language_code
from index.articles.formats.json_lines import named_fields, numbered_lines
from index.articles.opening import LARGEST
from index.types import ConfigurationError, RefusedError, Span

GZIP = b"\x1f\x8b"
"""How every gzipped file begins."""
VERDICTS = ("", "yes", "no")
EXAMPLE = '{"question": "Who opened it?", "answers": ["Ada Brink"]}'


class Asked(NamedTuple):
    """A question that was asked before, and what was answered, empty where it was refused."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known of its answer; what the file leaves out is empty."""

    question: str
    answers: tuple[str, ...]
    """Every wording that is right; none when the articles do not say."""
    article: str = ""
    """The id of the one that holds the answer."""
    context: str = ""
    """A paragraph that holds it, or that the question seems to be about."""
    spans: tuple[Span, ...] = ()
    """Where answers stand in the context; not all do where their file says, and some are right in other words."""
    id: str = ""
    question_language: str = ""
    """As ISO 639-1 code, like the context's."""
    context_language: str = ""
    title: str = ""
    """Of the context."""
    title_spans: tuple[Span, ...] = ()
    """Where answers stand in the title that do not stand in the context."""
    published: date | None = None
    before: tuple[Asked, ...] = ()
    """What was asked before, the first of it whole by itself."""
    verdict: str = ""
    """"yes" or "no" where one of them is asked for and said."""
    kind: str = ""
    """Of answer that is asked for, in the file's own words."""
    line: int = 0
    """Where the case stands in its file."""

    @property
    def is_locatable(self) -> bool:
        """Whether it is known which article the answer has to be found in."""
        return bool(self.answers and (self.article or self.context))


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, in its order. Raises ConfigurationError, naming the line of one that is none."""
    cases, contexts = list[Case](), dict[str, str]()
    for number, fields in rows(path):
        with _explained(path, number):
            case = _case(fields, number)
        # Many questions share a paragraph, which is kept once.
        cases.append(replace(case, context=contexts.setdefault(case.context, case.context)))
    if not cases:
        raise ConfigurationError(f"{path} holds no case. Put one on each line: {EXAMPLE}")
    return cases


def read_contexts(path: Path) -> dict[str, str]:
    """The distinct contexts of a file, each with its language; the lines need nothing else.

    Raises ConfigurationError where there is none.
    """
    contexts: dict[str, str] = {}
    for number, fields in rows(path):
        with _explained(path, number):
            context, language = _text(fields, "context"), _language(fields, "context_lang")
        if context:
            contexts.setdefault(context, language)
    if not contexts:
        raise ConfigurationError(f'No line of {path} has a "context". Name a file whose lines have.')
    return contexts


def require_contexts(cases: Sequence[Case], path: Path, option: str, *, answerable_only: bool = False) -> None:
    """Raise ConfigurationError, naming the first line, where a case lacks the context that the option needs."""
    for case in cases:
        if not case.context and (case.answers or not answerable_only):
            raise ConfigurationError(
                f'{path}, line {case.line}: the case has no "context", which {option} needs. Add the paragraph that '
                f"the question is about, or leave {option} away."
            )


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The fields of every line that is not blank, by their names in lower case, with the line's number.

    Raises ConfigurationError where the file cannot be read, or a line is no JSON object.
    """
    with _opened(path) as file:
        for number, line in numbered_lines(file):
            with _explained(path, number):
                if line is None:
                    raise RefusedError(f"it is larger than {LARGEST >> 20} MB")
                fields = named_fields(line)
            yield number, fields


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked if it is gzipped, whatever its name is."""
    try:
        with path.open("rb") as file:
            is_gzip = file.peek(2)[:2] == GZIP
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_gzip else file
    except FileNotFoundError as exc:
        raise ConfigurationError(f"There is no file {path}. Name one whose lines are like {EXAMPLE}") from exc
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise ConfigurationError(f"{path} is gzipped, but damaged. Copy it again.") from exc
    except OSError as exc:
        raise ConfigurationError(f"{path} cannot be read ({exc.strerror}). Name a file that can.") from exc


@contextmanager
def _explained(path: Path, number: int) -> Iterator[None]:
    """Name the line that was refused, and say what to do."""
    try:
        yield
    except RefusedError as exc:
        raise ConfigurationError(f"{path}, line {number}: {exc}. Mend it, or remove it. A case is {EXAMPLE}") from exc


def _case(fields: dict[str, Any], line: int) -> Case:
    question = _text(fields, "question")
    if not question:
        raise RefusedError('it has no "question"')
    answers, context, title = _answers(fields), _text(fields, "context"), _text(fields, "title")
    spans = tuple(_spans(answers, context))
    return Case(
        question=question,
        answers=tuple(dict.fromkeys(text for text, _start in answers)),
        article=_text(fields, "article"),
        context=context,
        spans=spans,
        id=str(fields.get("id", "")),
        question_language=_language(fields, "question_lang"),
        context_language=_language(fields, "context_lang"),
        title=title,
        title_spans=() if spans else tuple(_stands(answers, title)),
        published=_day(fields),
        before=tuple(_before(fields)),
        verdict=_verdict(fields),
        kind=_text(fields, "kind"),
        line=line,
    )


def _day(fields: dict[str, Any]) -> date | None:
    published = _text(fields, "published")
    try:
        return date.fromisoformat(published) if published else None
    except ValueError as exc:
        raise RefusedError(f'its "published" is no day like 2024-11-21: {published}') from exc


def _before(fields: dict[str, Any]) -> Iterator[Asked]:
    before = fields.get("before") or []
    if not isinstance(before, list) or not all(isinstance(one, dict) for one in before):
        raise RefusedError('its "before" is not a list of objects with a "question"')
    for one in before:
        if not (question := _text(one, "question")):
            raise RefusedError('one of its "before" has no "question"')
        yield Asked(question, _text(one, "answer"))


def _verdict(fields: dict[str, Any]) -> str:
    verdict = _text(fields, "verdict")
    if verdict not in VERDICTS:
        raise RefusedError(f'its "verdict" is neither "yes" nor "no": {verdict}')
    return verdict


def _answers(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    """The texts of the answers, each with where it is said to start.

    A misspelt name must not make a case one that the articles do not answer.
    """
    if "answers" not in fields:
        raise RefusedError('it has no "answers" ([] when the articles do not say)')
    answers = fields["answers"]
    if not isinstance(answers, list):
        raise RefusedError('its "answers" are not a list')
    pairs: list[tuple[Any, Any]] = [
        (one.get("text"), one.get("start")) if isinstance(one, dict) else (one, None) for one in answers
    ]
    if not all(isinstance(text, str) and text.strip() for text, _start in pairs):
        raise RefusedError('one of its "answers" is neither a text nor an object with a "text"')
    return [(_whole(text), start) for text, start in pairs]


def _spans(answers: Iterable[tuple[str, Any]], context: str) -> Iterator[Span]:
    """Where those answers stand that are where they are said to be."""
    for text, start in answers:
        if isinstance(start, int) and start >= 0 and context.startswith(text, start):
            yield start, start + len(text)


def _stands(answers: Iterable[tuple[str, Any]], title: str) -> Iterator[Span]:
    """Where in a title answers stand."""
    for text, _start in answers:
        if (start := title.find(text)) >= 0:
            yield start, start + len(text)


def _language(fields: dict[str, Any], name: str) -> str:
    return language_code(_text(fields, name)) or ""


def _text(fields: dict[str, Any], name: str) -> str:
    """A string; empty where there is none, or nothing but white space."""
    value = fields.get(name)
    if not isinstance(value, str | None):
        raise RefusedError(f'its "{name}" is not a string')
    return _whole(value) if value and value.strip() else ""


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can name and nothing can write."""
    return text.encode("utf-8", "replace").decode()
