"""Questions with the paragraphs they were asked about, as the data files hold them."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.types import ConfigurationError

TRAIN = ("idkmrc-train", "facqa-train", "squad-id-train", "xquad-train")
"""What the reader learns from."""
VALID = ("facqa-valid", "idkmrc-valid", "en-id-valid")
"""What it is measured on."""
FOREIGN_WORDS = -1
"""As a start: the answer is right, but the paragraph says it in other words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What answers a question, and where its paragraph says so."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Case:
    """A question about a paragraph; no answers where the paragraph does not say."""

    id: str
    question: str
    context: str
    answers: tuple[Answer, ...]
    question_lang: str
    context_lang: str

    @property
    def spans(self) -> tuple[Answer, ...]:
        """The answers that stand where they are said to stand; in translated data not all do."""
        return tuple(one for one in self.answers if one.text and self._stands(one))

    @property
    def is_usable(self) -> bool:
        """Whether one can learn from it: unanswerable, or with an answer that stands in the paragraph."""
        return not self.answers or bool(self.spans)

    def _stands(self, answer: Answer) -> bool:
        return answer.start > FOREIGN_WORDS and self.context[answer.start : answer.end] == answer.text


def data_file(folder: Path, name: str) -> Path:
    """Where the folder of questions keeps the file of this name."""
    return folder / f"{name}.jsonl.gz"


def check_data(folder: Path, names: Iterable[str]) -> None:
    """Raise ConfigurationError, which names all files that are not there."""
    missing = [file.name for name in names if not (file := data_file(folder, name)).is_file()]
    if missing:
        raise ConfigurationError(f"{folder} lacks {', '.join(missing)}. See training/README.md for what they hold.")


def read_cases(folder: Path, name: str) -> list[Case]:
    """All cases of a file of gzipped JSON Lines, in order. Raises ConfigurationError where they cannot be read."""
    file = data_file(folder, name)
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            return [_case(line, f"{file}, line {number}") for number, line in enumerate(lines, 1)]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as exc:
        raise ConfigurationError(f"{file} cannot be read ({getattr(exc, 'strerror', None) or exc}).") from exc


def _case(line: str, place: str) -> Case:
    try:
        row = json.loads(line)
        answers = tuple(Answer(one["text"], one["start"]) for one in row["answers"])
        text = {name: str(row[name]) for name in ("id", "question", "context", "question_lang", "context_lang")}
        return Case(answers=answers, **text)
    except (ValueError, KeyError, TypeError) as exc:
        raise ConfigurationError(f"{place} is no question as training/README.md describes them ({exc!r}).") from exc


def joint(case_id: str) -> str:
    """What all languages' copies of one question have in common: `xquad-en-56be` and `sqid-56be` give `56be`."""
    return case_id.rsplit("-", 1)[-1] if case_id.startswith(("xquad-", "sqid-")) else case_id
