"""The live snapshot, as far as the next one may be made of it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from index.articles import loading
from index.store.disk import DiskStore
from index.store.schema import Entry, Link, SourceFile
from index.store.snapshots import Snapshot
from index.text import chunking
from index.types import Article, Chunk, Embedder, LoadError, Vectors


class Previous:
    """What the live snapshot knows; nothing where there is none.

    Where other loaders, another chunker or another model made it less of it is used again, and nothing in a full build;
    what changed is told against it all the same.
    """

    def __init__(self, snapshot: Snapshot | None, embedder: Embedder, *, full: bool) -> None:
        self._snapshot = snapshot
        made = snapshot.manifest if snapshot and not full else None
        self._reads_alike = bool(made and made.loader == loading.VERSION)
        self._has_vectors = bool(made and made.fingerprint == embedder.fingerprint)
        self._has_chunks = bool(self._has_vectors and made and made.chunker == chunking.VERSION)
        self._files = self.store.files() if self._reads_alike else {}

    @property
    def name(self) -> str | None:
        """The snapshot's, if there is one."""
        return self._snapshot.name if self._snapshot else None

    @property
    def store(self) -> DiskStore:
        """The snapshot's; there has to be one."""
        assert self._snapshot is not None
        return self._snapshot.store

    # --- articles -------------------------------------------------------------------------------------------

    def knows(self, file: SourceFile | None) -> bool:
        """Whether it has what a file would give."""
        return file in self._files

    def entries(self, file: SourceFile) -> list[Entry]:
        """The articles of a file that it knows."""
        return self.store.entries(self._files[file])

    def skipped(self, file: SourceFile) -> list[LoadError]:
        """What in a file that it knows gave no article."""
        return self.store.skipped(self._files[file])

    def indexed(self) -> dict[str, bytes]:
        """The wording of every article that is indexed, by id."""
        return self.store.indexed() if self._snapshot else {}

    def has_another(self, article: Article) -> bool:
        """Whether its article of the same id, which is indexed, differs in anything."""
        return bool(self._snapshot) and self.store.article(article.id) not in {None, article}

    # --- chunks ---------------------------------------------------------------------------------------------

    def cut(self, article: Article) -> tuple[list[Chunk], list[bytes], Vectors] | None:
        """The chunks of an article that did not change, with their digests and vectors; None if it is cut anew."""
        return self.store.cut(article) if self._has_chunks else None

    def vectors(self, digests: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors of those of these model's texts that it has."""
        rows = self.store.rows_of(digests) if self._has_vectors else {}
        return dict(zip(rows, self.store.vectors(list(rows.values())), strict=True)) if rows else {}

    # --- the whole ------------------------------------------------------------------------------------------

    def is_made_of(self, files: Set[SourceFile | None]) -> bool:
        """Whether it holds just these files, and a build of them would give it again."""
        return self._has_chunks and bool(self._files) and files == self._files.keys()

    def is_the_same(self, files: Set[SourceFile], links: Sequence[Link]) -> bool:
        """Whether one of these files and links would be the same, if no article changed.

        With others among them, every build would read those files again.
        """
        return (
            self._has_chunks and self._reads_alike and files == self._files.keys() and list(links) == self.store.links()
        )
