"""The tables of STATE_DB, version by version.

A published migration is never changed: files of its version are out there. A new one is added behind the last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

ANONYMOUS_ADMIN = 1087968824
MIGRATIONS: Sequence[Iterable[str]] = (
    (
        "CREATE TABLE people (user INTEGER PRIMARY KEY, language TEXT NOT NULL) STRICT",
        "CREATE TABLE invitations (code TEXT PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE admitted (id INTEGER PRIMARY KEY, at REAL NOT NULL) STRICT",
        """
        CREATE TABLE given (
            chat INTEGER NOT NULL, message INTEGER NOT NULL, asked_in INTEGER, user INTEGER, question TEXT NOT NULL,
            understood TEXT NOT NULL, answer TEXT, quote TEXT, article TEXT, title TEXT, within TEXT, at REAL NOT NULL,
            PRIMARY KEY (chat, message)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX given_to ON given (chat, asked_in)",
        "CREATE INDEX given_at ON given (at)",
        """
        CREATE TABLE feedback (
            id INTEGER PRIMARY KEY, at REAL NOT NULL, chat INTEGER NOT NULL, message INTEGER NOT NULL,
            user INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT, article TEXT, quote TEXT, good INTEGER,
            expected TEXT, UNIQUE (chat, message, user)
        ) STRICT
        """,
        """
        CREATE TABLE gaps (
            folded TEXT PRIMARY KEY, question TEXT NOT NULL, count INTEGER NOT NULL, last REAL NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE windows (
            key TEXT, start INTEGER, count INTEGER NOT NULL, PRIMARY KEY (key, start)
        ) STRICT, WITHOUT ROWID
        """,
    ),
    (
        # Whose question it was that somebody said something about, so that /forget finds it.
        "ALTER TABLE feedback ADD COLUMN asker INTEGER",
        # Telegram has one user for all anonymous admins: what they asked is their group's from now on.
        f"UPDATE given SET user = chat WHERE user = {ANONYMOUS_ADMIN}",
        f"UPDATE feedback SET user = chat WHERE user = {ANONYMOUS_ADMIN}",
        """
        UPDATE feedback SET asker = coalesce(
            (SELECT user FROM given WHERE given.chat = feedback.chat AND given.message = feedback.message),
            CASE WHEN chat > 0 THEN chat END  -- a private chat has its person's id
        )
        """,
        # What a question was understood as, so that it need not be understood again.
        "ALTER TABLE given ADD COLUMN asks_source INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE given ADD COLUMN topic TEXT",
    ),
)
"""Statements, each group of which makes a version out of the one before; the first makes version 1 of an empty file."""


class NotOursError(Exception):
    """The file is no state of this Kabar: the end of a sentence that begins with its name."""


def version_of(database: sqlite3.Connection) -> int:
    """The version of its tables, 0 without any. Raises NotOursError."""
    ((version, empty),) = database.execute(  # in one statement, so of one moment
        "SELECT user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema) FROM pragma_user_version"
    )
    if version > len(MIGRATIONS):
        raise NotOursError("was made by a newer Kabar. Update this one, or name another file.")
    if not version and not empty:
        raise NotOursError("is the database of another program. Name another file.")
    return int(version)


def migrate(database: sqlite3.Connection) -> None:
    """Bring the tables to the newest version, each step whole or not at all. Raises NotOursError."""
    while (version := version_of(database)) < len(MIGRATIONS):
        with transaction(database):
            if version_of(database) == version:  # else another process was quicker
                for statement in MIGRATIONS[version]:
                    database.execute(statement)
                database.execute(f"PRAGMA user_version={version + 1}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """What is written within is there as a whole, or not at all when it raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
