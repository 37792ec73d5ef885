"""Snapshots: folders that are published whole, never changed, and checked whenever they are opened.

    INDEX_DIR/CURRENT                        the live snapshot's name
    INDEX_DIR/snapshots/<UTC time>-<hash>/   manifest.json  catalogue.sqlite  vectors.faiss

The hash is of the manifest's bytes and the manifest holds the checksum of the other files, so a name vouches for all
that stands behind it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xxhash

from index.atomic import file_checksum, in_use, replace_text, sync
from index.store.disk import FILES, DiskStore
from index.text import chunking
from index.types import BrokenIndexError, BuildError, ConfigurationError, Embedder, MissingIndexError

KEPT = 5
FORMAT = 2
"""Of the manifest and of the files beside it."""
MANIFEST = "manifest.json"
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{16}")
_TIME, _TICK = "%Y%m%dT%H%M%S.%fZ", timedelta(microseconds=1)
LEFT_OVER = ".building-"
"""What the names of folders begin with that are being written or removed."""
BUILD_AGAIN = "Run: kabar index build"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds, and with what it was made."""

    created: str
    parent: str | None
    model: str
    fingerprint: str
    dimension: int
    chunker: int
    loader: int
    articles: int
    chunks: int
    added: list[str]
    updated: list[str]
    removed: list[str]
    moved: list[tuple[str, str]]
    files: dict[str, str] = field(default_factory=dict)
    """Name -> XXH3 checksum."""
    format: int = FORMAT


class Snapshot:
    """An open snapshot; while it is open, no build prunes it."""

    def __init__(self, folder: Path, manifest: Manifest, lock: int) -> None:
        self.name = folder.name
        self.folder = folder
        self.manifest = manifest
        self._lock = lock
        self.store = DiskStore(folder)

    def close(self) -> None:
        """Let go of the files and of the lock."""
        self.store.close()
        os.close(self._lock)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def require(self, embedder: Embedder) -> None:
        """Raise BrokenIndexError unless questions embedded by this embedder may be asked here."""
        made = (self.manifest.fingerprint, self.manifest.chunker)
        if made != (embedder.fingerprint, chunking.VERSION):
            raise BrokenIndexError(
                self.folder,
                f"The index was made with the embedding model {self.manifest.model!r} and passage cutter "
                f"{self.manifest.chunker}, not with {embedder.name!r} and {chunking.VERSION}. {BUILD_AGAIN}",
            )


def current_name(index_dir: Path) -> str:
    """The live snapshot's name. Raises MissingIndexError or BrokenIndexError."""
    pointer = index_dir / "CURRENT"
    try:
        name = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError as exc:
        raise MissingIndexError(f"There is no index in {index_dir} yet. {BUILD_AGAIN}") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise BrokenIndexError(pointer, f"{pointer} cannot be read. {BUILD_AGAIN}") from exc
    if not NAME.fullmatch(name):
        raise BrokenIndexError(pointer, f"{pointer} does not name a snapshot. {BUILD_AGAIN}")
    return name


def open_current(index_dir: Path) -> Snapshot:
    """The live snapshot, checked. Raises MissingIndexError or BrokenIndexError."""
    while True:
        name = current_name(index_dir)
        try:
            return open_snapshot(index_dir / "snapshots" / name)
        except BrokenIndexError:
            # Builds may have come and gone since the name was read, and have taken the old snapshot with them.
            if current_name(index_dir) == name:
                raise


def open_snapshot(folder: Path) -> Snapshot:
    """The snapshot in this folder, after checking every byte of it. Raises BrokenIndexError."""
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError as exc:
        raise BrokenIndexError(folder, f"The snapshot {folder} cannot be opened. {BUILD_AGAIN}") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        return Snapshot(folder, _checked_manifest(folder), lock)
    except BaseException as exc:
        os.close(lock)
        if isinstance(exc, OSError):
            raise BrokenIndexError(folder, f"The snapshot {folder} cannot be read. {BUILD_AGAIN}") from exc
        raise


def _checked_manifest(folder: Path) -> Manifest:
    manifest = _manifest(folder)
    if set(manifest.files) != set(FILES):
        raise _damaged(folder)
    for name, checksum in manifest.files.items():
        if file_checksum(folder / name) != checksum:
            raise _damaged(folder)
    return manifest


def _manifest(folder: Path) -> Manifest:
    content = (folder / MANIFEST).read_bytes()
    if folder.name.rpartition("-")[2] != _hash(content):
        raise _damaged(folder)
    facts = json.loads(content)
    if facts.get("format") != FORMAT:
        raise BrokenIndexError(folder, f"The snapshot {folder} was made by another version of Kabar. {BUILD_AGAIN}")
    return Manifest(**facts)


