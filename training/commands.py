"""What the commands of this package have in common: the arguments they take, and how they end."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from index.types import KabarError

PLACES = {
    "trunk": "the unpacked embedding model: the folder that training.prepare prints",
    "data": "the folder of questions (*.jsonl.gz, see training/README.md)",
    "cache": "where the embedding model is unpacked, or was before",
    "mined": "the misleading passages: the file that training.mining writes",
    "checkpoint": "what training.train saves, or what training.export writes",
    "out": "what is written",
}
MISUSED, INTERRUPTED = 2, 130
"""Exit codes."""


def parser(command: str, description: str | None, *places: str) -> argparse.ArgumentParser:
    """A parser for `python -m training.COMMAND` that takes these places, in this order."""
    made = argparse.ArgumentParser(
        prog=f"python -m training.{command}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for place in places:
        made.add_argument(place, metavar=place.upper(), type=Path, help=PLACES[place])
    return made


def progress(text: str) -> None:
    """Tell what is being done, with the time."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def run(main: Callable[[], None]) -> None:
    """Run a command. What its user can put right ends it with one plain sentence, and an interruption without one."""
    try:
        main()
    except KabarError as exc:
        sys.stderr.write(f"{exc}\n")
        sys.exit(MISUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
