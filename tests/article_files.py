"""Articles as files, and what becomes of them when they are loaded; the stories are made up."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from index.articles.ids import article_ids
from index.articles.loading import load
from index.articles.types import ArticleFile
from index.types import Article, LoadError

HEADLINE = "Banjir Rob Rendam Tanjung Lima"
CAPTION = "Foto arsip perahu nelayan di dermaga, 19 Juni 2023. (Sumber: Suara Teluk)"
LEAD = (
    "TANJUNG LIMA — Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa "
    "setempat, Ruslan Hadi."
)
SECOND = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang ke lantai dua."

PAGE = f"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>{HEADLINE} - Suara Teluk</title>
<meta property="article:published_time" content="2024-05-03T23:10:00Z"><meta name="author" content="Rani Wulandari">
<link rel="canonical" href="https://suarateluk.example/rob"></head>
<body><nav><a href="/">Beranda</a> <a href="/daerah">Daerah</a></nav>
<main><article><h1>{HEADLINE}</h1><p>Oleh Rani Wulandari</p><time>Jumat, 3 Mei 2024 | 10:00 WIB</time>
<figure class="wp-caption"><img src="a.jpg"><div><figcaption class="caption">{CAPTION}</figcaption></div></figure>
<p>{LEAD}</p><p><strong>Baca juga:</strong> <a href="/t">Tanggul Baru di Tanjung Lima</a></p>
<p>{SECOND}</p><ul><li>200 kasur</li></ul>
<table><tr><th>Desa</th><th>Rumah</th></tr><tr><td>Lima</td><td>340</td></tr></table>
<p>Bantuan itu dikirim pemerintah kabupaten dengan dua kapal pada hari Jumat, kata Bupati Teluk Damar.</p>
</article></main><aside><h3>Berita Terkait</h3><ul><li><a href="/1">Harga Ikan Turun</a></li></ul></aside>
<footer>Hak cipta © 2019 Suara Teluk</footer></body></html>"""


def load_one(file: ArticleFile) -> Article:
    """The only article of a file; raises why there is none."""
    (name,) = article_ids([file.relative]).values()
    (found,) = load(file, name)
    if isinstance(found, LoadError):
        raise found
    return found


def read(folder: Path, name: str, content: str | bytes) -> Article:
    """The article of a new file with that content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_one(ArticleFile(path, PurePosixPath(name)))


def refusal(path: Path) -> str:
    """The reason why a file gives no article."""
    with pytest.raises(LoadError) as caught:
        load_one(ArticleFile(path, PurePosixPath(path.name)))
    assert caught.value.path == path.as_posix()
    return caught.value.reason


def text_of(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def touch(folder: Path, *relative: str) -> None:
    """Make files of a headline alone, with the folders they lie in."""
    for name in relative:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEADLINE, encoding="utf-8")
