"""The entries of a live blog keep their day and time, and are told from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_files import LEAD, SECOND, read

from index.articles.pages.entries import entry_day, has_entries

NEWER = "Rakit bambu tiba Senin malam di dermaga Lonua dengan sembilan belas penumpang, kata syahbandar."
OLDER = "Rakit bambu berangkat dari Pulau Kecil dengan sembilan belas penumpang, kata kepala pelabuhan."
STAMPS = ("11 Juni 2024 09.15 WIB", "9 Juni 2024 21.40 WIB")
STORY = f"{STAMPS[0]}: {NEWER}\n\n{STAMPS[1]}: {OLDER}"


def page(body: str) -> str:
    head = "<head><meta charset='utf-8'><title>Rakit Lonua</title></head>"
    return f"<html>{head}<body><h1>Rakit Lonua</h1>{body}</body></html>"


@pytest.mark.parametrize(
    "entry",
    [
        "<div class='e'><time datetime='x'>{}</time><p>{}</p></div>",
        "<li><time>{}</time><p>{}</p></li>",
        "<article><header><span class='jam'>{}</span></header><p>{}</p></article>",
        "<h4 class='jam'>{}</h4><p>{}</p>",
    ],
)
def test_each_entry_keeps_its_time(tmp_path: Path, entry: str) -> None:
    body = "".join(entry.format(*pair) for pair in zip(STAMPS, (NEWER, OLDER), strict=True))
    assert read(tmp_path, "a.html", page(f"<main><div>{body}</div></main>")).text == STORY


def test_the_day_is_taken_from_the_stamp_where_only_the_time_is_shown(tmp_path: Path) -> None:
    entry = "<div><time datetime='{}T09:15:00+07:00'>09.15 WIB</time><p>{}</p></div>"
    body = entry.format("2024-06-11", NEWER) + entry.format("2024-06-09", OLDER)
    text = read(tmp_path, "a.html", page(f"<main>{body}</main>")).text
    assert text == f"2024-06-11 09.15 WIB: {NEWER}\n\n2024-06-09 09.15 WIB: {OLDER}"


def test_the_times_of_readers_comments_are_none_of_the_story(tmp_path: Path) -> None:
    comments = "".join(
        f"<div><time>{stamp}</time><p>Semoga rakit itu selamat sampai di tujuan.</p></div>" for stamp in STAMPS
    )
    text = read(tmp_path, "a.html", page(f"<article><p>{LEAD}</p><p>{SECOND}</p></article><div>{comments}</div>")).text
    assert text == f"{LEAD}\n\n{SECOND}"


def test_two_articles_below_each_other_are_no_entries(tmp_path: Path) -> None:
    one = "<article><h1>Rakit {}</h1><div class='dt'>{}</div><p>{}</p></article>"
    body = "".join(one.format(*three) for three in zip("AB", STAMPS, (NEWER, OLDER), strict=True))
    assert STAMPS[0] not in read(tmp_path, "a.html", f"<html><body>{body}</body></html>").text


def test_the_day_of_an_entry_is_known_to_all_of_it() -> None:
    assert has_entries(STORY)
    assert entry_day(STORY, STORY.index("sembilan")) == date(2024, 6, 11)
    assert entry_day(STORY, STORY.index("berangkat")) == date(2024, 6, 9)


def test_outside_of_entries_no_day_is_known() -> None:
    assert entry_day(f"{LEAD}\n\n{STORY}", 10) is None
    assert not has_entries(LEAD)
    assert not has_entries("Jakarta, 3 Mei 2024: tanpa jam tidak ada catatan waktu.")
