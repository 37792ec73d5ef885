"""Files of several articles, and what becomes of them when they are loaded; the stories are made up."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from index.articles.loading import load
from index.articles.types import ArticleFile
from index.types import Article, LoadError

TITLE = "Banjir Rob Rendam Tanjung Lima"
LEAD = "Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa setempat."
SECOND = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang mereka."


def loaded(folder: Path, name: str, content: str | bytes) -> list[Article | LoadError]:
    """All that a new file with that content gives."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(load(ArticleFile(path, PurePosixPath(name)), "kabar"))


def articles(found: list[Article | LoadError]) -> list[Article]:
    """The same, if all of it are articles."""
    assert all(isinstance(item, Article) for item in found), found
    return [item for item in found if isinstance(item, Article)]


def reasons(found: list[Article | LoadError], folder: Path) -> list[tuple[str, str]]:
    """Of each error the path below the folder, and the reason."""
    errors = [item for item in found if isinstance(item, LoadError)]
    return [(error.path.removeprefix(f"{folder.as_posix()}/"), error.reason) for error in errors]
