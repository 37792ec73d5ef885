"""Ids of articles: readable, unique, and the same in every order."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.ids import article_ids


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("kompas-2024-11-21.txt", "kompas-2024-11-21"),
        ("2024/Kursk & Co.md", "2024-kursk-co"),
        ("Überschwemmung_in Łódź.html", "überschwemmung-in-łódź"),
        ("हिन्दी समाचार.txt", "हिन्दी-समाचार"),
        ("v1.2 notes.txt", "v1-2-notes"),
        ("&&&.txt", "article"),
        (unicodedata.normalize("NFD", "café.txt"), "café"),
        ("README", "readme"),
    ],
)
def test_an_id_is_the_slug_of_the_path(path: str, expected: str) -> None:
    assert article_ids([PurePosixPath(path)]) == {PurePosixPath(path): expected}


def test_files_that_would_share_an_id_get_their_suffix_and_then_a_hash() -> None:
    paths = [PurePosixPath(path) for path in ["a.txt", "a.md", "A.txt", "a/b.txt", "a b.txt", "a-b.txt", "a-md.html"]]
    ids = article_ids(paths)
    assert {str(path): name for path, name in ids.items() if len(name) < 8} == {
        "A.txt": "a",
        "a b.txt": "a-b",
        "a-b.txt": "a-b-txt",
        "a-md.html": "a-md",
        "a.txt": "a-txt",
    }
    assert ids[PurePosixPath("a.md")] == "a-fecccc97"
    assert ids[PurePosixPath("a/b.txt")].startswith("a-b-")
    assert article_ids(reversed(paths)) == ids


@given(
    st.lists(st.sampled_from(["a", "A", "a-txt", "a.md", "b c", "-"]), min_size=1, max_size=2)
    .map("/".join)
    .map(lambda stem: [f"{stem}{suffix}" for suffix in (".txt", ".md", "")])
    .flatmap(st.permutations)
)
def test_ids_are_unique_and_the_same_in_any_order(paths: list[str]) -> None:
    relative = [PurePosixPath(path) for path in paths]
    ids = article_ids(relative)
    assert len(set(ids.values())) == len(set(relative))
    assert ids == article_ids(sorted(relative))