def _damaged(folder: Path) -> BrokenIndexError:
    return BrokenIndexError(folder, f"The snapshot {folder} is damaged. {BUILD_AGAIN}")


def _hash(content: bytes) -> str:
    return xxhash.xxh3_64_hexdigest(content)


@contextmanager
def building(index_dir: Path) -> Iterator[Path]:
    """An empty folder to write the next snapshot's files into; one build at a time.

    The folder is gone afterwards, unless it was published. What builds that were killed left behind is removed.
    """
    snapshots = index_dir / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    with _locked(index_dir):
        for left_over in snapshots.glob(f"{LEFT_OVER}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        folder = snapshots / f"{LEFT_OVER}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(index_dir: Path) -> Iterator[None]:
    """Nobody else builds or rolls back meanwhile; the lock is released by death."""
    from filelock import FileLock, Timeout

    lock = FileLock(index_dir / "build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise BuildError(f"Another build is running in {index_dir}. Wait until it is done.") from exc
    except OSError as exc:
        raise _unwritable(index_dir, exc) from exc
    try:
        yield
    finally:
        lock.release()


def _unwritable(index_dir: Path, exc: OSError) -> BuildError:
    return BuildError(
        f"{index_dir} cannot be written to ({exc.strerror or exc}). The live index is untouched; "
        "see that there is room and permission to write, then try again."
    )


def publish(index_dir: Path, folder: Path, manifest: Manifest) -> str:
    """Make the finished folder the live snapshot, in one step; the name it got. Older ones beyond five go."""
    complete = asdict(manifest) | {"files": {name: file_checksum(folder / name) for name in FILES}}
    content = json.dumps(complete, ensure_ascii=False, indent=2).encode()
    (folder / MANIFEST).write_bytes(content)
    for name in (*FILES, MANIFEST):
        sync(folder / name)
    sync(folder)
    name = f"{_time_for_name(index_dir, manifest):{_TIME}}-{_hash(content)}"
    folder.rename(folder.with_name(name))
    sync(folder.parent)
    replace_text(index_dir / "CURRENT", name + "\n")
    _prune(folder.parent, keep=name)
    return name


def _time_for_name(index_dir: Path, manifest: Manifest) -> datetime:
    """When it was made; just after the newest one, where the clock was set back: names sort as they were published."""
    made = datetime.fromisoformat(manifest.created)
    for newest in names(index_dir)[:1]:
        made = max(made, datetime.strptime(newest.partition("-")[0], _TIME).replace(tzinfo=UTC) + _TICK)
    return made


def now() -> str:
    """The time as manifests write it: UTC, ISO 8601, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def names(index_dir: Path) -> list[str]:
    """The names of all published snapshots, newest first."""
    folders = (index_dir / "snapshots").glob("*Z-*")
    named = (folder.name for folder in folders if NAME.fullmatch(folder.name) and folder.is_dir())
    return sorted(named, reverse=True)


def history(index_dir: Path) -> list[tuple[str, Manifest | None]]:
    """The kept snapshots, newest first, each with its manifest unless that is damaged."""
    found: list[tuple[str, Manifest | None]] = []
    for name in names(index_dir):
        try:
            found.append((name, _manifest(index_dir / "snapshots" / name)))
        except (OSError, BrokenIndexError):
            found.append((name, None))
    return found


def roll_back(index_dir: Path, to: str | None = None) -> str:
    """Make an earlier snapshot the live one: `to`, or the newest one before the live one; the name it got.

    Raises ConfigurationError where there is no such snapshot, BrokenIndexError where it is damaged.
    """
    with _locked(index_dir):
        live, kept = current_name(index_dir), names(index_dir)
        earlier = [name for name in kept if name < live]
        if to is None and not earlier:
            raise ConfigurationError(f"There is no snapshot before {live}. See them all with: kabar index history")
        if to is not None and to not in kept:
            raise ConfigurationError(f"There is no snapshot {to}. See them all with: kabar index history")
        name = to or earlier[0]
        open_snapshot(index_dir / "snapshots" / name).close()
        try:
            replace_text(index_dir / "CURRENT", name + "\n")
        except OSError as exc:
            raise _unwritable(index_dir, exc) from exc
        return name


def _prune(snapshots: Path, keep: str) -> None:
    for name in names(snapshots.parent)[KEPT:]:
        if name != keep and not in_use(snapshots / name):
            # Renamed first: whoever looks for it finds it whole or not at all.
            gone = (snapshots / name).rename(snapshots / f"{LEFT_OVER}{name}")
            shutil.rmtree(gone, ignore_errors=True)
