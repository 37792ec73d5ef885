"""Articles that operators send to the bot: files and links."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from telegram import Document, Message, Update
from telegram.constants import FileSizeLimit
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.phrases import Phrases
from bot.telegram.index_process import IndexProcess
from bot.telegram.messages import plain
from bot.telegram.parts import NEW, PRIVATE, Handlers, Parts
from index.atomic import scratch_folder
from index.types import KabarError

logger = logging.getLogger(__name__)

LINKS = re.compile(r"\A\s*https?://\S+(?:\s+https?://\S+)*\s*\Z")
"""A message that is nothing but links."""
SECONDS_BETWEEN_EDITS = 1.5
LONGEST_NAME = 200
"""Bytes of a file's name that are kept, without its suffix; file systems take 255."""
ARRIVALS = ".arriving"
"""Below INDEX_DIR: files on their way to the articles; hidden, since the index may lie below the articles."""
SHOWN = 5
"""Files that were skipped, copies, and older versions."""

Context = ContextTypes.DEFAULT_TYPE


class Adding:
    """Adds what operators send, in a private chat with them."""

    def __init__(self, parts: Parts, process: IndexProcess) -> None:
        self._parts = parts
        self._process = process

    def handlers(self) -> Handlers:
        """For files and links of operators; those of others are messages like all others."""
        operators = filters.User(self._parts.settings.telegram_admins)
        links = filters.Regex(LINKS)
        return [
            MessageHandler(NEW & PRIVATE & operators & filters.Document.ALL, self.file),
            MessageHandler(NEW & PRIVATE & operators & filters.TEXT & links, self.links),
        ]

    async def file(self, update: Update, context: Context) -> None:
        """Add a file, beside whatever else its sender does meanwhile."""
        message = update.effective_message
        assert message
        assert message.document
        spoken = await self._parts.spoken(message.from_user)
        if (message.document.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
            await self._parts.sender.send(
                message.chat_id, plain(spoken.file_too_large).html, reply_to=message.message_id
            )
            return
        context.application.create_task(self._add_file(message, message.document, spoken), update)

    async def _add_file(self, message: Message, document: Document, spoken: Phrases) -> None:
        name = safe_name(document)
        with arrivals_folder(self._parts.settings.index_dir) as folder:
            path = folder / name
            await self._add(message, name, spoken, [str(path)], (document, path))

    async def links(self, update: Update, context: Context) -> None:
        """Add web pages, in the same way."""
        message = update.effective_message
        assert message
        urls = (message.text or "").split()
        spoken = await self._parts.spoken(message.from_user)
        context.application.create_task(self._add(message, urls[0], spoken, urls), update)

    async def _add(
        self,
        message: Message,
        name: str,
        spoken: Phrases,
        sources: Sequence[str],
        fetch: tuple[Document, Path] | None = None,
    ) -> None:
        """Add the sources, and tell in one message how it goes and what came of it."""
        words = spoken.another_build if self._process.is_busy else spoken.adding.format(name=name)
        report = Report(self._parts, message, await self._parts.sender.send(
            message.chat_id, plain(words).html, reply_to=message.message_id
        ))  # fmt: skip
        started = monotonic()
        try:
            if fetch:
                await self._parts.sender.fetch(fetch[0].file_id, fetch[1])
            added = await self._process.add(
                sources,
                lambda step, done, total: report.later(
                    spoken.adding_step.format(name=name, step=step, done=done, total=total)
                ),
            )
            text = summary(added, spoken, monotonic() - started)
        except asyncio.CancelledError:  # the bot stops, and this took longer than it waits
            await report.end(spoken.adding_stopped.format(name=name))
            raise
        except KabarError as exc:
            text = spoken.operation_failed.format(reason=without_folder(str(exc), sources))
        except Exception:
            logger.exception("An article could not be added")
            text = spoken.failed
        await report.end(text)


class Report:
    """A message that is edited in place, at most every second and a half, and last with what came of it."""

    def __init__(self, parts: Parts, message: Message, sent: int | None) -> None:
        self._parts = parts
        self._message = message
        self._sent = sent
        self._last = monotonic()
        self._editing: asyncio.Task[bool] | None = None

    def later(self, text: str) -> None:
        """Show this, unless something was shown just now."""
        idle = self._editing is None or self._editing.done()
        if self._sent and idle and monotonic() - self._last >= SECONDS_BETWEEN_EDITS:
            self._last = monotonic()
            self._editing = asyncio.create_task(self._edit(text))

    async def end(self, text: str) -> None:
        """Show this for good."""
        if self._editing:
            await asyncio.wait({self._editing})
        if not (self._sent and await self._edit(text)):
            await self._parts.sender.send(self._message.chat_id, plain(text).html)

    async def _edit(self, text: str) -> bool:
        assert self._sent
        return await self._parts.sender.edit(self._message.chat_id, self._sent, plain(text).html)


@contextmanager
def arrivals_folder(index_dir: Path) -> Iterator[Path]:
    """A folder for a file on its way to the articles, gone afterwards; what killed bots left of theirs goes too."""
    arrivals = index_dir / ARRIVALS
    arrivals.mkdir(parents=True, exist_ok=True)
    with scratch_folder(arrivals) as folder:
        yield folder


def safe_name(document: Document) -> str:
    """The file's name without anything that could lead out of a folder, or hide it."""
    name = re.sub(r"[^\w. ()-]+", "_", (document.file_name or "").replace("\\", "/").rpartition("/")[2])
    stem, dot, suffix = name.strip(" .").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    short = stem.encode()[:LONGEST_NAME].decode(errors="ignore")
    return (short.strip(" .") or "article") + (f".{suffix[:10]}" if suffix else "")


def summary(added: dict[str, Any], spoken: Phrases, seconds: float) -> str:
    """What came of it, in a few lines."""
    new, changed = len(added["added"]), len(added["updated"])
    passages, took = spoken.count_passages(added["embedded"]), spoken.duration(seconds)
    lines = []
    if new:
        lines.append(spoken.added.format(articles=spoken.count_articles(new), passages=passages, seconds=took))
    elif changed:
        lines.append(spoken.updated.format(articles=spoken.count_articles(changed), passages=passages, seconds=took))
    else:
        lines.append(spoken.unchanged)
    mine = {*added["added"], *added["updated"]}
    for key, other, phrase in (("copies", "of", spoken.copy_of), ("superseded", "by", spoken.superseded_by)):
        pairs = [(one["article"], one[other]) for one in added[key]]
        links = [(article, of) for article, of in pairs if article in mine or of in mine]
        lines += [phrase.format(article=article, other=of) for article, of in links[:SHOWN]]
    lines += [
        spoken.also_skipped.format(reason=f"{Path(one['path']).name}: {one['reason']}") for one in added["skipped"]
    ][:SHOWN]
    return "\n".join(lines)


def without_folder(text: str, sources: Sequence[str]) -> str:
    """The text without the folder that a file was fetched into."""
    for source in sources:
        if "://" not in source:
            text = text.replace(source, Path(source).name)
    return text
