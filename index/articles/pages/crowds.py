"""Tags with more attributes than anybody writes, whose number libxml2 takes the square of."""

from __future__ import annotations

import re

MOST = 500
"""Attributes of a tag; those of real pages have a few dozen."""

_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_OPENED = re.compile(rf"(<[a-zA-Z][^\s/>]*+)(?:{_ATTRIBUTE})*+")
_EACH = re.compile(_ATTRIBUTE)


def without_crowds(source: str) -> str:
    """A page whose tags have at most MOST attributes; of those with more, all are taken away."""
    return _OPENED.sub(lambda tag: tag[1] if _is_crowded(tag) else tag[0], source)


def _is_crowded(tag: re.Match[str]) -> bool:
    # An attribute has a letter and something before it.
    return tag.end() - tag.end(1) > 2 * MOST and len(_EACH.findall(tag.string, tag.end(1), tag.end())) > MOST
