"""The files of questions with the paragraphs they were asked about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.evaluation.cases import Case, read_cases
from index.types import ConfigurationError

TRAIN = ("idkmrc-train", "facqa-train", "squad-id-train", "xquad-train")
"""What the reader learns from."""
VALID = ("facqa-valid", "idkmrc-valid", "en-id-valid")
"""What it is measured on."""


def data_file(folder: Path, name: str) -> Path:
    """Where the folder of questions keeps the file of this name."""
    return folder / f"{name}.jsonl.gz"


def check_data(folder: Path, names: Iterable[str]) -> None:
    """Raise ConfigurationError, which names all files that are not there."""
    missing = [file.name for name in names if not (file := data_file(folder, name)).is_file()]
    if missing:
        raise ConfigurationError(f"{folder} lacks {', '.join(missing)}. See training/README.md for what they hold.")


def read_data(folder: Path, name: str) -> list[Case]:
    """All cases of a file, in order. Raises ConfigurationError where they cannot be read, or one lacks something."""
    file = data_file(folder, name)
    cases = read_cases(file)
    for case in cases:
        if not (case.id and case.context and case.question_language and case.context_language):
            raise ConfigurationError(
                f"{file}, line {case.line}: a question needs an id, its context and the languages of both. See "
                "training/README.md."
            )
    return cases


def joint(case_id: str) -> str:
    """What all languages' copies of one question have in common: `xquad-en-56be` and `sqid-56be` give `56be`."""
    return case_id.rsplit("-", 1)[-1] if case_id.startswith(("xquad-", "sqid-")) else case_id
