"""The files of questions, and what is said where one cannot be used."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tiny_reader import case

from index.types import ConfigurationError
from training.cases import read_data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no file"),
        (b"no gzip", "line 1: it is not valid JSON"),
        (gzip.compress(b'{"id": "a"}\n'), 'line 1: it has no "question"'),
        (gzip.compress(json.dumps(case("a", "?", "x")).encode() + b"\nrubbish\n"), "line 2: it is not valid JSON"),
        (gzip.compress(b'{"question": "?", "answers": [], "context": "x"}'), "line 1: a question needs an id"),
        (gzip.compress(b"{}" * 9999)[:-9], "damaged"),
    ],
)
def test_files_of_questions_that_are_none_are_refused_in_words(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "x.jsonl.gz").write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        read_data(tmp_path, "x")
