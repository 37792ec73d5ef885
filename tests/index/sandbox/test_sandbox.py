"""Reading in a process of its own: it ends, whatever happens in it, and knows no secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kabar_process import REPOSITORY
from patience import PATIENCE, wait_until

from index.sandbox.child import GRACE
from index.sandbox.parent import Limits, read_apart
from index.types import RefusedError

READERS = {
    "tell": """
import os, resource, signal
def read(data):
    limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in ("RLIMIT_AS", "RLIMIT_CPU")}
    return {"length": len(data), "environment": dict(os.environ), "limits": limits, "alarm": signal.alarm(0)}
""",
    "hang": """
import os, pathlib, time
def read(data):
    pathlib.Path(data.decode()).write_text(str(os.getpid()))
    while True:
        time.sleep(0.1)
""",
    "refuse": """
from index.sandbox.parent import RefusedError
def read(data):
    raise RefusedError("it is " + data.decode())
""",
    "spin": "def read(data):\n    while True: pass",
    "fill": "def read(data): return len(bytearray(4 << 30))",
    "squeeze": "def read(data): raise ImportError('no_room.so: failed to map segment from shared object')",
    "recurse": "def read(data): return read(data)",
    "crash": "import ctypes\ndef read(data): ctypes.string_at(0)",
    "leave": "import os\ndef read(data): os._exit(0)",
    "chatter": "def read(data): return 'x' * (3 << 20)",
    "write": "import pathlib\ndef read(data): pathlib.Path(data.decode()).write_bytes(bytes(3 << 20))",
    "lack": "import no_such_library\ndef read(data): return 1",
}


@pytest.fixture(autouse=True)
def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in READERS.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def is_alive(pid: int) -> bool:
    """Whether there is such a process, a zombie included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_read_comes_back() -> None:
    assert read_apart("tell", bytes(20 << 20))["length"] == 20 << 20


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:secret")
    environment = read_apart("tell", b"")["environment"]
    assert environment.keys() <= {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LC_CTYPE"}
    assert "secret" not in str(environment)


def test_the_process_ends_itself_should_nobody_else_do_it() -> None:
    told = read_apart("tell", b"", Limits(seconds=700, memory=700 << 20))
    assert 0 < told["alarm"] <= 700 + GRACE
    assert told["limits"]["RLIMIT_CPU"] == 700 + GRACE
    if sys.platform != "darwin":
        assert told["limits"]["RLIMIT_AS"] == 700 << 20


def test_a_refusal_is_told() -> None:
    with pytest.raises(RefusedError, match=r"^it is encrypted$"):
        read_apart("refuse", b"encrypted")


def test_a_missing_library_is_told() -> None:
    with pytest.raises(ImportError, match="no_such_library"):
        read_apart("lack", b"")


@pytest.mark.parametrize("reader", ["hang", "spin"])
def test_what_takes_too_long_is_given_up_and_leaves_nothing(
    tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = list[int]()

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *command: Any, **options: Any) -> None:
            super().__init__(*command, **options)
            started.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    with pytest.raises(RefusedError, match=r"^reading it took longer than 1 seconds$"):
        read_apart(reader, bytes(tmp_path / "pid"), Limits(seconds=1))
    (pid,) = started
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # not even a dead one is left


@pytest.mark.skipif(sys.platform == "darwin", reason="it does not limit memory")
@pytest.mark.parametrize("reader", ["fill", "squeeze"])
def test_what_takes_too_much_memory_is_given_up(reader: str) -> None:
    with pytest.raises(RefusedError, match=r"^reading it takes more than 500 MB of memory$"):
        read_apart(reader, b"", Limits(memory=500 << 20))


def test_what_gives_too_much_is_given_up() -> None:
    with pytest.raises(RefusedError, match=r"^it holds more than 2 MB of text$"):
        read_apart("chatter", b"", Limits(output=2 << 20))


@pytest.mark.parametrize("reader", ["crash", "recurse", "leave"])
def test_a_crash_is_an_error_here(reader: str) -> None:
    with pytest.raises((RuntimeError, ValueError)):
        read_apart(reader, bytes(1 << 20))


def test_the_process_cannot_fill_the_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        read_apart("write", bytes(tmp_path / "large"), Limits(output=1 << 20))
    assert (tmp_path / "large").stat().st_size <= 1 << 20


def test_a_folder_of_our_name_where_the_user_stands_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere" / "index").mkdir(parents=True)
    (tmp_path / "elsewhere" / "index" / "__init__.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert read_apart("tell", b"abc")["length"] == 3


def test_many_threads_may_read_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda size: read_apart("tell", bytes(size))["length"], range(8)))
    assert told == list(range(8))


def test_ctrl_c_leaves_no_orphan(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"from index.sandbox.parent import read_apart; read_apart('hang', {bytes(pid)!r})"
    paths = os.pathsep.join([str(tmp_path), str(REPOSITORY)])
    with subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": paths}, stderr=subprocess.DEVNULL
    ) as parent:
        wait_until(lambda: parent.poll() is not None or (pid.exists() and pid.read_text()))
        parent.send_signal(signal.SIGINT)
        assert parent.wait(PATIENCE) != 0
    wait_until(lambda: not is_alive(int(pid.read_text())))
