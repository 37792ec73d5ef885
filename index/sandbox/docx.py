"""The text of a Word document (.docx). Imported only where it may crash: see index/sandbox/parent.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from index.text.characters import one_line
from index.types import RefusedError

UNPACKED = 100 * 1024 * 1024
"""Bytes of all its parts together; a long article with pictures has a tenth."""
PARTS = 2_000
LONGEST = 5_000_000
"""Characters, as of a PDF."""
LONGEST_CELL = 300
"""Characters; a table whose cells hold more is there for the layout."""
_OLE = b"\xd0\xcf\x11\xe0"
"""How files of Word's older kind begin, and those that a password protects."""


class Paragraph(NamedTuple):
    """A line of text and the name of its style."""

    text: str
    style: str


def read(data: bytes) -> dict[str, object]:
    """The paragraphs of a Word document, each row of a table as one, and what it says about itself."""
    if data.startswith(_OLE):
        raise RefusedError("it is protected by a password, or of an older kind of Word")
    _check_size(data)
    document = Document(BytesIO(data))
    styles = {style.style_id: style.name or "" for style in document.styles}
    paragraphs = list(_blocks(document.element.body, styles))
    if sum(len(paragraph.text) for paragraph in paragraphs) > LONGEST:
        raise RefusedError(f"it holds more than {LONGEST:,} characters")
    return _properties(document) | {
        "paragraphs": [paragraph.text for paragraph in paragraphs],
        "heading": next((each.text for each in paragraphs[:12] if each.style in {"Title", "Heading 1"}), None),
    }


def _check_size(data: bytes) -> None:
    """Refuse what unpacks to too much, whatever its parts say of their sizes."""
    left = UNPACKED
    with ZipFile(BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > PARTS:
            raise RefusedError(f"it has more than {PARTS:,} parts")
        for part in parts:
            with package.open(part) as file:
                while block := file.read(1 << 16):
                    left -= len(block)
                    if left < 0:
                        raise RefusedError(f"it unpacks to more than {UNPACKED >> 20} MB")


def _properties(document: Any) -> dict[str, object]:
    # Not its dates: a document inherits that of its making from the one it was copied from, and every save changes
    # the other.
    properties: dict[str, object] = {}
    for name in ("title", "author", "language"):
        with suppress(Exception):  # all of it may be damaged, and none of it is needed
            properties[name] = str(getattr(document.core_properties, name))
    return properties


# --- the body -------------------------------------------------------------------------------------------------

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_BOX = qn("w:txbxContent")
_LEFT_OUT = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_LETTERS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def _blocks(parent: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    """The paragraphs in an element, in order, also those in tables, boxes and controls."""
    for element in parent:
        if element.tag == _PARAGRAPH:
            yield from _paragraph(element, styles)
        elif element.tag == _TABLE:
            for row in _below(element, _ROW):
                yield from _row(row, styles)
        elif element.tag not in _LEFT_OUT:
            yield from _blocks(element, styles)


def _below(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row; a control or a tracked change may stand around them."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag not in _LEFT_OUT and element.tag not in {_PARAGRAPH, _TABLE}:
            yield from _below(element, tag)


def _row(row: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    cells = [list(_blocks(cell, styles)) for cell in _below(row, _CELL)]
    texts = [" ".join(paragraph.text for paragraph in cell) for cell in cells]
    if len(cells) == 1 or any(len(text) > LONGEST_CELL for text in texts):
        for cell in cells:
            yield from cell
    elif any(texts):
        yield Paragraph(" | ".join(texts), "")


def _paragraph(element: Any, styles: dict[str, str]) -> Iterator[Paragraph]:
    reference = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    style = styles.get(reference.get(qn("w:val")), "") if reference is not None else ""
    is_item = style.startswith("List ") or element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    text, boxes = _text(element)
    lines = [line for line in map(one_line, text.split("\n")) if line]
    for at, line in enumerate(lines):
        bullet = "- " if is_item and at == 0 and not style.startswith("Heading") else ""
        yield Paragraph(bullet + line, style)
    for box in boxes:
        yield from _blocks(box, styles)


def _text(paragraph: Any) -> tuple[str, list[Any]]:
    """What a paragraph says, changes accepted, and the text boxes that are tied to it."""
    pieces: list[str] = []
    boxes: list[Any] = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag == _BOX:
            boxes.append(element)
        if element.tag == _BOX or element.tag in _LEFT_OUT:
            walk.skip_subtree()
        elif element.tag == qn("w:t"):
            pieces.append(element.text or "")
        else:
            pieces.append(_LETTERS.get(element.tag, ""))
    return "".join(pieces), boxes
