"""The file of misleading passages, which training.mining writes and training.train reads."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import NamedTuple

from index.types import ConfigurationError


class Mined(NamedTuple):
    """Passages that search brings up for a question although they do not answer it."""

    passages: list[str]
    near: dict[str, list[int]]
    """For each case, by its id, numbers of passages, nearest first."""


def write_mined(mined: Mined, file: Path) -> None:
    """Write them as one gzipped JSON object, `{"passages": [text, …], "near": {case id: [number, …]}}`."""
    with gzip.open(file, "wt", encoding="utf-8") as out:
        json.dump(mined._asdict(), out, ensure_ascii=False)


def read_mined(file: Path) -> Mined:
    """What `write_mined` wrote. Raises ConfigurationError when that is not there."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as content:
            return Mined(**json.load(content))
    except (OSError, EOFError, ValueError, TypeError, zlib.error) as exc:
        raise ConfigurationError(f"{file} is not what training.mining writes ({exc}). Run it again.") from exc
