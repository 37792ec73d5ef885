"""Bytes become text, whatever they were written in."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from article_files import read

ODD = "“Café” itu — milik Jürgen — dibuka…"


@pytest.mark.parametrize(
    "content",
    [
        ODD.encode(),
        ODD.encode("utf-8-sig"),
        ODD.encode("utf-16"),
        b"\xfe\xff" + ODD.encode("utf-16-be"),
        ODD.encode("utf-16-le"),
        ODD.encode("utf-16-be"),
        ODD.encode("utf-32"),
        ODD.encode("cp1252"),
        unicodedata.normalize("NFD", ODD).encode(),
    ],
)
def test_every_usual_encoding_is_read(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, "a.txt", content).text == ODD


def test_one_damaged_byte_does_not_spoil_the_rest(tmp_path: Path) -> None:
    damaged = "“Café” itu – milik Jürgen – dibuka…".encode() + b" \xe9 lagi."
    assert read(tmp_path, "a.txt", damaged).text == "“Café” itu – milik Jürgen – dibuka… \ufffd lagi."
