"""Where articles come from: every file below the roots, and how it is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from index.articles import loading
from index.articles.finding import find_files
from index.articles.ids import article_ids
from index.articles.opening import display_path
from index.articles.types import ArticleFile
from index.store.schema import SourceFile
from index.types import Article, LoadError


class Source(NamedTuple):
    """Something that gives articles, and a file's checksum by which one can tell whether it gives others now."""

    file: SourceFile | None
    load: Callable[[], Iterator[Article | LoadError]]


def find_sources(roots: Sequence[Path], index_dir: Path) -> tuple[list[Source], list[LoadError]]:
    """Every file under the roots, and why others cannot even be tried."""
    wanted_back = any(_within(root, index_dir) for root in roots)
    files = [file for file in find_files(roots) if wanted_back or not _within(file.path, index_dir)]
    ids = article_ids(file.relative for file in files if loading.is_tried(file))
    sources, errors = list[Source](), list[LoadError]()
    for file in files:
        try:
            sources.append(_source(file, ids.get(file.relative)))
        except LoadError as exc:
            errors.append(exc)
    return sources, errors


def _source(file: ArticleFile, article_id: str | None) -> Source:
    if article_id is None:
        raise loading.refusal(file)
    checksum = loading.checksum(file.path)
    source = SourceFile(article_id, display_path(file.path), display_path(file.relative), checksum)
    return Source(source, partial(loading.load, file, article_id))


def _within(path: Path, folder: Path) -> bool:
    """Whether the path lies in a folder; the index may lie below the articles, with those that were removed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
