"""What stands in the folder becomes the next snapshot; what did not change is neither read nor embedded again.

sources -> staged -> copies, older versions and likes marked -> changes -> chunks -> published
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter

from index.articles import loading
from index.steps.chunks import add_chunks
from index.steps.previous import Previous
from index.steps.sources import Source, find_sources
from index.steps.staging import Staging, mark_links
from index.store import snapshots
from index.store.schema import Link
from index.store.snapshots import Manifest, Snapshot
from index.store.writer import StoreWriter
from index.text import chunking
from index.types import Article, BuildError, ConfigurationError, Embedder, LoadError, Progress, UnusableError


@dataclass(frozen=True, slots=True)
class Changes:
    """Article ids, against the snapshot before."""

    added: list[str]
    updated: list[str]
    removed: list[str]
    moved: list[tuple[str, str]]
    """Pairs of a removed and an added one with the same wording."""

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do."""

    snapshot: str
    """The live one."""
    changes: Changes
    articles: int
    skipped: list[LoadError]
    copies: list[tuple[str, str]]
    """Articles that are not indexed because they say the same in the same words as another, with that other."""
    superseded: list[tuple[str, str]]
    """Articles that are not indexed because a newer version of them is there, with the newest."""
    similar: list[tuple[str, str]]
    """Articles that are nearly the same as another one, with that other; both are indexed."""
    chunks: int
    embedded: int
    """How many of the chunks the model was given; the vectors of the others were there."""
    seconds: float

    @property
    def unchanged(self) -> int:
        """How many articles are as they were."""
        return self.articles - len(self.changes.added) - len(self.changes.updated)


def build(
    roots: Sequence[Path],
    index_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _step, _done, _total: None,
    *,
    full: bool = False,
    dry_run: bool = False,
) -> BuildReport:
    """Make the index hold exactly the articles under `roots`.

    The live index changes at the very end or not at all. With `full` nothing of the live index is used again; with
    `dry_run` nothing is embedded and nothing on disk changes, and the report tells what would be. Raises
    ConfigurationError when there is nothing to index, BuildError when the build cannot be finished.
    """
    for root in roots:
        if not root.exists():
            raise ConfigurationError(f"There is no file or folder {root}. Name one that exists, or set ARTICLES_DIR.")
    with _preparing(index_dir, embedder, progress, full=full, dry_run=dry_run) as build:
        report = build.run(*find_sources(roots, index_dir))
        if not report.articles:
            raise _nothing_to_index(roots, report.skipped)
        return report


def build_from(
    articles: Iterable[Article],
    index_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _step, _done, _total: None,
) -> BuildReport:
    """Make the index hold exactly these articles; as `build`, for articles that are no files."""
    with _preparing(index_dir, embedder, progress) as build:
        return build.run([Source(None, lambda: iter(articles))], [])


def _nothing_to_index(roots: Sequence[Path], skipped: Sequence[LoadError]) -> ConfigurationError:
    places, kinds = ", ".join(str(root) for root in roots), " ".join(loading.FORMATS)
    reasons = "".join(f"\n  skipped {error}" for error in skipped)
    return ConfigurationError(f"There is no article in {places}. Put some there ({kinds}) and build again.{reasons}")


@contextmanager
def _preparing(
    index_dir: Path, embedder: Embedder, progress: Progress, *, full: bool = False, dry_run: bool = False
) -> Iterator[_Build]:
    """A build that holds the lock, or a dry run, which needs none.

    What the disk and the database complain of becomes a BuildError.
    """
    try:
        with ExitStack() as stack:
            folder = None if dry_run else stack.enter_context(snapshots.building(index_dir))
            live = _live(index_dir)
            if live:
                stack.enter_context(live)
            writer = StoreWriter(folder, embedder.dimension)
            stack.callback(writer.abandon)
            yield _Build(index_dir, folder, Previous(live, embedder, full=full), writer, embedder, progress)
    except (OSError, sqlite3.Error) as exc:
        raise BuildError(
            f"The index could not be built in {index_dir} ({exc}). The index before is untouched; "
            "see that there is room and permission to write, then build again."
        ) from exc


def _live(index_dir: Path) -> Snapshot | None:
    """The live snapshot, if there is one that can be trusted."""
    try:
        return snapshots.open_current(index_dir)
    except UnusableError:
        return None


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, with all that its steps need."""

    index_dir: Path
    folder: Path | None
    """Of the next snapshot; a dry run has none."""
    previous: Previous
    writer: StoreWriter
    embedder: Embedder
    progress: Progress
    started: float = field(default_factory=perf_counter)

    def run(self, sources: Sequence[Source], unreadable: Sequence[LoadError]) -> BuildReport:
        """Take one step after the other; the live snapshot stays where the next one would be the same."""
        previous, writer = self.previous, self.writer
        if previous.is_made_of({source.file for source in sources}):
            return self._unchanged([*unreadable, *previous.store.skipped()])
        staging = Staging(writer, previous)
        staging.add_all(sources, self.progress)
        skipped = [*unreadable, *staging.skipped]
        mark_links(writer)
        changes, links = self._changes(staging.read), writer.links()
        if not changes and previous.is_the_same(writer.files(), links):
            return self._unchanged(skipped)
        changed = {*changes.added, *changes.updated}
        embedded = add_chunks(writer, previous, self.embedder, changed, self.progress, embed=self.folder is not None)
        name = self._publish(changes)
        return self._report(name, changes, links, writer.chunks, skipped, embedded)

    def _changes(self, read: Set[str]) -> Changes:
        """Against the snapshot before; only articles that were read now can have been updated."""
        before, after = self.previous.indexed(), self.writer.indexed()
        added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
        places = {after[id_]: id_ for id_ in added}
        again = read & before.keys()
        articles = (article for _, article in self.writer.articles() if article.id in again) if again else ()
        return Changes(
            added=added,
            updated=sorted(article.id for article in articles if self.previous.has_another(article)),
            removed=removed,
            moved=[(id_, places[before[id_]]) for id_ in removed if before[id_] in places],
        )

    def _publish(self, changes: Changes) -> str:
        """The name of the live snapshot: of the new one, unless it is empty or a dry run."""
        articles = self.writer.count_indexed()
        if self.folder is None or not articles:
            return self.previous.name or ""
        self.writer.close()
        manifest = Manifest(
            created=snapshots.now(),
            parent=self.previous.name,
            model=self.embedder.name,
            fingerprint=self.embedder.fingerprint,
            dimension=self.embedder.dimension,
            chunker=chunking.VERSION,
            loader=loading.VERSION,
            articles=articles,
            chunks=self.writer.chunks,
            **asdict(changes),
        )
        return snapshots.publish(self.index_dir, self.folder, manifest)

    def _unchanged(self, skipped: list[LoadError]) -> BuildReport:
        store = self.previous.store
        return self._report(self.previous.name or "", Changes([], [], [], []), store.links(), store.chunks, skipped, 0)

    def _report(
        self, snapshot: str, changes: Changes, links: list[Link], chunks: int, skipped: list[LoadError], embedded: int
    ) -> BuildReport:
        return BuildReport(
            snapshot=snapshot,
            changes=changes,
            articles=sum(link.stand_in is None for link in links),
            skipped=skipped,
            copies=[(link.article, link.copy_of) for link in links if link.copy_of],
            superseded=[(link.article, link.superseded_by) for link in links if link.superseded_by],
            similar=[(link.article, link.similar_to) for link in links if link.similar_to],
            chunks=chunks,
            embedded=embedded,
            seconds=perf_counter() - self.started,
        )
