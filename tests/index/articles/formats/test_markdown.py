"""Markdown and its front matter, whole or broken."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_files import HEADLINE, LEAD, SECOND, read, text_of

from index.articles.formats import markdown


def test_markdown_becomes_plain_text(tmp_path: Path) -> None:
    source = f"""---
title: "Rob: {HEADLINE}"
date: 2024-05-03
author: [Rani Wulandari, Budi Santika]
link: https://suarateluk.example/rob
lang: id-ID
---

# Rob: {HEADLINE}

![Perahu di *dermaga*](perahu.jpg)

**TANJUNG LIMA** — Sebanyak [340 rumah](https://x.example) terendam
air laut, kata `kepala` desa.<br>Air <b>surut</b>.

> Baca juga: [Tanggul baru](https://x.example)

## Bantuan

- 200 kasur
- 1.500 paket

  untuk anak

3. air
4. roti

| Desa | Rumah |
|---|---|
| Lima | 340 |

    kode satu
    kode dua

<div>Sisa <i>halaman</i> &amp; lain</div>

<!-- catatan -->

<script>
x()
</script>
"""
    article = read(tmp_path, "rob.md", source)
    assert article.text.split("\n\n") == [
        "Perahu di dermaga",
        "TANJUNG LIMA — Sebanyak 340 rumah terendam air laut, kata kepala desa.",
        "Air surut.",
        "Bantuan",
        "- 200 kasur",
        "- 1.500 paket",
        "untuk anak",
        "3. air",
        "4. roti",
        "Desa | Rumah",
        "Lima | 340",
        "kode satu",
        "kode dua",
        "Sisa halaman & lain",
    ]
    assert (article.title, article.published) == (f"Rob: {HEADLINE}", date(2024, 5, 3))
    assert (article.author, article.url) == ("Rani Wulandari, Budi Santika", "https://suarateluk.example/rob")
    assert article.language == "id"


@pytest.mark.parametrize("struck", ["~~200~~", "<del>200</del>", "<s>200 kasur,</s>", "<STRIKE>200</STRIKE>"])
def test_what_is_struck_out_is_left_out(tmp_path: Path, struck: str) -> None:
    line = f"Bantuan {struck} **250** kasur tiba, dan ~100 selimut~ hangat."
    source = f"# {HEADLINE}\n\n{line}\n\n| Desa |\n|--|\n| {struck} 250 |\n"
    text = "Bantuan 250 kasur tiba, dan ~100 selimut~ hangat."
    assert read(tmp_path, "a.md", source).text == text_of(text, "Desa", "250")


def test_the_first_heading_is_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, "a.markdown", f"# {HEADLINE}\n\n*3 Mei 2024*\n\n{LEAD}\n")
    assert (article.title, article.text, article.published) == (HEADLINE, LEAD, date(2024, 5, 3))


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: Gempa: lima tewas\ndate: 2024-05-03", "Gempa: lima tewas"),
        ("title: Gempa\ndate: 2024-05-03\nlang: [", "Gempa"),
        ("title: 1984\ndate: 3 Mei 2024", "1984"),
        ("title: '1984: satu' \ndate: 2024-05-03", "1984: satu"),
        ('title: "Kata \\"rob\\": air"\ndate: 2024-05-03', 'Kata "rob": air'),
        ("title: Rob # bukan judul\ndate: 2024-05-03", "Rob"),
        ("title: >\n  Rob\n  naik\ndate: 2024-05-03", "Rob naik"),
        ("a: &a [x, x]\nb: [*a, *a]\ntitle: Bom\ndate: 2024-05-03", "Bom"),
        ("title: Gempa\ndate: 2024-05-03\nx: " + "[" * 15_000, "Gempa"),
        ("title: Gempa\ndate: 2024-05-03\n" + "x: y\n" * 5_000, "Gempa"),
        ("judul: !!python/name:os.system\ntitle: Gempa\npublished: 03/05/2024", "Gempa"),
    ],
)
def test_a_broken_front_matter_still_tells_what_it_can(tmp_path: Path, front: str, title: str) -> None:
    article = read(tmp_path, "a.md", f"---\n{front}\n---\n{LEAD}\n")
    assert (article.title, article.published, article.text) == (title, date(2024, 5, 3), LEAD)


def test_an_impossible_front_matter_date_is_none(tmp_path: Path) -> None:
    article = read(tmp_path, "a.md", f"---\ntitle: Gempa\ndate: 2024-02-31\nurl: javascript:alert(1)\n---\n{LEAD}\n")
    assert (article.title, article.published, article.url, article.text) == ("Gempa", None, None, LEAD)


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", f"---\n\n{LEAD}\n\n---\n\n{SECOND}\n").text == text_of(LEAD, SECOND)


def test_very_long_markdown_is_read_as_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LONGEST_MARKDOWN", 10)
    article = read(tmp_path, "a.md", f"---\ntitle: Rob\n---\n*{LEAD}*\n\n{SECOND}\n")
    assert (article.title, article.text) == ("Rob", text_of(f"*{LEAD}*", SECOND))
