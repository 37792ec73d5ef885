"""What multiplies is named as this machine's system names it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from index.embedding.bundled import BundledEmbedder
from index.embedding.processor import INSTRUCTIONS, multiplies_with

INFO = Path("/proc/cpuinfo")


def test_the_quickest_instructions_of_this_processor_are_named() -> None:
    flags = INFO.read_text().split() if INFO.exists() else []
    here = [one for one in INSTRUCTIONS if one in flags]
    assert multiplies_with() == (here[0] if here else platform.machine())
    assert f"8 bits with {multiplies_with()}," in BundledEmbedder.arithmetic


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu sse4_2 avx avx2 vaes", "avx2"),
        ("flags : avx2 avx512f avx512_vnni avx512_bf16", "avx512_vnni"),
        ("flags : avx2 avx_vnni", "avx_vnni"),
        ("Features : fp asimd asimdrdm asimddp bf16", "asimddp"),
        ("uarch : sifive,u74-mc", platform.machine()),
    ],
)
def test_any_processor_is_named(flags: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\n{flags}\n")
    assert multiplies_with(tmp_path / "cpuinfo") == expected
