"""Index commands that the bot runs as processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import read_settings
from bot.telegram.index_process import IndexProcess

pytestmark = pytest.mark.anyio


async def test_what_lies_in_the_working_folder_is_not_run(
    articles_dir: Path, index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", "hash")
    working = tmp_path / "working"
    working.mkdir()
    for name in ("bot.py", "typer.py", "index.py"):
        (working / name).write_text("open('was_run', 'w')\n")
    (tmp_path / "bakery.txt").write_text("New bakery\n\nThe bakery on Mill Street opened in May.\n")
    settings = read_settings().model_copy(update={"articles_dir": articles_dir, "index_dir": index_dir})
    monkeypatch.chdir(working)
    added = await IndexProcess(settings).add([str(tmp_path / "bakery.txt")], lambda *_: None)
    assert added["added"] == ["bakery"]
    assert not (working / "was_run").exists()
