"""The text of a Word document (.docx). Imported only where it may crash: see index/sandbox/parent.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from index.text.characters import one_line
from index.types import RefusedError

UNPACKED = 100 * 1024 * 1024
"""Bytes of all its parts together; a long article with pictures has a tenth."""
PARTS = 2_000
LONGEST = 5_000_000
"""Characters, as of a PDF."""
_DEEPEST = 10
"""Styles that are based on one another; two or three are usual."""
LONGEST_CELL = 300
"""Characters; a table whose cells hold more is there for the layout."""
_OLE = b"\xd0\xcf\x11\xe0"
"""How files of Word's older kind begin, and those that a password protects."""
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_ORDINARY = rb"http://schemas.openxmlformats.org/\1/2006/"


class Paragraph(NamedTuple):
    """A line of text and the name of its style."""

    text: str
    style: str


def read(data: bytes) -> dict[str, object]:
    """The paragraphs of a Word document, each row of a table as one, and what it says about itself."""
    if data.startswith(_OLE):
        raise RefusedError("it is protected by a password, or of an older kind of Word")
    _check_size(data)
    document = Document(BytesIO(_transitional(data)))
    paragraphs = list(_blocks(document.element.body, _related(document)))
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


def _transitional(data: bytes) -> bytes:
    """A "Strict Open XML Document" as an ordinary one, which differs in the names of its kinds of elements."""
    with ZipFile(BytesIO(data)) as strict:
        if _STRICT.search(strict.read("_rels/.rels")) is None:
            return data
        ordinary = BytesIO()
        with ZipFile(ordinary, "w") as package:
            for part in strict.infolist():
                content = strict.read(part)
                is_xml = part.filename.endswith((".xml", ".rels"))
                package.writestr(part.filename, _STRICT.sub(_ORDINARY, content) if is_xml else content)
    return ordinary.getvalue()


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
_BOX, _RUN = qn("w:txbxContent"), qn("w:r")
_REFERENCES = (qn("w:footnoteReference"), qn("w:endnoteReference"))
_LEFT_OUT = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    qn("w:rt"),  # how a word above it is pronounced
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_NOT_MEANT = (qn("w:strike"), qn("w:dstrike"), qn("w:vanish"))
"""Struck out once or twice, or hidden."""
_VAL = qn("w:val")
_LETTERS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


class _Related(NamedTuple):
    """What other parts of the file say of the body."""

    styles: dict[str, str]
    """Their names."""
    not_meant: dict[str, bool]
    """Of the styles that say so, whether what is set in them is struck out or hidden."""
    notes: dict[tuple[str, str], Any]
    """Footnotes and endnotes by the tag that refers to them and their number; each is taken once."""


def _related(document: Any) -> _Related:
    styles = {style.style_id: style for style in document.styles}
    not_meant = {id_: _style_not_meant(style.element, styles) for id_, style in styles.items()}
    return _Related(
        {id_: style.name or "" for id_, style in styles.items()},
        {id_: decided for id_, decided in not_meant.items() if decided is not None},
        {
            (qn(f"w:{kind}Reference"), number): note
            for kind in ("footnote", "endnote")
            for number, note in _notes(document, kind)
        },
    )


def _style_not_meant(style: Any, styles: dict[str, Any]) -> bool | None:
    """What a style, or those that it is based on, says of it."""
    for _ in range(_DEEPEST):
        decided = _not_meant(style.find(qn("w:rPr")))
        base = style.find(qn("w:basedOn"))
        if decided is not None or base is None or base.get(_VAL) not in styles:
            return decided
        style = styles[base.get(_VAL)].element
    return None


def _not_meant(properties: Any) -> bool | None:
    """Whether properties of letters strike them out or hide them; None if they say nothing of it."""
    marks = [mark.get(_VAL) for mark in properties if mark.tag in _NOT_MEANT] if properties is not None else []
    return any(mark not in {"0", "false", "off"} for mark in marks) if marks else None


def _notes(document: Any, kind: str) -> Iterator[tuple[str, Any]]:
    with suppress(Exception):  # the story is read without them
        for relation in document.part.rels.values():
            if relation.reltype.endswith(f"/{kind}s"):
                for note in parse_xml(relation.target_part.blob):
                    if note.get(qn("w:type")) is None:  # the others are lines that part them from the text
                        yield note.get(qn("w:id")), note


def _blocks(parent: Any, related: _Related) -> Iterator[Paragraph]:
    """The paragraphs in an element, in order, also those in tables, boxes and controls."""
    for element in parent:
        if element.tag == _PARAGRAPH:
            yield from _paragraph(element, related)
        elif element.tag == _TABLE:
            for row in _below(element, _ROW):
                if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None:
                    yield from _row(row, related)
        elif element.tag not in _LEFT_OUT:
            yield from _blocks(element, related)


def _below(parent: Any, tag: str) -> Iterator[Any]:
    """The rows of a table, or the cells of a row; a control or a tracked change may stand around them."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag not in _LEFT_OUT and element.tag not in {_PARAGRAPH, _TABLE}:
            yield from _below(element, tag)


def _row(row: Any, related: _Related) -> Iterator[Paragraph]:
    cells = [list(_blocks(cell, related)) for cell in _below(row, _CELL)]
    texts = [" ".join(paragraph.text for paragraph in cell) for cell in cells]
    if len(cells) == 1 or any(len(text) > LONGEST_CELL for text in texts):
        for cell in cells:
            yield from cell
    elif any(texts):
        yield Paragraph(" | ".join(texts), "")


def _paragraph(element: Any, related: _Related) -> Iterator[Paragraph]:
    reference = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    id_ = reference.get(_VAL) if reference is not None else ""
    style = related.styles.get(id_, "")
    is_item = style.startswith("List ") or element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    text, others = _text(element, partial(_is_meant, related.not_meant, id_))
    lines = [line for line in map(one_line, text.split("\n")) if line]
    for at, line in enumerate(lines):
        bullet = "- " if is_item and at == 0 and not style.startswith("Heading") else ""
        yield Paragraph(bullet + line, style)
    for other in others:
        block = other if other.tag == _BOX else related.notes.pop((other.tag, other.get(qn("w:id"))), ())
        yield from _blocks(block, related)


def _is_meant(not_meant: dict[str, bool], paragraph_style: str, run: Any) -> bool:
    """Whether a run is neither struck out nor hidden, by its own properties or by its style or its paragraph's."""
    properties = run.find(qn("w:rPr"))
    decided = _not_meant(properties)
    if decided is not None:
        return not decided
    style = properties.find(qn("w:rStyle")) if properties is not None else None
    own = style.get(_VAL) if style is not None else ""
    return not not_meant.get(own, not_meant.get(paragraph_style, False))


def _text(paragraph: Any, is_meant: Callable[[Any], bool]) -> tuple[str, list[Any]]:
    """What a paragraph says, changes accepted, and the text boxes and references to notes that are tied to it."""
    pieces: list[str] = []
    others: list[Any] = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag == _BOX or element.tag in _REFERENCES:
            others.append(element)
        if element.tag == _BOX or element.tag in _LEFT_OUT or (element.tag == _RUN and not is_meant(element)):
            walk.skip_subtree()
        elif element.tag == qn("w:t"):
            pieces.append(element.text or "")
        else:
            pieces.append(_LETTERS.get(element.tag, ""))
    return "".join(pieces), others
