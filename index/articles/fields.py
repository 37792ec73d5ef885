"""What formats declare about an article: addresses, languages, and the names of their fields."""

from __future__ import annotations

import re

from index.text.language import detect_language

NAMES = {
    "title": ("title", "judul", "headline"),
    "published": (
        *(
            "published",
            "publishedat",
            "datepublished",
            "datepublish",
            "publisheddate",
            "publishdate",
            "date",
            "pubdate",
        ),
        *("publicationdate", "publishedtime", "publishtime", "publishedon", "articlepublishedtime", "dateissued"),
        *("tanggal", "tanggalterbit", "tanggalpublikasi", "tanggaltayang", "tgl", "tglterbit", "terbit", "waktu"),
        *("waktuterbit", "waktutayang", "tarikh", "fecha", "datum", "posteddate", "postedon", "postedat", "postdate"),
    ),
    "author": ("author", "authors", "penulis", "byline", "creator"),
    "url": ("url", "link", "canonical", "canonicalurl", "sourceurl", "articleurl", "mainentityofpage", "source"),
    "language": ("language", "lang", "bahasa", "inlanguage"),
    "text": (
        *("text", "content", "body", "articlebody", "maintext", "articletext", "fulltext", "bodytext", "contenttext"),
        *("isi", "isiberita", "isiartikel", "konten", "teks", "articlecontent", "cleanedtext", "story"),
    ),
}
"""What people call the facts about an article, NewsAPI, schema.org and news-please among them; see `field_name`."""


def field_name(written: object) -> str:
    """A name without the capitals and marks by which people part its words: "publishedat" for "published_at"."""
    return re.sub(r"[\W_]", "", str(written).casefold())


def web_address(declared: str | None) -> str | None:
    """The address if it is one of the web; None for paths, scripts and names."""
    return declared if declared and re.fullmatch(r"https?://[^\s<>\"]{4,2000}", declared) else None


def language_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a declared language: "id" for "id-ID", and for "in", Indonesian's name of old."""
    match = re.match(r"[a-z]{2}(?![a-z])", (declared or "").strip().lower())
    code = match[0] if match else None
    return "id" if code == "in" else code


def spoken(declared: str | None, text: str) -> str | None:
    """The declared language with its region ("ms-MY"), unless the text is plainly in another."""
    code = language_code(declared)
    found = detect_language(text, code)
    return declared if found == code else found
