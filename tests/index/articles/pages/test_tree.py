"""Of a web page's text the story is read, all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_files import read, text_of

from index.articles.formats.html import fragment_paragraphs

LEAD = "Penyulingan minyak cengkih di Watu Lanang kembali beroperasi dengan 14 ketel, kata ketua koperasi Sasi Wenno."
SECOND = "Setiap ketel mengolah 900 kilogram daun kering dalam sehari dan memerlukan kayu bakar dari kebun sendiri."
THIRD = "Petani meminta harga minyak dibayar sesudah uji mutu, bukan sesudah minyak itu terjual di pelabuhan."
FOURTH = "Koperasi akan menambah dua gudang di dekat dermaga sebelum musim hujan, agar daun tidak lagi membusuk."
STORY = text_of(LEAD, SECOND, THIRD, FOURTH)
OTHER = "Jembatan Rante Lembang menelan biaya Rp77 miliar dan selesai setahun lebih lambat dari rencana semula."


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, title: str = "Penyulingan Cengkih Watu Lanang Beroperasi", head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<header><nav><a href='/'>Beranda</a></nav></header>{body}<footer>Kabar Lanang</footer></body></html>"
    )


def text(folder: Path, body: str, head: str = "") -> str:
    return read(folder, "a.html", page(body, head=head)).text


def article(body: str) -> str:
    return f"<main><article><h1>Penyulingan Cengkih Watu Lanang Beroperasi</h1>{body}</article></main>"


# --- comments and instructions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark", ["<!-- -->", "<!--more-->", "<?xml:namespace prefix = o ?>", "<!--[if x]><b></b><![endif]-->"]
)
@pytest.mark.parametrize("number", ["{}14{}", "<b>{}14</b>{}"])
def test_a_comment_ends_no_paragraph(tmp_path: Path, mark: str, number: str) -> None:
    lead = LEAD.replace("14", number.format(mark, mark))
    assert text(tmp_path, article(paragraphs(mark + lead, SECOND, THIRD))) == text_of(LEAD, SECOND, THIRD)


def test_a_comment_in_a_feed_s_entry_ends_no_paragraph() -> None:
    assert fragment_paragraphs(f"<p>{LEAD[:40]}<!--more-->{LEAD[40:]}</p>") == [LEAD]


# --- bare text --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        f"<div>{LEAD}{paragraphs(SECOND, THIRD, FOURTH)}</div>",
        f"<div><b>{LEAD[:12]}</b>{LEAD[12:]}{paragraphs(SECOND, THIRD, FOURTH)}</div>",
        f"<div>{paragraphs(LEAD, SECOND)}{THIRD}{paragraphs(FOURTH)}</div>",
        f"<section>{LEAD}<br><br>{SECOND}{paragraphs(THIRD, FOURTH)}</section>",
        f"<div><div>{LEAD}</div><div>{SECOND}</div>{paragraphs(THIRD, FOURTH)}</div>",
        f"<span>{LEAD}{paragraphs(SECOND, THIRD, FOURTH)}</span>",
    ],
)
def test_bare_text_beside_paragraphs_is_of_the_story(tmp_path: Path, body: str) -> None:
    assert text(tmp_path, article(body)) == STORY


def test_a_brief_line_between_bare_lines_is_kept(tmp_path: Path) -> None:
    lines = "".join(f"<div>{line}</div>" for line in (LEAD, "“Tidak.”", SECOND, THIRD))
    assert text(tmp_path, article(f"<div>{lines}</div>")) == text_of(LEAD, "“Tidak.”", SECOND, THIRD)


# --- what nobody sees -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "struck",
    ["<del>{}</del>", "<s>{}</s>", "<strike>{}</strike>", "<span style='text-decoration: line-through'>{}</span>"],
)
def test_what_is_struck_out_is_not_read(tmp_path: Path, struck: str) -> None:
    lead = LEAD.replace("14 ketel", f"{struck.format('19 ketel')} <ins>14 ketel</ins>")
    assert text(tmp_path, article(paragraphs(lead, SECOND, THIRD))) == text_of(LEAD, SECOND, THIRD)


@pytest.mark.parametrize(
    "hidden", ["hidden", "style='DISPLAY: none'", "style='color:red;visibility:hidden'", "aria-hidden='true'"]
)
@pytest.mark.parametrize("tag", ["p", "div", "span", "section"])
def test_what_is_hidden_is_not_read(tmp_path: Path, hidden: str, tag: str) -> None:
    body = f"{paragraphs(LEAD, SECOND)}<{tag} {hidden}>{OTHER}</{tag}>{paragraphs(THIRD, FOURTH)}"
    assert text(tmp_path, article(body)) == STORY


@pytest.mark.parametrize("hidden", ["aria-hidden='true'", "style='display:none'", "hidden"])
def test_what_holds_most_of_a_page_is_shown_by_a_script(tmp_path: Path, hidden: str) -> None:
    body = article(paragraphs(LEAD, SECOND, THIRD, FOURTH)).replace("<main>", f"<main {hidden}>")
    assert text(tmp_path, body) == STORY


# --- whatever the story's container is called -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "share-box",
        "comment",
        "comments-area",
        "ad-slot",
        "sidebar",
        "related",
        "promo banner",
        "newsletter",
        "footer",
        "meta",
    ],
)
@pytest.mark.parametrize("kind", ["class", "id"])
def test_a_story_is_found_whatever_its_element_is_called(tmp_path: Path, name: str, kind: str) -> None:
    others = "".join(
        f"<li><div class='entry-content'><h4>Kabar lain {i}</h4><p>{OTHER}</p></div></li>" for i in range(2)
    )
    body = f"<h1>Judul</h1><div {kind}='{name}'>{paragraphs(LEAD, SECOND, THIRD, FOURTH)}</div><ul>{others}</ul>"
    assert text(tmp_path, f"<main><article>{body}</article></main>") == STORY


@pytest.mark.parametrize("tag", ["aside", "form", "footer", "header", "td"])
def test_a_story_is_found_whatever_its_element_is(tmp_path: Path, tag: str) -> None:
    inner = f"<{tag}>{paragraphs(LEAD, SECOND, THIRD, FOURTH)}</{tag}>"
    body = f"<table><tr>{inner}</tr></table>" if tag == "td" else inner
    assert text(tmp_path, f"<div><h1>Judul</h1>{body}</div>") == STORY


def test_a_name_that_all_paragraphs_bear_throws_none_away(tmp_path: Path) -> None:
    body = "".join(f"<p class='share-text'>{line}</p>" for line in (LEAD, SECOND, THIRD, FOURTH))
    assert text(tmp_path, article(body)) == STORY


def test_readers_comments_are_no_story(tmp_path: Path) -> None:
    comments = f"<div class='comments'>{paragraphs(OTHER)}</div>"
    assert text(tmp_path, article(paragraphs(LEAD, SECOND, THIRD, FOURTH)) + comments) == STORY


# --- other stories ----------------------------------------------------------------------------------------------

LABELS = (
    "Baca Juga:|Read also|Related stories|Artikel Berkaitan|Lesen Sie auch:|Mehr zum Thema|À lire aussi|Lea también"
    "|Leia também:|Leggi anche|Lees ook|Читайте также|اقرأ أيضا|関連記事|相关阅读|관련기사|Xem thêm"
).split("|")


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    "box",
    [
        "<div><strong>{}</strong><div><h4>Jembatan Rante Rampung</h4><p>{}</p></div></div>",
        "<aside><h3>{}</h3><p>{}</p></aside>",
        "<section><p>{}</p><ul><li>{}</li></ul></section>",
        "<h3>{}</h3><ul><li>{}</li></ul>",
        "<table><tr><td><b>{}</b><br>{}</td></tr></table>",
    ],
)
def test_a_box_that_opens_with_a_label_is_of_other_stories(tmp_path: Path, label: str, box: str) -> None:
    body = paragraphs(LEAD, SECOND) + box.format(label, OTHER) + paragraphs(THIRD, FOURTH)
    assert text(tmp_path, article(body)) == STORY


@pytest.mark.parametrize("label", ["Komentar", "Comentarios", "Kommentare"])
def test_readers_comments_are_left_out(tmp_path: Path, label: str) -> None:
    body = paragraphs(LEAD, SECOND, THIRD, FOURTH) + f"<div class='a_c'><h3>{label}</h3><p>Aturan › {OTHER}</p></div>"
    assert text(tmp_path, article(body)) == STORY


@pytest.mark.parametrize(
    "teaser",
    [
        "<p><a href='/1'>Jembatan Rante Lembang Rampung Terlambat</a></p>",
        "<p>Pilihan kami: <a href='/1'>Jembatan Rante Lembang Rampung Terlambat</a></p>",
        "<p><b>Zie verder</b>: <a href='/1'>Jembatan Rante Lembang Rampung Terlambat</a></p>",
        f"<div><h3><a href='/1'>Jembatan Rante Lembang Rampung</a></h3><p>{OTHER}</p></div>",
    ],
)
def test_a_headline_that_is_a_link_is_of_another_story(tmp_path: Path, teaser: str) -> None:
    body = paragraphs(LEAD, SECOND) + teaser + paragraphs(THIRD, FOURTH)
    assert text(tmp_path, article(body)) == STORY


def test_a_teaser_within_a_paragraph_is_left_out(tmp_path: Path) -> None:
    second = f"{SECOND} <strong>Baca juga: <a href='/1'>Jembatan Rante Lembang Rampung</a></strong> Begitu seterusnya."
    assert text(tmp_path, article(paragraphs(LEAD, second, THIRD))) == text_of(
        LEAD, f"{SECOND} Begitu seterusnya.", THIRD
    )


def test_a_sentence_that_is_a_link_is_told(tmp_path: Path) -> None:
    body = paragraphs(LEAD, f"<a href='/laporan'>{SECOND}</a>", THIRD)
    assert text(tmp_path, article(body)) == text_of(LEAD, SECOND, THIRD)


def test_the_page_s_own_headline_may_be_a_link(tmp_path: Path) -> None:
    headline = "<h2><a href='/x'>Penyulingan Cengkih Watu Lanang Beroperasi</a></h2>"
    assert text(tmp_path, f"<article>{headline}{paragraphs(LEAD, SECOND)}</article>") == text_of(LEAD, SECOND)


# --- above the story --------------------------------------------------------------------------------------------

STANDFIRST = "Empat belas ketel menyala lagi sesudah tujuh tahun."
CAPTION = "Ketel penyulingan di tepi teluk. (Foto: Dena)"


@pytest.mark.parametrize(
    "deck", ["<h2>{}</h2>", "<p class='meta-deck'>{}</p>", "<div class='subtitle'><p>{}</p></div>"]
)
@pytest.mark.parametrize(
    "picture",
    ["<figure><img><figcaption>{}</figcaption></figure>", "<div><img><div class='foto__caption'>{}</div></div>"],
)
def test_standfirst_and_caption_are_kept_above_the_lead(tmp_path: Path, deck: str, picture: str) -> None:
    body = f"<header><h1>Judul</h1>{deck.format(STANDFIRST)}</header><div class='share'><a>Bagikan</a></div>"
    body += picture.format(CAPTION) + f"<div class='article-content'>{paragraphs(LEAD, SECOND, THIRD)}</div>"
    assert text(tmp_path, f"<main>{body}</main>") == text_of(STANDFIRST, CAPTION, LEAD, SECOND, THIRD)
