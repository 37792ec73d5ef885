"""What `make demo` would install."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from kabar_process import REPOSITORY

CPU = "--extra-index-url https://download.pytorch.org/whl/cpu"


def planned(machine: Path, *variables: str) -> list[str]:
    """The installing commands, in a fresh environment, where these programs stand in for the machine's."""
    run = subprocess.run(
        ["make", "--dry-run", "demo", f"VENV={machine / 'venv'}", *variables],  # noqa: S607
        env={"PATH": f"{machine}:{os.environ['PATH']}"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in run.stdout.splitlines() if " install " in line]


def program(machine: Path, name: str, prints: str = "") -> None:
    (machine / name).write_text(f"#!/bin/sh\necho {prints}\n")
    (machine / name).chmod(0o755)


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="this machine has a GPU")
def test_linux_without_a_gpu_gets_the_cpu_build_first(tmp_path: Path) -> None:
    program(tmp_path, "uname", "Linux")
    torch, kabar = planned(tmp_path)
    assert CPU in torch
    assert torch.endswith('"torch>=2.6,<2.14"')
    assert kabar.endswith("install --editable .")
    (kabar,) = planned(tmp_path, "TORCH_INDEX=")
    assert "--extra-index-url" not in kabar
    assert "--extra-index-url https://mirror.example" in planned(tmp_path, "TORCH_INDEX=https://mirror.example")[0]


@pytest.mark.parametrize(("name", "prints"), [("uname", "Darwin"), ("nvidia-smi", "")])
def test_others_get_what_pypi_has(tmp_path: Path, name: str, prints: str) -> None:
    program(tmp_path, "uname", "Linux")
    program(tmp_path, name, prints)
    assert len(planned(tmp_path)) == 1
