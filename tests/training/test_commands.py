"""The commands tell how they are used, and what went wrong."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from kabar_process import REPOSITORY

from training import evaluate, export, mining, prepare, train
from training.commands import run


def test_what_its_user_can_put_right_ends_a_command_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["evaluate", str(tmp_path), str(tmp_path), str(tmp_path / "none.pt")])
    with pytest.raises(SystemExit) as ended:
        run(evaluate.main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none.pt'} is no checkpoint that can be read (FileNotFoundError).\n"


@pytest.mark.parametrize("command", [prepare, mining, train, evaluate, export])
def test_every_command_tells_how_it_is_used(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--help"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0
    assert f"usage: python -m {command.__name__}" in capsys.readouterr().out
    assert f"python -m {command.__name__}" in (REPOSITORY / "training" / "README.md").read_text("utf-8")


def test_the_bot_does_without_the_training() -> None:
    files = [file for package in ("bot", "index") for file in (REPOSITORY / package).rglob("*.py")]
    assert len(files) > 100
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert not any(name and name.partition(".")[0] == "training" for name in names), file
