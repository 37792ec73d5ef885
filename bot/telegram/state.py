"""What the bot keeps about people and answers: SQLite in WAL, so that a killed process loses nothing.

Every writing method has committed when it returns.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from bot.telegram.migrations import NotOursError, migrate, transaction, version_of
from index.types import ConfigurationError

logger = logging.getLogger(__name__)

BUSY_SECONDS = 10.0
"""For which another process that writes is waited for."""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer that was sent, so that buttons, edits, replies and feedback find it again."""

    chat: int
    message: int
    """The bot's."""
    asked_in: int | None
    """The asker's message."""
    user: int | None
    question: str
    """As it was asked."""
    understood: str
    answer: str | None
    quote: str | None
    article: str | None
    title: str | None
    within: str | None = None
    """The article that was asked within."""
    asks_source: bool = False
    """Whether it tells who says so, of the answer to the question that was understood."""
    topic: str | None = None
    """What the question was given to be about, where it named nothing itself."""


class Feedback(NamedTuple):
    """What somebody said about an answer."""

    id: int
    at: datetime
    user: int
    question: str
    answer: str | None
    article: str | None
    quote: str | None
    good: bool | None
    expected: str | None
    """What would have been right; empty when the articles do not say."""


class Gap(NamedTuple):
    """A question that the articles did not answer, and how often it was asked."""

    question: str
    times: int
    last: datetime


class Admitted(NamedTuple):
    """A user or a group that an invitation let in."""

    id: int
    at: datetime


ANSWER_COLUMNS = "question, answer, article, quote"
"""What feedback keeps of the answer, which it outlives."""
SENT_COLUMNS = ", ".join(field.name for field in fields(SentAnswer))


