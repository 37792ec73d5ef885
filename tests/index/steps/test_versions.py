"""Which article is a newer version of another, and above all which is not; the stories are made up."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from index.build import BuildReport, build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import open_current

FLOOD = (
    "A flood tore through the valley of Sella on Tuesday night and carried off 17 houses. Mayor Nora Vint said that "
    "210 people were brought to the school. The water came down with tree trunks after a dam of driftwood broke. A "
    "kitchen was set up in the yard of the town hall at five in the morning. The road to Brink is shut, and 3 bridges "
    "are damaged. Soldiers brought 40 tents and 900 blankets by lorry."
)
CORRECTED = FLOOD.replace("17 houses", "11 houses")
NOTE = "\n\nCorrection: an earlier version gave a wrong number of houses."
PAGE = "https://valley.example/news/flood-sella"
DAY, NEXT_DAY = "2025-03-18", "2025-03-19"


def item(
    name: str, text: str = FLOOD, published: str | None = DAY, url: str | None = PAGE, **facts: Any
) -> dict[str, Any]:
    return {"id": name, "title": "Flood in the valley", "text": text, "published": published, "url": url} | facts


def build_items(folder: Path, *items: dict[str, Any]) -> BuildReport:
    """Build an index of these items, each in a file of its own."""
    articles = folder / "articles"
    articles.mkdir(exist_ok=True)
    for each in items:
        facts = {name: value for name, value in each.items() if value is not None and name != "id"}
        (articles / f"{each['id']}.jsonl").write_text(json.dumps(facts))
    return build([articles], folder / "index", HashEmbedder())


def superseded(folder: Path, *items: dict[str, Any]) -> list[tuple[str, str]]:
    """Which of these items are older versions, and of which others, by the names of their files."""
    report = build_items(folder, *items)
    return [(older.split("-")[0], newest.split("-")[0]) for older, newest in report.superseded]


def test_the_newer_of_two_versions_is_indexed(tmp_path: Path) -> None:
    report = build_items(tmp_path, item("a"), item("b", CORRECTED + NOTE, NEXT_DAY))
    older, newer = report.superseded[0]
    assert (older[0], newer[0]) == ("a", "b")
    assert (report.superseded, report.copies, report.similar) == ([(older, newer)], [], [])
    assert (report.articles, report.changes.added) == (1, [newer])
    with open_current(tmp_path / "index") as snapshot:
        assert [(one.article.id, one.superseded_by) for one in snapshot.store.articles()] == [
            (newer, None),
            (older, newer),
        ]
        assert snapshot.store.article(older) is None
        assert [headline.article for headline in snapshot.store.headlines(9)] == [newer]
        assert snapshot.store.chunks == report.chunks
    again = build([tmp_path / "articles"], tmp_path / "index", HashEmbedder())
    assert (again.snapshot, again.superseded, again.unchanged) == (report.snapshot, [(older, newer)], 1)


def test_a_web_page_that_was_mended_stands_for_the_one_saved_before(tmp_path: Path) -> None:
    pages = Path(__file__).parents[2] / "data" / "pages"
    report = build(sorted(pages.glob("id-koreksi-*")), tmp_path / "index", HashEmbedder())
    assert report.superseded == [("id-koreksi-a-awal", "id-koreksi-b-ralat")]


def test_without_the_newer_version_the_older_is_back(tmp_path: Path) -> None:
    (older, newer), *_ = build_items(tmp_path, item("a"), item("b", CORRECTED, NEXT_DAY)).superseded
    (tmp_path / "articles" / "b.jsonl").unlink()
    report = build([tmp_path / "articles"], tmp_path / "index", HashEmbedder())
    assert (report.superseded, report.changes.added, report.changes.removed) == ([], [older], [newer])
    with open_current(tmp_path / "index") as snapshot:
        assert snapshot.store.article(older) is not None


@pytest.mark.parametrize("names", list(permutations("abc")))
def test_of_three_versions_the_newest_stands_in_whatever_order(tmp_path: Path, names: tuple[str, ...]) -> None:
    first, second, third = names
    texts = FLOOD, CORRECTED, CORRECTED.replace("210 people", "250 people")
    stamps = "2025-03-18T06:20:00+07:00", "2025-03-18T13:00:00+07:00", "2025-03-19T08:00:00+07:00"
    items = [item(name, text, modified=stamp) for name, text, stamp in zip(names, texts, stamps, strict=True)]
    assert superseded(tmp_path, *items) == sorted([(first, third), (second, third)])


@pytest.mark.parametrize(
    "url",
    [
        "http://valley.example/news/flood-sella/",
        "https://www.valley.example/news/flood-sella?utm_source=feed&fbclid=x#comments",
        "https://m.valley.example/news/flood-sella?page=all",
        "https://amp.valley.example/news/flood-sella",
        "https://valley.example/amp/news/flood-sella",
        "https://valley.example/news/flood-sella/amp/",
    ],
)
def test_ways_of_writing_an_address_are_one(tmp_path: Path, url: str) -> None:
    assert superseded(tmp_path, item("a"), item("b", CORRECTED, NEXT_DAY, url)) == [("a", "b")]


def test_what_makes_another_page_is_kept_of_an_address(tmp_path: Path) -> None:
    pages = [item("a", url=f"{PAGE}?id=1"), item("b", CORRECTED, NEXT_DAY, f"{PAGE}?id=2")]
    assert superseded(tmp_path, *pages) == []


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({}, {"modified": NEXT_DAY}),
        ({"modified": "2025-03-18T06:20:00+07:00"}, {"modified": "2025-03-18T00:00:00Z"}),
        ({"published": "2025-03-18 06:20:00"}, {"published": "2025-03-18 13:02:00"}),
        ({"published": "Tue, 18 Mar 2025 06:20:00 +0700"}, {"published": "Tue, 18 Mar 2025 13:02:00 +0700"}),
    ],
    ids=["a day", "two zones", "hours without a zone", "as in mails"],
)
def test_the_newer_is_told_by_its_stamp(tmp_path: Path, older: dict[str, Any], newer: dict[str, Any]) -> None:
    assert superseded(tmp_path, item("b", **older), item("a", CORRECTED, **newer)) == [("b", "a")]


@pytest.mark.parametrize("published", [DAY, None])
def test_where_no_stamp_tells_both_stay_and_are_named(tmp_path: Path, published: str | None) -> None:
    report = build_items(tmp_path, item("a", published=published), item("b", CORRECTED + NOTE, published))
    assert (report.superseded, report.articles, len(report.similar)) == ([], 2, 1)


def test_an_address_that_stories_share_makes_no_versions_of_them(tmp_path: Path) -> None:
    market = (
        "The market of Lowen reopened with 312 stalls after the fire. Traders had waited for it since last summer. " * 3
    )
    assert superseded(tmp_path, item("a"), item("b", market, NEXT_DAY)) == []
    home = "https://valley.example/"
    assert superseded(tmp_path, item("a", url=home), item("b", CORRECTED, NEXT_DAY, home)) == []


def test_a_day_or_all_figures_may_be_mended_where_the_address_and_the_day_are_one(tmp_path: Path) -> None:
    day = FLOOD.replace("Tuesday", "Monday")
    figures = (
        FLOOD.replace("17", "19")
        .replace("210", "340")
        .replace("3 br", "5 br")
        .replace("40", "60")
        .replace("900", "1,200")
    )
    assert superseded(tmp_path, item("a"), item("b", day, modified=NEXT_DAY)) == [("a", "b")]
    assert superseded(tmp_path, item("a"), item("b", figures, modified=NEXT_DAY)) == [("a", "b")]


def test_an_outlet_may_correct_at_another_address(tmp_path: Path) -> None:
    late = {"modified": "2025-03-18T15:00:00+07:00"}
    early = {"modified": "2025-03-18T06:00:00+07:00"}
    other = "https://valley.example/news/flood-sella-2"
    assert superseded(tmp_path, item("a", **early), item("b", CORRECTED, url=other, **late)) == [("a", "b")]
    assert superseded(tmp_path, item("a"), item("b", CORRECTED + NOTE, NEXT_DAY, other)) == [("a", "b")]
    assert superseded(tmp_path, item("a"), item("b", CORRECTED, NEXT_DAY, other)) == []
    elsewhere = "https://hills.example/news/flood-sella"
    assert superseded(tmp_path, item("a"), item("b", CORRECTED + NOTE, NEXT_DAY, elsewhere)) == []


def test_an_outlet_without_an_address_is_known_by_its_name(tmp_path: Path) -> None:
    older = item("a", url=None, publisher={"name": "Valley News"})
    assert superseded(tmp_path, older, item("b", CORRECTED + NOTE, NEXT_DAY, None, publisher="Valley News")) == [
        ("a", "b")
    ]
    assert superseded(tmp_path, older, item("b", CORRECTED + NOTE, NEXT_DAY, None, publisher="Hill News")) == []
    assert superseded(tmp_path, item("a", url=None), item("b", CORRECTED + NOTE, NEXT_DAY, None)) == []


# --- series -------------------------------------------------------------------------------------------------

TERMS = (
    "Harga itu berlaku di butik emas di Pulo Gadung. Di tempat lain harganya bisa berbeda karena biaya kirim dan "
    "persediaan. Pembeli diminta membawa kartu tanda penduduk dan mengambil nomor antrean sejak pagi. Emas tersedia "
    "dalam ukuran 0,5 gram sampai 1.000 gram, dan rekor tertinggi Rp2.039.000 tercatat pada 22 April 2024."
)
SERIES = {
    "the day in figures": "Harga emas pada ({day.day}/{day.month}/{day.year}) dijual Rp1.{price}.000 per gram. "
    + TERMS,
    "the day in words": "Harga emas pada {day.day} Mei 2025 dijual Rp1.{price}.000 per gram. " + TERMS,
    "today": "Harga emas hari ini dijual Rp1.{price}.000 per gram. " + TERMS,
    "a weekday": "Harga emas pada {weekday} dijual Rp1.{price}.000 per gram. " + TERMS,
    "no day": "Harga emas dijual Rp1.{price}.000 per gram. " + TERMS,
    "weekly": "Kota Lumbung mencatat {price} kasus baru dalam sepekan terakhir, 1{price} kasus sejak awal. " + TERMS,
}
WEEKDAYS = "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split()


def series(form: str, step: int, **facts: Any) -> list[dict[str, Any]]:
    days = [date(2025, 5, 3) + timedelta(days=step * number) for number in range(4)]
    return [
        item(
            f"n{number}",
            SERIES[form].format(day=day, price=905 + 7 * number, weekday=WEEKDAYS[day.weekday()]),
            day.isoformat(),
            f"https://koran.example/ekonomi/{number}",
            title="Harga Emas Hari Ini",
        )
        | facts
        for number, day in enumerate(days)
    ]


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize("form", SERIES)
def test_the_reports_of_a_series_all_stay(tmp_path: Path, form: str, step: int) -> None:
    report = build_items(tmp_path, *series(form, step))
    assert (report.superseded, report.articles) == ([], 4)
    assert report.similar, "they are as like each other as a text and its correction"


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize("form", [form for form in SERIES if form != "no day"])
def test_the_reports_of_a_series_stay_at_one_address(tmp_path: Path, form: str, step: int) -> None:
    report = build_items(tmp_path, *series(form, step, url="https://koran.example/harga-emas"))
    assert (report.superseded, report.articles) == ([], 4)


def test_a_corrected_report_of_a_series_stands_for_its_older_self_alone(tmp_path: Path) -> None:
    reports = series("the day in words", 1)
    mended = reports[1] | {
        "id": "m",
        "text": reports[1]["text"].replace("Rp1.912", "Rp1.921"),
        "modified": "2025-05-05",
    }
    assert superseded(tmp_path, *reports, mended) == [("n1", "m")]
