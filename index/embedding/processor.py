"""What this processor multiplies 8-bit integers with, which is what the bundled model's time goes into."""

from __future__ import annotations

import platform
import re
from pathlib import Path

INSTRUCTIONS = ("amx_int8", "avx512_vnni", "avx_vnni", "avx2", "i8mm", "asimddp")
"""Those that ONNX Runtime uses, as Linux names them, the quickest of a family first."""


def multiplies_with(info: Path = Path("/proc/cpuinfo")) -> str:
    """The quickest of INSTRUCTIONS that this processor has, or what it is called where nothing tells."""
    try:
        described = info.read_text(errors="replace")
    except OSError:
        described = ""
    flags = set(re.findall(r"\w+", described))
    return next((one for one in INSTRUCTIONS if one in flags), platform.machine())
