"""Ids of articles: readable, unique, and the same in every order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.ids import ItemIds, article_ids

# --- of files -------------------------------------------------------------------------------------------------


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


# --- of the items in a file -----------------------------------------------------------------------------------


def item_ids(*named: tuple[str, ...], below: str = "kabar") -> Iterator[str]:
    ids = ItemIds(below)
    return (ids.next(names, f"content {at}") for at, names in enumerate(named))


def test_an_item_is_named_by_the_first_of_its_names_that_has_a_letter() -> None:
    assert list(
        item_ids(("K-1", "https://x.example/a"), ("", "https://www.x.example/a?b=1", "T"), ("!", "", "Rob & Air"))
    ) == [
        "kabar-k-1",
        "kabar-x-example-a-b-1",
        "kabar-rob-air",
    ]
    (unnamed,) = item_ids(("", "—"))
    assert len(unnamed) == len("kabar-") + 8


def test_items_with_the_same_name_are_told_apart_by_what_they_hold() -> None:
    first = ItemIds("kabar")
    ids = [first.next(["Rob"], content) for content in ("a", "b", "c", "c")]
    assert ids[0] == "kabar-rob"
    assert len(set(ids)) == 4
    second = ItemIds("kabar")
    assert [second.next(["Rob"], content) for content in ("a", "x", "c")][::2] == [ids[0], ids[2]]


def test_very_many_items_that_are_alike_in_all_get_ids_of_their_own() -> None:
    ids = ItemIds("kabar")
    assert len({ids.next(["Rob"], "content") for _ in range(200_000)}) == 200_000


def test_a_long_name_is_cut_and_told_apart_by_a_hash() -> None:
    one, two = item_ids(("banjir " * 90 + "satu",), ("banjir " * 90 + "dua",))
    assert len(one) <= 120
    assert one != two
    assert one.startswith("kabar-banjir-banjir-")
    (below,) = item_ids(("banjir " * 90,), below="a" * 200)
    assert len(below) <= 270
