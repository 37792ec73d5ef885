"""Builds are killed at any moment, files are damaged at any place: never a wrong answer, never a traceback."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kabar_process import environment
from patience import PATIENCE, wait_until

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store import snapshots
from index.store.snapshots import open_current
from index.types import BrokenIndexError

KILLS, TOWERS = 50, 40
QUESTION = "How tall is the tower of Velmora?"
BUILDS = """
import os, signal, sys
from pathlib import Path
from index.build import build
from index.articles.finding import find_files
from index.articles.loading import load
from index.embedding.hashing import HashEmbedder
from index.text.duplicates import signature

import faiss, index.store.writer  # and what else is loaded at the first article, so that only building is counted
signature(next(load(next(find_files([Path(sys.argv[1])])), "warm")).text)

def build_until(last):
    calls = 0
    def count(*_):
        nonlocal calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)
    build([Path(sys.argv[1])], Path(sys.argv[2]), HashEmbedder())
    sys.setprofile(None)
    return calls

for line in sys.stdin:
    ours, theirs = os.pipe()
    if not os.fork():
        os.write(theirs, str(build_until(int(line))).encode())
        os._exit(0)
    os.close(theirs)
    os.wait()
    print(os.read(ours, 99).decode() or "killed", flush=True)
    os.close(ours)
"""
"""Builds as often as a line comes, each time in a process of its own that is killed at the call of that number; tells
how many calls a build took that was not."""
Kabar = Callable[..., "subprocess.CompletedProcess[str]"]


def write_version(folder: Path, version: int) -> None:
    """Every article says which version it belongs to."""
    for number in range(TOWERS):
        name = "Velmora" if number == 0 else f"Town{number}"
        text = f"The tower of {name}\n\nThe tower of {name} is {1000 + version} metres tall, they say.\n"
        (folder / f"tower{number}.txt").write_text(text)


class Asker:
    """A `kabar ask` process that is asked the same question again and again."""

    def __init__(self, index_dir: Path) -> None:
        command = [sys.executable, "-m", "bot.cli", "ask", "--json", "--index-dir", str(index_dir)]
        self.process = subprocess.Popen(
            command,
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.answers: list[dict[str, object]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask_on)
        self._thread.start()

    def _ask_on(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        while not self._stop.is_set():
            self.process.stdin.write(QUESTION + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            if not line:
                return
            self.answers.append(json.loads(line))

    def wait_for_another(self) -> None:
        """Until one more question was asked and answered."""
        before = len(self.answers)
        wait_until(lambda: len(self.answers) > before + 1 or not self._thread.is_alive())

    def stop(self) -> str:
        """What it wrote on standard error."""
        self._stop.set()
        self._thread.join(PATIENCE)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return errors


def test_no_kill_ever_harms_an_answer_or_the_next_build(tmp_path: Path) -> None:
    articles, index_dir = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    write_version(articles, 0)
    build([articles], index_dir, HashEmbedder())
    command = [sys.executable, "-c", BUILDS, str(articles), str(index_dir)]
    builds = subprocess.Popen(command, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert builds.stdin
    assert builds.stdout

    def build_until(call: int, version: int) -> str:
        write_version(articles, version)
        builds.stdin.write(f"{call}\n")
        builds.stdin.flush()
        return builds.stdout.readline().strip()

    calls = int(build_until(0, 1))
    asker = Asker(index_dir)
    ends = []
    for number in range(KILLS):
        left = 1 - (number + 0.5) / KILLS  # squared, so that more are killed near the end, where it is published
        ends.append(build_until(round(calls * (1 - left**2)), number + 2))
        asker.wait_for_another()
    errors = asker.stop()
    builds.communicate()

    assert ends.count("killed") > 0.8 * KILLS  # the last may have got away: builds differ by some calls
    assert "Traceback" not in errors
    for answer in asker.answers:
        heights = {height for source in answer["sources"] for height in re.findall(r"is (\d+) metres", source["text"])}
        assert len(heights) == 1, "an answer from two snapshots at once"
        assert answer["answer"] == f"The tower of Velmora is {heights.pop()} metres tall, they say."
    write_version(articles, 999)
    report = build([articles], index_dir, HashEmbedder())
    assert report.articles == TOWERS
    assert list((index_dir / "snapshots").glob(f"{snapshots.LEFT_OVER}*")) == []
    with open_current(index_dir) as live:
        assert all("1999 metres" in passage.text for passage in live.store.passages(range(live.store.chunks)))


def damaged_copies(index_dir: Path, tmp_path: Path, times: int) -> Iterator[tuple[str, Path]]:
    """Copies of an index, each damaged at one place, with a word on what was done."""
    place = random.Random(8)
    files = [path.relative_to(index_dir) for path in sorted(index_dir.rglob("*")) if path.is_file()]
    for file in files:
        size = (index_dir / file).stat().st_size
        if not size:
            continue  # the lock
        for number in range(times):
            copy = tmp_path / f"{file.name}-{number}"
            shutil.copytree(index_dir, copy)
            content = bytearray((copy / file).read_bytes())
            at = place.randrange(size)
            if number % 3:
                content[at] ^= 1 << place.randrange(8)
            else:
                del content[at:]
            (copy / file).write_bytes(content)
            yield f"{file} at {at} of {size}", copy
            shutil.rmtree(copy)


def test_every_damage_is_refused_or_harmless(index_dir: Path, articles_dir: Path, tmp_path: Path) -> None:
    refusals = []
    for what, copy in damaged_copies(index_dir, tmp_path, 60):
        try:
            with open_current(copy) as snapshot:
                assert snapshot.store.passages([0])[0].article == "harbour", what
            assert "CURRENT" in what, what  # only the line break at its end says nothing
        except BrokenIndexError as exc:
            refusals.append(str(exc))
    assert len(refusals) > 230
    assert all("Run: kabar index build" in refusal for refusal in refusals)
    for _what, copy in damaged_copies(index_dir, tmp_path, 3):
        assert build([articles_dir], copy, HashEmbedder()).articles == 3
        open_current(copy).close()


@pytest.mark.parametrize("command", [["ask", "second crane?"], ["search", "crane"], ["index", "status"]])
def test_a_damaged_index_ends_a_command_with_one_sentence(
    kabar: Kabar, index_dir: Path, tmp_path: Path, command: list[str]
) -> None:
    for what, copy in damaged_copies(index_dir, tmp_path, 2):
        run = kabar(*command, "--index-dir", str(copy))
        if "CURRENT" not in what or run.returncode:
            assert run.returncode == 2, what
            assert (run.stdout, run.stderr.count("\n")) == ("", 1), what
            assert "Run: kabar index build" in run.stderr, what
