"""A look at everything that can be wrong with articles, index and model, and what mends it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.build import build
from index.store import snapshots
from index.store.disk import CATALOGUE
from index.types import Embedder, KabarError

LEAST_ROOM = 200_000_000
"""Bytes that a build of a small folder may need for a moment."""
SENTENCE = "Kapal itu tiba di pelabuhan pada pagi hari."


class Check(NamedTuple):
    """Something that was looked at."""

    check: str
    ok: bool
    detail: str
    mend: str | None = None
    """What to do when it is not in order."""


def examine(articles_dir: Path, index_dir: Path, load_embedder: Callable[[], Embedder]) -> Iterator[Check]:
    """Look at one thing after another; nothing is changed."""
    yield _articles(articles_dir)
    yield _writable(index_dir)
    yield _room(index_dir)
    yield from _snapshots(index_dir)
    try:
        embedder = load_embedder()
        yield _model(embedder)
    except KabarError as exc:
        yield Check("model", False, str(exc))
        return
    yield _live(index_dir, embedder)
    yield from _up_to_date(articles_dir, index_dir, embedder)


def _articles(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("articles", False, f"there is no folder {folder}", "Make it, or set ARTICLES_DIR.")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Check("articles", False, f"{folder} cannot be read", "Give yourself permission to read it.")
    return Check("articles", True, str(folder))


def _writable(folder: Path) -> Check:
    there = _nearest(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        return Check("writing", False, f"{there} cannot be written to", "Give yourself permission, or set INDEX_DIR.")
    return Check("writing", True, f"{folder} can be written to")


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(_nearest(folder)).free
    sizes = [_size(folder / "snapshots" / name) for name in snapshots.names(folder)]
    needed = 2 * max(sizes, default=0) + LEAST_ROOM
    detail = f"{free / 1e9:.1f} GB are free, a build may need {needed / 1e9:.1f} GB"
    return Check("room", free >= needed, detail, None if free >= needed else "Free some room on that disk.")


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _snapshots(index_dir: Path) -> Iterator[Check]:
    """Every kept snapshot is read and checked, the live one and those to go back to."""
    for name in snapshots.names(index_dir):
        folder = index_dir / "snapshots" / name
        try:
            snapshots.open_snapshot(folder).close()
        except KabarError as exc:
            yield Check("snapshot", False, str(exc), f"If it is not the live one, remove the folder {folder}.")
        else:
            yield Check("snapshot", True, f"{name} is whole")
    left_over = list((index_dir / "snapshots").glob(f"{snapshots.LEFT_OVER}*"))
    if left_over:
        yield Check("left-overs", True, f"{len(left_over)} of builds that run or died; the next build removes them")


def _model(embedder: Embedder) -> Check:
    vectors = np.vstack([embedder.embed_passages([SENTENCE]), embedder.embed_question(SENTENCE)])
    lengths = np.linalg.norm(vectors, axis=1)
    if vectors.shape != (2, embedder.dimension) or not np.allclose(lengths, 1, atol=1e-3):
        return Check("model", False, f"{embedder.name} gives no vectors of length 1", "Set EMBEDDING_MODEL=bundled.")
    return Check("model", True, f"{embedder.name}, {embedder.dimension} dimensions, computed in {embedder.arithmetic}")


def _live(index_dir: Path, embedder: Embedder) -> Check:
    try:
        with snapshots.open_current(index_dir) as live:
            live.require(embedder)
            rows, trouble = live.store.chunks, _catalogue_trouble(live.folder / CATALOGUE, live.store.chunks)
    except KabarError as exc:
        return Check("live index", False, str(exc))
    if trouble:
        return Check("live index", False, trouble, "Run: kabar index build --full")
    return Check("live index", True, f"{live.name} answers, {rows} passages")


def _catalogue_trouble(file: Path, rows: int) -> str | None:
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        ((verdict,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
        ((count,),) = connection.execute("SELECT count(*) FROM chunks").fetchall()
    finally:
        connection.close()
    if verdict != "ok":
        return f"the catalogue is damaged ({verdict})"
    return None if count == rows else f"the catalogue has {count} passages and the vectors {rows}"


def _up_to_date(articles_dir: Path, index_dir: Path, embedder: Embedder) -> Iterator[Check]:
    try:
        report = build([articles_dir], index_dir, embedder, dry_run=True)
    except KabarError as exc:
        yield Check("articles in the index", False, str(exc))
        return
    changes = report.changes
    if report.skipped:
        reasons = "; ".join(str(error) for error in report.skipped[:10])
        mend = "Mend these files, or move them out of the folder."
        yield Check("articles in the index", False, f"{len(report.skipped)} files give no article: {reasons}", mend)
    if changes:
        counts = f"{len(changes.added)} to add, {len(changes.updated)} to update, {len(changes.removed)} to remove"
        yield Check("articles in the index", True, f"the next build has {counts}", "Run: kabar index build")
    elif not report.skipped:
        yield Check("articles in the index", True, f"all {report.articles} are up to date")
