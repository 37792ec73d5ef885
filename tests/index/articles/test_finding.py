"""Which files of a folder are found, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

from article_files import touch

from index.articles.finding import find_files


def names(*roots: Path) -> list[str]:
    return [str(found.relative) for found in find_files(roots)]


def test_files_are_found_sorted_and_hidden_ones_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "b.txt", "a/z.md", "a.txt", "a/b/c.jpg", ".hidden.txt", ".git/config", "a/.cache/x.txt")
    (tmp_path / "empty").mkdir()
    assert names(tmp_path) == ["a.txt", "a/b/c.jpg", "a/z.md", "b.txt"]
    assert [found.path for found in find_files([tmp_path])][2] == tmp_path / "a" / "z.md"


def test_a_root_may_be_a_file_or_not_there(tmp_path: Path) -> None:
    touch(tmp_path, "a/b.txt")
    assert names(tmp_path / "a" / "b.txt") == ["b.txt"]
    assert names(tmp_path / "gone") == ["gone"]


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    touch(home, "a.txt", ".store/kept.txt", "sub/b.txt")
    touch(other, "far.txt")
    (home / "loop").symlink_to(home)
    (home / "0-again.txt").symlink_to(home / "a.txt")
    (home / "0-sub").symlink_to(home / "sub")
    leading_out = {
        "above": tmp_path,
        "archive": other,
        "far.txt": other / "far.txt",
        "gone.txt": other / "gone.txt",
        "kept.txt": home / ".store" / "kept.txt",
        "store": home / ".store",
    }
    for name, target in leading_out.items():
        (home / name).symlink_to(target)
    found = list(find_files([home]))
    assert [str(one.relative) for one in found] == ["a.txt", *leading_out, "sub/b.txt"]
    assert [str(one.relative) for one in found if one.leads_out] == list(leading_out)


def test_a_link_may_lead_to_another_root_or_be_one(tmp_path: Path) -> None:
    touch(tmp_path, "home/a.txt", "other/deep/far.txt")
    (tmp_path / "home" / "0-far").symlink_to(tmp_path / "other" / "deep")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    assert names(tmp_path / "home", tmp_path / "link") == ["a.txt", "deep/far.txt"]


def test_what_is_no_file_is_found_so_that_it_can_be_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "circle.txt").symlink_to("circle.txt")
    assert names(tmp_path) == ["broken.txt", "circle.txt", "pipe.txt"]


def test_of_two_roots_each_file_is_found_once_under_its_own_path(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.txt", "one/sub/b.txt", "two/a.txt")
    assert names(tmp_path / "one", tmp_path / "two", tmp_path / "one" / "sub") == ["a.txt", "sub/b.txt", "two/a.txt"]
