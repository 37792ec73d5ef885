"""The state for coroutines: every call runs beside the event loop, and nobody waits long for another process."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

from bot.telegram.state import State

BUSY_SECONDS = 1.0
"""For which another process that writes is waited for."""
REST_SECONDS = 5.0
"""For which nothing is written after that was in vain, so that not everybody waits in turn."""

P = ParamSpec("P")
T = TypeVar("T")


class AsyncState:
    """Calls methods of the state on two threads: one reads, and one writes in the order of the calls."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="state-reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="state-writer")
        self._locked_until = 0.0

    def close(self) -> None:
        """Finish what is being written, and close the file."""
        self._reader.shutdown()
        self._writer.shutdown()
        self._state.close()

    async def read(self, method: Callable[Concatenate[State, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a method that only reads says. Raises sqlite3.Error."""
        call = partial(method, self._state, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._reader, call)

    async def write(self, method: Callable[Concatenate[State, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a method that writes says; it is carried out even if the caller is cancelled.

        Raises sqlite3.Error, and does so at once while another process keeps the file locked.
        """
        call = partial(method, self._state, *args, **kwargs)
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writer, self._write, call))

    def _write(self, call: Callable[[], T]) -> T:
        if monotonic() < self._locked_until:
            raise sqlite3.OperationalError("another process keeps it locked")
        try:
            return call()
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                self._locked_until = monotonic() + REST_SECONDS
            raise
