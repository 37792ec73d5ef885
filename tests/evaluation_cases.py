"""Cases for `kabar eval`, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.measures import Outcome

CRANE = "For how many million euros was the second crane of the harbour bought?"
ANSWER = "The harbour of Lowen bought a second crane for 4.2 million euros."
CASES = [
    {"question": CRANE, "answers": [{"text": ANSWER, "start": 0}, {"text": "4.2 million", "start": -1}]},
    {"question": "Berapa pedagang menempati kios baru di Pasar Melati?", "answers": ["312 pedagang"]},
    {"question": "siapa juara dunia?", "answers": []},
]
CASES[0]["article"], CASES[1]["article"] = "harbour", "market"
CONTEXTS = [
    "The lighthouse of Torrin was built in 1874. Its lamp is seen from thirty miles away.",
    "Jembatan gantung di Lembah Sunyi dibuka pada Mei. Panjangnya 96 meter dan dijaga dua petugas.",
    "The bakery sells rye bread. A loaf costs three crowns on weekdays.",
]
OVER = [
    {"question": "In which year was the lighthouse of Torrin built?", "answers": ["1874"], "context": CONTEXTS[0]},
    {"question": "Berapa panjang jembatan gantung?", "answers": ["96 meter"], "context": CONTEXTS[1]},
    {"question": "Who painted the lighthouse?", "answers": [], "context": CONTEXTS[0]},
]


def write(path: Path, rows: Sequence[object]) -> Path:
    """A file with these rows as JSON, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def outcome(expected: Sequence[str] = (), best: str | None = None, **facts: Any) -> Outcome:
    """What became of a case; answered if `confidence` is at least a half."""
    confidence = facts.get("confidence", 0.0)
    answer = best if confidence >= 0.5 else None
    ranks = facts.get("rank"), facts.get("search_rank")
    return Outcome("q", tuple(expected), best, answer, confidence, *ranks, facts.get("milliseconds", 1.0))
