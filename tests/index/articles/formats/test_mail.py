"""Saved e-mails: their text without headers and signature, under their subject."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from article_files import LEAD, SECOND, read, refusal, text_of

from index.types import LoadError

HEADERS = (
    "Return-Path: <humas@teluk.example>\nReceived: from mx.teluk.example by mail.suara.example\n"
    "\tfor <redaksi@suara.example>; Thu, 02 May 2024 23:40:00 +0000\nFrom: Humas Teluk <humas@teluk.example>\n"
    "To: redaksi@suara.example\nSubject: Pompa Teluk Damar Ditambah\nDate: Fri, 3 May 2024 06:40:00 +0700\n\n"
)
SIGNATURE = "\n\n-- \nHumas Teluk\nSurat ini hanya untuk penerimanya.\n"


@pytest.mark.parametrize("name", ["a.eml", "a.txt"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_mail_is_its_text_under_its_subject(tmp_path: Path, name: str, line_end: str) -> None:
    written = f"{HEADERS}{LEAD}\n\n{SECOND}{SIGNATURE}".replace("\n", line_end)
    article = read(tmp_path, name, written)
    assert (article.title, article.text) == ("Pompa Teluk Damar Ditambah", text_of(LEAD, SECOND))
    assert (article.published, article.author) == (date(2024, 5, 3), "Humas Teluk")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_mail_is_decoded(tmp_path: Path, encoding: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "humas@teluk.example", "a@b.example", "Fwd: “Café” di Teluk"
    message.set_content(f"{LEAD} Jürgen\n", cte=encoding)
    message.add_alternative(f"<p>{SECOND}</p>", subtype="html")
    message.add_attachment(b"\0" * 99, maintype="application", subtype="pdf", filename="a.pdf")
    article = read(tmp_path, "a.eml", message.as_bytes())
    assert (article.title, article.text) == ("“Café” di Teluk", f"{LEAD} Jürgen")


def test_a_mail_of_html_alone_is_read(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "humas@teluk.example", "Pompa"
    message.set_content(f"<div><p>{LEAD}</p><p>{SECOND}</p></div>", subtype="html")
    assert read(tmp_path, "a.eml", message.as_bytes()).text == text_of(LEAD, SECOND)


def test_of_a_forwarded_mail_what_it_forwards_is_read(tmp_path: Path) -> None:
    inner = "Dari: Biro Humas <biro@teluk.example>\nTanggal: 1 Mei 2024\nPerihal: Tanggul Baru\nKepada: a@b.example"
    article = read(tmp_path, "a.eml", f"{HEADERS}---------- Forwarded message ---------\n{inner}\n\n{LEAD}")
    assert (article.title, article.published, article.text) == ("Tanggul Baru", date(2024, 5, 1), LEAD)


def test_labels_at_the_top_of_a_text_make_no_mail(tmp_path: Path) -> None:
    article = read(tmp_path, "a.txt", f"Judul: Pompa Ditambah\nPenulis: Rani Wulandari\nSumber: Suara Teluk\n\n{LEAD}")
    assert (article.title, article.author, article.text) == ("Pompa Ditambah", "Rani Wulandari", LEAD)


@pytest.mark.parametrize(
    "content",
    [
        HEADERS + "Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 3_000,
        HEADERS.replace("Subject:", "Subject: " + "=?utf-8?q?" * 20_000),
        "From: " + "(" * 50_000 + "\nSubject: a\nTo: b\n\nx",
        HEADERS.replace("\n\n", "\nContent-Type: multipart/mixed\n\n"),
        HEADERS.replace("\n\n", "\nContent-Type: text/plain; charset=rot13\n\nisi"),
        (HEADERS + "---------- Forwarded message ---------\n") * 1_000,
    ],
)
def test_a_hostile_mail_gives_an_article_or_a_reason(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.eml"
    path.write_text(content, "utf-8")
    try:
        article = read(tmp_path, "a.eml", content)
    except LoadError:
        assert refusal(path)
    else:
        assert article.text
