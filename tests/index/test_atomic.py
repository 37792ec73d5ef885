"""Folders for work in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kabar_process import environment

from index.atomic import scratch_folder

HOLDS_ONE = """
import sys
from pathlib import Path
from index.atomic import scratch_folder
with scratch_folder(Path(sys.argv[1]), "work-") as folder:
    (folder / "half").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_goes_and_what_a_living_one_uses_stays(tmp_path: Path) -> None:
    foreign = tmp_path / "another" / "file"
    foreign.parent.mkdir()
    foreign.touch()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_ONE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment({}),
    ) as process:
        assert process.stdout
        theirs = Path(process.stdout.readline().strip())
        with scratch_folder(tmp_path, "work-") as ours, scratch_folder(tmp_path, "work-") as second:
            assert (theirs / "half").exists()
            assert len({theirs, ours, second}) == 3
        process.kill()
    assert (theirs / "half").exists()
    with scratch_folder(tmp_path, "work-") as ours:
        assert {*tmp_path.iterdir()} == {foreign.parent, ours}
    assert foreign.exists()
