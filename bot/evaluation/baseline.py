"""Figures against earlier ones: what changed, and what became worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from bot.evaluation.measures import PLACES, Figures
from index.types import ConfigurationError

COUNTS = ("cases", "answerable", "unanswerable")
JUDGED_FIGURES = (
    ("retrieval", "recall@1"),
    ("retrieval", "recall@5"),
    ("retrieval", "mrr"),
    ("answers", "exact_match"),
    ("answers", "f1"),
    ("abstention", "auc"),
    ("abstention", "answered"),
    ("abstention", "refused"),
    ("abstention", "f1"),
)
"""The figures that must not drop. Latency is not one: it belongs to the machine and the hour."""


def read_baseline(path: Path) -> Figures:
    """The figures that an earlier `kabar eval --json` printed. Raises ConfigurationError for any other file."""
    try:
        figures = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse)
    except OSError as exc:
        raise ConfigurationError(f"The baseline {path} cannot be read ({exc.strerror}). Name one that can.") from exc
    except (ValueError, RecursionError) as exc:
        raise _other_shape(path, "is not JSON") from exc
    if not _has_shape(figures):
        raise _other_shape(path, "holds something else")
    return dict(figures)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN is below nothing, so it would let every drop pass


def _other_shape(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(f"The baseline {path} {what}. It has to be what an earlier `kabar eval --json` printed.")


def _has_shape(figures: Any) -> bool:
    """Whether every count is there, and every figure that is judged is a number or null."""
    if not isinstance(figures, dict) or not all(type(figures.get(name)) is int for name in COUNTS):
        return False
    for group, name in JUDGED_FIGURES:
        members = figures.get(group)
        if not isinstance(members, dict) or name not in members or not _is_number_or_null(members[name]):
            return False
    return True


def _is_number_or_null(value: object) -> bool:
    return value is None or _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def require_comparable(baseline: Figures, path: Path, counts: Mapping[str, int], *, retrieval: bool) -> None:
    """Raise ConfigurationError unless the baseline was measured with as many cases of each kind, in the same way.

    `retrieval` is whether there will be figures of retrieval.
    """
    for name in COUNTS:
        if baseline[name] != counts[name]:
            raise ConfigurationError(
                f"The baseline {path} was measured with {baseline[name]} {_counted(name)}, and there are "
                f"{counts[name]} now, so the two cannot be compared. Measure a new baseline with --json."
            )
    if (baseline["retrieval"]["mrr"] is not None) != retrieval:
        raise ConfigurationError(
            f"The baseline {path} was measured another way: only one of the two has figures of retrieval. Use the same "
            "options (--reading, --over-contexts), or measure a new baseline."
        )


def _counted(name: str) -> str:
    return name if name == "cases" else f"{name} cases"


def differences(figures: Figures, baseline: Figures) -> Figures:
    """The same tree with each number less its earlier one; null where either is missing. Lists are left out."""
    changes: Figures = {}
    for name, value in figures.items():
        before = baseline.get(name)
        if isinstance(value, dict):
            changes[name] = differences(value, before if isinstance(before, dict) else {})
        elif _is_number_or_null(value):
            both = value is not None and _is_number(before)
            changes[name] = round(value - before, PLACES) if both else None
    return changes


def drops(changes: Figures, tolerance: float) -> list[str]:
    """The names of the judged figures that dropped by more than the tolerance."""
    change_of = {f"{group} {name}": changes[group][name] for group, name in JUDGED_FIGURES}
    return [name for name, change in change_of.items() if change is not None and not change >= -tolerance]
