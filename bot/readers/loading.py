"""READER_MODEL becomes a reader."""

from __future__ import annotations

from pathlib import Path

from bot.readers.huggingface import ExtractiveReader
from bot.readers.sentence import SentenceReader
from bot.readers.types import Reader
from index.embedding.unpacking import Say
from index.embedding.weights import NAME as BUNDLED
from index.types import Embedder


def load_reader(name: str, embedder: Embedder, cache: Path, say: Say = lambda _text: None) -> Reader:
    """The reader that READER_MODEL names.

    `cache` is where the bundled one is unpacked once; `say` is told while that happens. Raises ModelError when there is
    no such model.
    """
    if name == SentenceReader.name:
        return SentenceReader(embedder)
    if name == BUNDLED:
        from bot.readers.bundled import BundledReader

        return BundledReader(cache, say)
    return ExtractiveReader(name)
