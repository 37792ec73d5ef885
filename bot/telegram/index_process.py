"""`kabar index …` as a process of its own, so that a build neither slows the bot nor can take it down."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.settings import PROGRESS_LINES, Settings
from index.sandbox.parent import python_path
from index.types import KabarError, Progress

LONGEST_SECONDS = 3600.0
"""That a build may take."""


class IndexProcess:
    """Runs index commands on the folders of the settings, one at a time. Belongs to one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = asyncio.Lock()

    @property
    def is_busy(self) -> bool:
        """Whether one runs now."""
        return self._lock.locked()

    async def add(self, sources: Sequence[str], progress: Progress) -> dict[str, Any]:
        """What `kabar index add --json` prints. Raises KabarError with what it says instead."""
        return await self._run("add", sources, progress, self._folders)

    async def remove(self, article: str, progress: Progress) -> dict[str, Any]:
        """What `kabar index remove --json` prints. Raises KabarError as above."""
        return await self._run("remove", [article], progress, self._folders)

    async def roll_back(self, snapshot: str) -> dict[str, Any]:
        """What `kabar index rollback --json` prints. Raises KabarError as above."""
        return await self._run("rollback", [snapshot], lambda *_: None, self._folders[:2])

    @property
    def _folders(self) -> list[str]:
        return ["--index-dir", str(self._settings.index_dir), "--articles", str(self._settings.articles_dir)]

    async def _run(
        self, command: str, names: Sequence[str], progress: Progress, options: Sequence[str]
    ) -> dict[str, Any]:
        async with self._lock:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "bot.cli", "index", command, "--json", *options, "--", *names),
                env=os.environ | {PROGRESS_LINES: "1", "PYTHONPATH": python_path()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    assert process.stdout
                    printed, errors = await asyncio.gather(process.stdout.read(), _errors(process, progress))
                    await process.wait()
            except TimeoutError:
                raise KabarError(f"It took longer than {LONGEST_SECONDS / 60:.0f} minutes and was given up.") from None
            finally:
                with suppress(ProcessLookupError):
                    process.kill()  # whenever it is killed, the live index is whole
                await process.wait()
        if process.returncode and process.returncode < 0:
            raise KabarError("It was killed. The live index is whole; try again.")
        if process.returncode:
            raise KabarError(errors or f"kabar index {command} ended with {process.returncode}.")
        result: dict[str, Any] = json.loads(printed)
        return result


async def _errors(process: asyncio.subprocess.Process, progress: Progress) -> str:
    """What it printed on standard error beside its progress."""
    assert process.stderr
    errors = []
    async for line in process.stderr:
        try:
            step = json.loads(line)
            progress(step["step"], step["done"], step["total"])
        except (ValueError, KeyError, TypeError):
            errors.append(line.decode(errors="replace").strip())
    return "\n".join(filter(None, errors))
