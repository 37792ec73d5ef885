"""The live snapshot, followed: a new one is opened beside the old, and takes its place between two questions."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.answers.answerer import Answerer
from index.store.snapshots import Snapshot, current_name, open_current
from index.types import UnusableError

logger = logging.getLogger(__name__)


class LiveAnswerer:
    """Lends the Answerer of the live snapshot. Safe to use from several threads."""

    def __init__(self, index_dir: Path, first: Snapshot, answerer: Callable[[Snapshot], Answerer]) -> None:
        self._index_dir = index_dir
        self._make = answerer
        self._answerer = answerer(first)
        self._lent: Counter[Answerer] = Counter()
        self._lock = threading.Lock()
        self._told = ""
        """Why the snapshot that is live on disk is not the one that answers; told once."""

    @property
    def name(self) -> str:
        """The name of the snapshot that answers now."""
        return self.snapshot.name

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers now, for its name and its manifest: it may be closed at any time."""
        return self._answerer.snapshot

    @contextmanager
    def lend(self) -> Iterator[Answerer]:
        """The present Answerer; its snapshot stays open for as long as it is lent."""
        with self._lock:
            answerer = self._answerer
            self._lent[answerer] += 1
        try:
            yield answerer
        finally:
            with self._lock:
                self._lent[answerer] -= 1
                if not self._lent[answerer]:
                    del self._lent[answerer]
                    if answerer is not self._answerer:
                        answerer.snapshot.close()

    def follow(self) -> None:
        """Switch to the live snapshot if that is another one now; a broken one is told in the log and passed by."""
        try:
            if current_name(self._index_dir) != self._answerer.snapshot.name:
                self._switch(self._opened())
            self._told = ""
        except UnusableError as exc:
            if str(exc) != self._told:
                logger.warning("Still answering from snapshot %s: %s", self._answerer.snapshot.name, exc)
            self._told = str(exc)

    def _opened(self) -> Answerer:
        snapshot = open_current(self._index_dir)
        try:
            return self._make(snapshot)
        except BaseException:
            snapshot.close()
            raise

    def _switch(self, answerer: Answerer) -> None:
        with self._lock:
            before, self._answerer = self._answerer, answerer
            if not self._lent[before]:
                del self._lent[before]
                before.snapshot.close()
        logger.info("Answering from snapshot %s now", answerer.snapshot.name)
