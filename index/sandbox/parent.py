"""Reading what may be hostile in a process of its own, which is given up when it takes too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from index.types import RefusedError


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take."""

    seconds: float = 30.0
    """By the clock."""
    memory: int = 1 << 30
    """Bytes of address space, of which the libraries take a twentieth. macOS does not enforce it."""
    output: int = 64 << 20
    """Bytes of what is read, as JSON."""


LIMITS = Limits()
_NEEDED = ("PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What the interpreter itself may need to start. Tokens and other secrets stand in other variables."""


def read_apart(module: str, data: bytes, limits: Limits = LIMITS) -> Any:
    """What `read(data)` of a module returns, which is JSON; it runs in a process of its own.

    Raises RefusedError if the module does, or if reading takes more than the limits; RuntimeError if the process
    crashes; ImportError if the module cannot be imported.
    """
    # Not forked: models and their threads live in this process. And by a file, for which a limit of size holds.
    with tempfile.TemporaryFile() as answer:
        try:
            process = subprocess.run(  # noqa: S603  # this interpreter and a module of ours
                _command(module, limits),
                input=data,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                timeout=limits.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise RefusedError(f"reading it took longer than {limits.seconds:g} seconds") from exc
        if process.returncode:
            raise RuntimeError(f"reading ended with {process.returncode}")
        answer.seek(0)
        return _result(json.loads(answer.read()))


def _result(answer: dict[str, Any]) -> Any:
    if "missing" in answer:
        raise ImportError(answer["missing"])
    if "refused" in answer:
        raise RefusedError(answer["refused"])
    return answer["read"]


def python_path() -> str:
    """PYTHONPATH for `python -P -m` of a module of ours: the same code and libraries as here, wherever one stands.

    Without -P, a folder `index` or a file `bot.py` where the user happens to stand would be run in place of ours.
    """
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return os.pathsep.join([str(Path(__file__).resolve().parents[2]), *map(os.path.abspath, paths)])


def _command(module: str, limits: Limits) -> list[str]:
    numbers = [ceil(limits.seconds), limits.memory, limits.output]
    return [sys.executable, "-P", "-m", "index.sandbox.child", module, *map(str, numbers)]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _NEEDED if name in os.environ} | {"PYTHONPATH": python_path()}
