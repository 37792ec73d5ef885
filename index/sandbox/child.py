"""The process in which a hostile file is read: `python -m index.sandbox.child MODULE SECONDS MEMORY OUTPUT`.

The file comes on standard input; what the module reads in it goes to standard output, as JSON.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from importlib import import_module

from index.types import RefusedError

GRACE = 5
"""Seconds beyond the limit, for a process whose parent was killed and cannot end it any more."""


def main() -> None:
    """Read one file, within limits."""
    seconds, memory, output = map(int, sys.argv[2:])
    _confine(seconds, memory, output)
    answer = None
    with suppress(MemoryError):  # what filled the memory is let go before the next line
        answer = json.dumps(_read(sys.argv[1])).encode()
    if answer is None:
        answer = json.dumps({"refused": f"reading it takes more than {memory >> 20} MB of memory"}).encode()
    if len(answer) > output:
        answer = json.dumps({"refused": f"it holds more than {output >> 20} MB of text"}).encode()
    sys.stdout.buffer.write(answer)


def _confine(seconds: int, memory: int, output: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.alarm(seconds + GRACE)
    _limit(resource.RLIMIT_CPU, seconds + GRACE)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, output)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NPROC, 0)


def _limit(kind: int, most: int) -> None:
    _, allowed = resource.getrlimit(kind)
    if allowed != resource.RLIM_INFINITY:
        most = min(most, allowed)
    with suppress(ValueError, OSError):  # macOS knows no limit of address space
        resource.setrlimit(kind, (most, most))


def _read(name: str) -> dict[str, object]:
    try:
        module = import_module(name)
    except ImportError as exc:
        return {"missing": str(exc)}
    try:
        return {"read": module.read(sys.stdin.buffer.read())}
    except RefusedError as exc:
        return {"refused": str(exc)}
    except ModuleNotFoundError:
        raise
    except ImportError as exc:  # a library that is there, and finds no room any more
        raise MemoryError from exc


if __name__ == "__main__":
    main()
