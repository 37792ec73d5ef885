"""The language that a text is in."""

from __future__ import annotations

_SAMPLE = 2000
"""Characters by which the language is told; more would not change it."""
_TOO_SHORT = 60
"""Letters; of less text a language can only be guessed."""


def detect_language(text: str, declared: str | None) -> str | None:
    """The declared language, unless the text is plainly in another: many templates declare English always."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _TOO_SHORT:
        return declared
    import py3langid

    ranked = [code for code, _ in py3langid.rank(sample)[:2]]
    if declared in ranked:
        return declared
    return ranked[0] if len(ranked[0]) == 2 else declared
