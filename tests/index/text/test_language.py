"""The language of an article, declared or told from its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_files import HEADLINE, LEAD, SECOND, read, text_of


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", text_of(HEADLINE, LEAD), "id"),
        ("a.txt", "Jakarta", None),
        ("a.md", "---\nlang: in-ID\n---\nBanjir surut.", "id"),
        ("a.html", f"<html lang='en-US'><body><p>{LEAD}</p><p>{SECOND}</p>", "id"),
        ("a.html", f"<html lang='ms'><body><p>{LEAD}</p><p>{SECOND}</p>", "ms"),
    ],
)
def test_the_language(tmp_path: Path, name: str, content: str, expected: str | None) -> None:
    assert read(tmp_path, name, content).language == expected
