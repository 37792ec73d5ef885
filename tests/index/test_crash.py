"""Builds are killed at any moment, files are damaged at any place: never a wrong answer, never a traceback."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kabar_process import environment

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store import snapshots
from index.store.snapshots import open_current
from index.types import BrokenIndexError

KILLS, TOWERS = 50, 40
QUESTION = "How tall is the tower of Velmora?"
BUILD = """
import sys
from pathlib import Path
from index.build import build
from index.embedding.loading import HashEmbedder
build([Path(sys.argv[1])], Path(sys.argv[2]), HashEmbedder())
"""
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

    def stop(self) -> str:
        """What it wrote on standard error."""
        self._stop.set()
        self._thread.join(30)
        _, errors = self.process.communicate(timeout=30)
        return errors


def test_no_kill_ever_harms_an_answer_or_the_next_build(tmp_path: Path) -> None:
    articles, index_dir, moment = tmp_path / "articles", tmp_path / "index", random.Random(4)
    articles.mkdir()
    write_version(articles, 0)
    build([articles], index_dir, HashEmbedder())
    command = [sys.executable, "-c", BUILD, str(articles), str(index_dir)]
    begun = time.monotonic()
    write_version(articles, 1)
    subprocess.run(command, env=environment({}), check=True)
    usual = time.monotonic() - begun

    asker = Asker(index_dir)
    killed = 0
    for version in range(2, 400):
        write_version(articles, version)
        building = subprocess.Popen(command, env=environment({}), stderr=subprocess.DEVNULL)
        try:
            building.wait(moment.uniform(0.2, 1.05) * usual)
        except subprocess.TimeoutExpired:
            building.kill()
            killed += 1
            building.wait()
        if killed == KILLS:
            break
    errors = asker.stop()

    assert killed == KILLS
    assert len(asker.answers) >= KILLS
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
