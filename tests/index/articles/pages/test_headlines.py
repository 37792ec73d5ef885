"""The headline of a page, without what pages put beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_files import LEAD, SECOND, read

HEADLINE = "Kapal Rumah Sakit Lonua Singgahi Sebelas Pulau"
STORY = f"<div class='isi'><p>{LEAD}</p><p>{SECOND}</p></div>"


def title(folder: Path, *, declared: str, body: str, og: str | None = None, site: str = "") -> str:
    head = f"<title>{declared}</title>"
    head += f'<meta property="og:title" content="{og}">' if og else ""
    head += f'<meta property="og:site_name" content="{site}">' if site else ""
    return read(folder, "a.html", f"<html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>").title


@pytest.mark.parametrize(
    "declared",
    [
        f"{HEADLINE} - Warta Lonua",
        f"{HEADLINE} | Daerah | Warta Lonua",
        f"Warta Lonua: {HEADLINE}",
        f"WARTA LONUA – {HEADLINE}",
        f"{HEADLINE} Halaman all - wartalonua.example",
        f"{HEADLINE}_Warta Lonua",
    ],
)
@pytest.mark.parametrize("with_og", [True, False])
def test_the_page_s_own_heading_is_its_headline(tmp_path: Path, declared: str, with_og: bool) -> None:
    body = f"<h1>{HEADLINE}</h1>{STORY}"
    assert title(tmp_path, declared=declared, body=body, og=declared if with_og else None) == HEADLINE


def test_a_logo_is_no_headline(tmp_path: Path) -> None:
    body = f"<h1><a href='/'>Warta Lonua</a></h1><h2>{HEADLINE}</h2>{STORY}"
    assert title(tmp_path, declared=f"{HEADLINE} - Warta Lonua", body=body) == HEADLINE


def test_an_outlet_that_names_itself_is_taken_off_where_there_is_no_heading(tmp_path: Path) -> None:
    declared = f"{HEADLINE} – Warta Lonua"
    assert title(tmp_path, declared=declared, og=declared, body=STORY, site="Warta Lonua") == HEADLINE


def test_a_dash_in_a_headline_ends_none(tmp_path: Path) -> None:
    headline = "Lonua – Sebuah Pulau, Dua Dermaga"
    assert title(tmp_path, declared=headline, og=headline, body=f"<h1>{headline}</h1>{STORY}") == headline


def test_a_title_that_the_page_shows_nowhere_is_the_site_s(tmp_path: Path) -> None:
    body = f"<div class='menu'>Beranda</div><h3>{HEADLINE}</h3>{STORY}<h3>Agenda</h3>"
    assert title(tmp_path, declared="Portal Resmi Kecamatan", body=body) == HEADLINE
