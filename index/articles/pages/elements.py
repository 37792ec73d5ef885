"""What is asked again and again of the elements of a web page."""

from __future__ import annotations

import re
from typing import Any

Element = Any
Weights = dict[Element, int]
"""Characters of paragraphs below each element that has any."""
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr iframe li main menu nav noscript ol p pre script section style table tbody td"
    " template tfoot th thead tr ul video".split()
)
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
PARAGRAPH = 40
"""Characters from which a sentence that stands bare is a paragraph; in scripts without spaces one counts for two."""
SENTENCE_END = re.compile(r"""[.!?…。！？؟।۔][\s"'”’»）)\]*]*$""")
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def text_of(element: Element) -> str:
    """The text below an element, as one line."""
    return " ".join("".join(element.itertext()).split())


def drop(element: Element) -> None:
    """Take an element out of its page, if it is still there."""
    if element.getparent() is not None:
        element.drop_tree()  # what follows it stays


def is_block(element: Element) -> bool:
    """Whether it begins a line of its own, or something below it does."""
    return element.tag in _BLOCKS or any(below.tag in _BLOCKS for below in element.iterdescendants())


def width(text: str) -> int:
    """Characters of a text; those of scripts that are written without spaces count for two."""
    return len(text) + len(_WIDE.findall(text))


def weights_of(page: Element) -> Weights:
    """How much is told below each element that holds any paragraph."""
    weights: Weights = {}
    for paragraph in page.iter("p"):
        wide = width(text_of(paragraph))
        if wide >= PARAGRAPH:
            for element in (paragraph, *paragraph.iterancestors()):
                weights[element] = weights.get(element, 0) + wide
    return weights