class State:
    """The bot's memory on disk. Safe to use from several threads; nobody who reads waits for one who writes."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time, busy: float = BUSY_SECONDS) -> None:
        """Open the file, or make it, and bring it to this version. Raises ConfigurationError when that is not possible.

        Every byte that is in use is checked, which takes a fifth of a second for 100 MB.
        """
        self._clock = clock
        self._scrubbed = False  # what the last process forgot may still stand in the log
        self._writing, self._reading = threading.RLock(), threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._writer = _connected(path, busy)
            _prepare(self._writer)
            self._reader = _connected(path, busy)
            self._reader.execute("PRAGMA query_only=ON")
            self.scrub()
            _make_private(path)
        except NotOursError as exc:
            raise ConfigurationError(f"STATE_DB={path} {exc}") from exc
        except (OSError, sqlite3.Error) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else exc
            raise ConfigurationError(
                f"STATE_DB={path} cannot be used ({reason}). Name a file that can be written, or move this one away."
            ) from exc

    def close(self) -> None:
        """Close the file."""
        with self._reading, self._writing:
            self._reader.close()
            self._writer.close()

    # --- people -------------------------------------------------------------------------------------------------

    def language(self, user: int) -> str | None:
        """The language that a user chose."""
        found = self._rows("SELECT language FROM people WHERE user = ?", user)
        return found[0][0] if found else None

    def set_language(self, user: int, code: str) -> None:
        """Speak this language with a user from now on."""
        self._do("INSERT OR REPLACE INTO people VALUES (?, ?)", user, code)

    def forget(self, user: int) -> None:
        """Remove a user's language, the answers to them, what they said about answers, and others about theirs."""
        with self._transaction():
            for table in ("people", "given", "feedback"):
                self._do(f"DELETE FROM {table} WHERE user = ?", user)
            self._do("DELETE FROM feedback WHERE asker = ?", user)
        self._scrubbed = False
        self.scrub()

    def scrub(self) -> None:
        """Remove what was forgotten from the log beside the file too, unless somebody reads in it just now."""
        with self._writing:
            if not self._scrubbed:
                ((is_busy, _, _),) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._scrubbed = not is_busy

    # --- access -------------------------------------------------------------------------------------------------

    def invite(self, valid_for: timedelta = timedelta(days=7)) -> str:
        """A new code that lets one user or group in, once."""
        code = secrets.token_urlsafe(16)
        self._do("INSERT INTO invitations VALUES (?, ?)", _hashed(code), self._clock() + valid_for.total_seconds())
        return code

    def redeem(self, code: str, id: int) -> bool:  # noqa: A002
        """Let a user or group in, if the code is known, in time and not used up."""
        with self._transaction():
            used = self._do("DELETE FROM invitations WHERE code = ? AND until > ?", _hashed(code), self._clock())
            if used:
                self._do("INSERT OR REPLACE INTO admitted VALUES (?, ?)", id, self._clock())
        return bool(used)

    def is_admitted(self, *ids: int) -> bool:
        """Whether one of these was let in."""
        marks = ", ".join("?" * len(ids))
        return bool(self._rows(f"SELECT 1 FROM admitted WHERE id IN ({marks}) LIMIT 1", *ids))

    def admitted(self) -> list[Admitted]:
        """All that were let in, newest first."""
        return [
            Admitted(id_, _moment(at)) for id_, at in self._rows("SELECT id, at FROM admitted ORDER BY at DESC, id")
        ]

    def withdraw(self, id: int) -> bool:  # noqa: A002
        """Let somebody in no longer; False if they were not."""
        return bool(self._do("DELETE FROM admitted WHERE id = ?", id))

    def move_group(self, old: int, new: int) -> bool:
        """Let a group in under its new id; False if it was not let in under the old one."""
        return bool(self._do("UPDATE OR REPLACE admitted SET id = ? WHERE id = ?", new, old))

    # --- answers ------------------------------------------------------------------------------------------------

    def keep(self, answer: SentAnswer) -> None:
        """Keep an answer, in the place of an earlier one of the same message."""
        marks = ", ".join("?" * (len(fields(SentAnswer)) + 1))
        self._do(f"INSERT OR REPLACE INTO given ({SENT_COLUMNS}, at) VALUES ({marks})", *astuple(answer), self._clock())

    def sent_answer(self, chat: int, message: int) -> SentAnswer | None:
        """The answer that a message of the bot holds."""
        found = self._rows(f"SELECT {SENT_COLUMNS} FROM given WHERE chat = ? AND message = ?", chat, message)
        return SentAnswer(*found[0]) if found else None

    def answer_to(self, chat: int, asked_in: int) -> SentAnswer | None:
        """The answer to a message of the asker."""
        found = self._rows(
            f"SELECT {SENT_COLUMNS} FROM given WHERE chat = ? AND asked_in = ? ORDER BY message DESC LIMIT 1",
            chat,
            asked_in,
        )
        return SentAnswer(*found[0]) if found else None

    # --- feedback -----------------------------------------------------------------------------------------------

    def judge(self, chat: int, message: int, user: int, good: bool) -> bool:
        """Keep what a user thinks of an answer; False if the answer is not known."""
        return self._say(chat, message, user, "good", good)

    def expect(self, chat: int, message: int, user: int, expected: str) -> bool:
        """Keep what a user says would have been right, empty for "the articles do not say"; False as above."""
        return self._say(chat, message, user, "expected", expected)

    def _say(self, chat: int, message: int, user: int, what: str, value: object) -> bool:
        kept = self._do(
            f"INSERT INTO feedback (at, chat, message, user, asker, {ANSWER_COLUMNS}, {what}) "
            f"SELECT ?, chat, message, ?, user, {ANSWER_COLUMNS}, ? FROM given WHERE chat = ? AND message = ? "
            f"ON CONFLICT (chat, message, user) DO UPDATE SET at = excluded.at, {what} = excluded.{what}, "
            + ", ".join(f"{column} = excluded.{column}" for column in ANSWER_COLUMNS.split(", ")),
            self._clock(), user, value, chat, message,
        )  # fmt: skip
        return bool(kept)

    def feedback(self) -> list[Feedback]:
        """All that was said about answers, newest first."""
        records = self._rows(
            f"SELECT id, at, user, {ANSWER_COLUMNS}, good, expected FROM feedback ORDER BY at DESC, id DESC"
        )
        return [
            Feedback(
                id_, _moment(at), user, question, answer, article, quote, None if good is None else bool(good), expected
            )
            for id_, at, user, question, answer, article, quote, good, expected in records
        ]

    def add_gap(self, question: str) -> None:
        """Count a question that was not answered."""
        folded = " ".join(question.casefold().split())
        self._do(
            "INSERT INTO gaps VALUES (?, ?, 1, ?) "
            "ON CONFLICT (folded) DO UPDATE SET count = count + 1, last = excluded.last",
            folded, question, self._clock(),
        )  # fmt: skip

    def gaps(self, most: int = 20) -> list[Gap]:
        """Questions that were not answered, those that were asked most first."""
        records = self._rows("SELECT question, count, last FROM gaps ORDER BY count DESC, last DESC LIMIT ?", most)
        return [Gap(question, times, _moment(last)) for question, times, last in records]

    # --- limits and age -----------------------------------------------------------------------------------------

    def count(self, key: str, start: int) -> int:
        """One more in the window of this key that begins then; how many that makes."""
        statement = "INSERT INTO windows VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count"
        with self._writing:
            ((count,),) = self._writer.execute(statement, (key, start)).fetchall()
        return int(count)

    def prune(self, older_than: timedelta) -> None:
        """Remove answers that were given longer ago, codes that are too old, and windows that are over or,
        after the clock was set back, to come.
        """
        now = self._clock()
        with self._transaction():
            self._do("DELETE FROM given WHERE at < ?", now - older_than.total_seconds())
            self._do("DELETE FROM invitations WHERE until < ?", now)
            self._do("DELETE FROM windows WHERE start NOT BETWEEN ? AND ?", int(now) - 3600, int(now))

    # --- parts --------------------------------------------------------------------------------------------------

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        """What is read."""
        with self._reading:
            return self._reader.execute(statement, values).fetchall()

    def _do(self, statement: str, *values: Any) -> int:
        """How many rows were changed."""
        with self._writing:
            return self._writer.execute(statement, values).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._writing, transaction(self._writer):
            yield


def _connected(path: Path, busy: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=busy, check_same_thread=False, isolation_level=None)


def _prepare(database: sqlite3.Connection) -> None:
    """Make sure that the file is ours and whole, and bring it to this version."""
    version_of(database)  # before anything is changed
    ((finding,),) = database.execute("PRAGMA quick_check(1)")
    if finding != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {finding.splitlines()[-1]}")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    migrate(database)


def _make_private(path: Path) -> None:
    """Let nobody but the file's owner read it; SQLite gives the files that it makes beside it the same rights."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists() and file.stat().st_mode & 0o077:
            try:
                file.chmod(0o600)
            except OSError as exc:
                logger.warning("Others can read %s, and that cannot be changed (%s)", file, exc.strerror)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
