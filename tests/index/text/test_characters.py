"""Bytes become text, whatever they were written in."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from article_files import read

from index.text.characters import decode
from index.types import LoadError

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


IN_THEIR_ENCODINGS = [
    ("Le maire a fermé l’école après la tempête de dimanche.", ["cp1252", "mac_roman"]),
    ("Der Bürgermeister ließ die Brücke für zwölf Wochen schließen.", ["cp1252", "cp850"]),
    ("El alcalde cerró el puente viejo y costará 3 millones más, según el señor Núñez.", ["cp1252"]),
    ("Borgmästaren säger att bron stängs på måndag.", ["cp1252"]),
    ("Borgarstjórinn sagði að brúin verði lokuð í tólf vikur.", ["cp1252"]),
    ("Kafé di lantai dua seluas 40 m² dibuka “lagi” dengan suhu 18°C.", ["cp1252"]),
    ("Prezydent miasta zamknął wczoraj most, który ma już sto lat.", ["cp1250", "iso8859_2"]),
    ("Primátor uzavřel včera starý most, který je příliš úzký.", ["cp1250"]),
    ("Belediye başkanı dün eski köprüyü kapattığını açıkladı.", ["cp1254"]),
    ("Мэр закрыл старый мост на двенадцать недель, чтобы заменить опоры.", ["cp1251", "koi8_r", "cp866"]),
    ("«Мост у Новой Слободы закрыт», — заявил мэр Юрий Чижов.", ["cp1251", "mac_cyrillic"]),
    ("Ο δήμαρχος έκλεισε την παλιά γέφυρα για δώδεκα εβδομάδες.", ["cp1253"]),
    ("ראש העיר סגר את הגשר הישן לשנים עשר שבועות.", ["cp1255"]),
    ("أغلق رئيس البلدية الجسر القديم لمدة اثني عشر أسبوعا.", ["cp1256"]),
    ("นายกเทศมนตรีสั่งปิดสะพานเก่าเป็นเวลาสิบสองสัปดาห์", ["cp874"]),
    ("市长昨天宣布，旧桥将关闭十二个星期，以便更换支座。", ["gbk", "gb18030"]),
    ("市長昨天宣布，舊橋將關閉十二個星期，以便更換支座。", ["big5"]),
    ("市長は古い橋を十二週間閉鎖すると発表した。", ["shift_jis", "euc_jp", "iso2022_jp"]),
    ("시장은 오래된 다리를 십이 주 동안 닫는다고 어제 말했다.", ["euc_kr"]),
]


@pytest.mark.parametrize(("text", "encoding"), [(text, each) for text, all_ in IN_THEIR_ENCODINGS for each in all_])
def test_an_encoding_that_is_not_declared_is_told_by_the_text(tmp_path: Path, text: str, encoding: str) -> None:
    text = " ".join([text] * 5)
    assert read(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("declared", "text", "encoding"),
    [
        ("gb2312", "教师朱镕说：“走廊里挂着一百二十把旧伞。”", "gb18030"),
        ("x-gbk", "走廊里住着一只𠮷鸟。", "gb18030"),
        ("shift_jis", "髙橋さんは①番の傘を掛けた。", "cp932"),
        ("x-sjis", "髙橋さんは①番の傘を掛けた。", "cp932"),
        ("euc-kr", "펲시콜라 똠방각하가 우산을 걸었다.", "cp949"),
        ("ks_c_5601-1987", "펲시콜라 똠방각하가 우산을 걸었다.", "cp949"),
        ("big5", "香港啲學生掛咗一百二十把遮。", "big5hkscs"),
        ("tis-620", "ครูแขวนร่ม “เก่า” ไว้ในทางเดิน", "cp874"),
        ("iso-8859-1", "Le maire a fermé l’école “jusqu’à lundi”.", "cp1252"),
        ("us-ascii", "Le maire a fermé l’école “jusqu’à lundi”.", "cp1252"),
        ("iso-8859-9", "Belediye “eski köprüyü” kapattığını açıkladı.", "cp1254"),
    ],
)
def test_a_declared_encoding_is_the_larger_one_that_browsers_take_for_it(
    declared: str, text: str, encoding: str
) -> None:
    assert decode(text.encode(encoding), declared=declared) == text


@pytest.mark.parametrize("encoding", ["gbk", "euc_kr", "cp1251"])
def test_a_text_too_short_to_be_sure_of_is_refused(tmp_path: Path, encoding: str) -> None:
    text = {"gbk": "旧桥将关闭十二个星期", "euc_kr": "오래된 다리를 닫는다", "cp1251": "Мэр закрыл старый мост"}[
        encoding
    ]
    with pytest.raises(LoadError, match="its encoding cannot be told"):
        read(tmp_path, "a.txt", text.encode(encoding))


def test_what_looks_like_no_language_is_refused_and_not_guessed_at(tmp_path: Path) -> None:
    odd = "The words: " + " ".join("\x9d\x8f\xd7\xac\xb6\xf7\xa6" for _ in range(9))
    with pytest.raises(LoadError, match="its encoding cannot be told; save it as UTF-8"):
        read(tmp_path, "a.txt", odd.encode("latin-1"))


def test_one_damaged_byte_does_not_spoil_the_rest(tmp_path: Path) -> None:
    damaged = "“Café” itu – milik Jürgen – dibuka…".encode() + b" \xe9 lagi."
    assert read(tmp_path, "a.txt", damaged).text == "“Café” itu – milik Jürgen – dibuka… \ufffd lagi."
