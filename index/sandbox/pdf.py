"""The text layer of a PDF, as paragraphs in reading order. Imported only where it may crash: in a sandbox."""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from index.text.characters import one_line
from index.text.sentences import sentences
from index.types import RefusedError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

LONGEST = 5_000_000
"""Characters; a book of two thousand pages."""
_EDGE = 3
"""Rows at the top and at the bottom of a page, among which its running head and its number stand."""
_REPEATED = 0.4
"""Share of the pages on which a running head stands: left and right pages may have their own."""
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_UNKNOWN = re.compile(r"[\ufffd\ue000-\uf8ff]")


class Row(NamedTuple):
    """A row of letters as it stands on the page, turned upright; y grows upwards."""

    text: str
    x: float
    y: float
    size: float


class Paragraph(NamedTuple):
    """What was set as one, and how large."""

    text: str
    size: float


def read(data: bytes) -> dict[str, object]:
    """The paragraphs of a PDF, what stands in its margins, and what it says about itself."""
    if b"/Encrypt" not in data:  # pypdf would load it for nothing, which takes a fifth of the time
        cast("dict[str, Any]", sys.modules)["cryptography"] = None
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    reader = PdfReader(BytesIO(data))
    try:
        pages = _once(_pages(reader))
    except FileNotDecryptedError as exc:
        raise RefusedError("it is protected by a password") from exc
    if not any(pages):
        raise RefusedError("it has no text layer")
    if not _is_readable(pages):
        raise RefusedError("the letters of its text layer have no meaning")
    margins = _margins(pages)
    inner = [[row for row in page if row not in margin] for page, margin in zip(pages, margins, strict=True)]
    paragraphs = list(_paragraphs(inner))
    return _properties(reader) | {
        "paragraphs": [paragraph.text for paragraph in paragraphs],
        "heading": _heading(paragraphs),
        "margins": [row.text for row in margins[0]],
    }


def _is_readable(pages: list[list[Row]]) -> bool:
    """Whether most of the letters are known; some fonts tell how they look and not which they are."""
    text = "".join(row.text for page in pages for row in page)
    return 2 * len(_UNKNOWN.findall(text)) < len(text)


def _properties(reader: PdfReader) -> dict[str, object]:
    properties: dict[str, object] = {}
    with suppress(Exception):  # all of it may be damaged, and none of it is needed
        properties["language"] = str(reader.root_object.get("/Lang", ""))
    for name in ("title", "author"):
        with suppress(Exception):
            properties[name] = str(getattr(reader.metadata, name) or "")
    return properties


# --- rows -----------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    text: str
    turn: int
    x: float
    y: float
    size: float


def _pages(reader: PdfReader) -> Iterator[list[Row]]:
    length = 0
    for page in reader.pages:
        rows = _rows(page)
        length += sum(len(row.text) for row in rows)
        if length > LONGEST:
            raise RefusedError(f"it holds more than {LONGEST:,} characters")
        yield rows


def _rows(page: PageObject) -> list[Row]:
    """The page's rows that stand the way most of its text does; what is set across, like a watermark, is left out."""
    rows: list[list[_Piece]] = [[]]

    def take(text: str, outer: list[float], inner: list[float], _font: object, size: float) -> None:
        for number, part in enumerate(text.split("\n")):
            if number:
                rows.append([])
            if part:
                rows[-1].append(_piece(part, outer, inner, size))

    page.extract_text(visitor_text=take)
    letters: Counter[int] = Counter()
    for row in rows:
        for piece in row:
            letters[piece.turn] += len(piece.text.strip())
    usual = letters.most_common(1)[0][0] if letters else 0
    upright = [[piece for piece in row if piece.turn == usual] for row in rows]
    return [row for row in map(_row, _column_by_column(upright)) if row]


def _piece(text: str, outer: list[float], inner: list[float], size: float) -> _Piece:
    a, b, c, d, e, f = inner
    right, up = (a * outer[0] + b * outer[2], a * outer[1] + b * outer[3]), c * outer[1] + d * outer[3]
    x, y = e * outer[0] + f * outer[2] + outer[4], e * outer[1] + f * outer[3] + outer[5]
    turn = round(math.degrees(math.atan2(right[1], right[0])) / 90) % 4
    x, y = [(x, y), (y, -x), (-x, -y), (-y, x)][turn]
    return _Piece(text, turn, x, y, abs(size) * (math.hypot(*right) or abs(up)))


def _row(pieces: list[_Piece]) -> Row | None:
    raw = "".join(piece.text for piece in pieces).translate(_LIGATURES).rstrip()
    text = one_line(raw)
    if not text:
        return None
    first = next(piece for piece in pieces if piece.text.strip())
    size = max(pieces, key=lambda piece: len(piece.text.strip())).size
    return Row(text + "\u00ad" * raw.endswith("\u00ad"), first.x, first.y, size)


# --- columns --------------------------------------------------------------------------------------------------

_NARROWEST = 0.4
"""Width of a letter for its size, in narrow type; how wide they are the page does not say."""
_SIDE_BY_SIDE = 3
"""Rows in which text stands beside text, from which there may be columns."""


class _Unit(NamedTuple):
    """What stands in one row of one column."""

    pieces: list[_Piece]
    row: int
    column: int

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).strip()


def _column_by_column(rows: list[list[_Piece]]) -> list[list[_Piece]]:
    """The rows of a page; what was written across its columns of text is cut at them, and sorted."""
    starts = _column_starts(rows)
    if not starts:
        return rows
    units: list[_Unit] = []
    for block in _blocks(_units(rows, starts), starts):
        units += sorted(block, key=lambda unit: unit.column) if _is_across_columns(block) else block
    same_rows = groupby(units, key=lambda unit: unit.row)
    return [[piece for unit in row for piece in unit.pieces] for _, row in same_rows]


def _column_starts(rows: list[list[_Piece]]) -> list[float]:
    """Where columns begin, but for the first: at places where text stands beside other text again and again."""
    pieces = [piece for row in rows for piece in row if piece.text.strip()]
    beside = Counter(3 * round(right.x / 3) for left, right in pairwise(pieces) if _is_beside(left, right))
    enough = max(_SIDE_BY_SIDE, len(rows) / 5)  # a word in each row may stand below one in another
    return sorted(x for x, count in beside.items() if count >= enough)


def _is_beside(left: _Piece, right: _Piece) -> bool:
    same_height = abs(left.y - right.y) < 0.3 * min(left.size, right.size)
    return same_height and right.x - left.x > _NARROWEST * left.size * len(left.text.strip())


def _units(rows: list[list[_Piece]], starts: list[float]) -> Iterator[_Unit]:
    for at, row in enumerate(rows):
        columns = (sum(piece.x > start - 3 for start in starts) for piece in row)
        # What goes back to the left, as some accents do, belongs to what stands before it.
        for column, pieces in groupby(zip(accumulate(columns, max), row, strict=True), key=itemgetter(0)):
            yield _Unit([piece for _, piece in pieces], at, column)


def _blocks(units: Iterable[_Unit], starts: list[float]) -> Iterator[list[_Unit]]:
    """The units in their order, parted at gaps, and at rows that are as wide as several columns."""
    block: list[_Unit] = []
    for unit in units:
        first = unit.pieces[0]
        end = first.x + _NARROWEST * first.size * len(unit.text)
        is_wide = unit.column < len(starts) and end > starts[unit.column]
        if block and (is_wide or block[-1].pieces[0].y - first.y > 5 * first.size):
            yield block
            block = []
        if is_wide:
            yield [unit]
        else:
            block.append(unit)
    yield block


def _is_across_columns(block: list[_Unit]) -> bool:
    """Whether running text was written row by row; the rows of a table hold no sentences that go on below."""
    across = sum(_is_beside(left.pieces[0], right.pieces[0]) for left, right in pairwise(block))
    columns = [[unit.text for unit in block if unit.column == column] for column in {unit.column for unit in block}]
    going_on = [sum(text[:1].islower() for text in texts) for texts in columns]
    return (
        across >= _SIDE_BY_SIDE
        and all(going_on)
        and sum(going_on) > len(block) / 4
        and all(sum(map(len, texts)) > 15 * len(texts) for texts in columns)
        and any(unit.text.endswith(".") for unit in block)
    )


# --- margins --------------------------------------------------------------------------------------------------

_NUMBER = r"(?:page|p\.|halaman|hlm\.?|hal\.?|seite|página|pagina)\s*\d{1,4}(?:\s*(?:/|of|dari|von|de|di)\s*\d{1,4})?"
_PAGE_NUMBER = re.compile(rf"\W*(?:{_NUMBER}|\d{{1,4}}(?:\s*(?:/|of|dari)\s*\d{{1,4}})?)\W*", re.IGNORECASE)
_WITH_NUMBER = re.compile(rf"{_NUMBER}\b.*|.*\b{_NUMBER}\W*", re.IGNORECASE)
_DATE = re.compile(r"\d{1,2}[ .-]{1,2}(?!(?i:tahun|dari)\b)[^\W\d]{3,}[ .-]{1,2}\d{4}|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_SENTENCE = 40
"""Characters from which a row that ends with a full stop is a sentence and no running head."""


def _once(pages: Iterable[list[Row]]) -> list[list[Row]]:
    """The pages without those that say what one before them says, such as a memo printed twice on a sheet."""
    once: dict[tuple[str, ...], list[Row]] = {}
    for page in pages:
        text = tuple(row.text for row in page if not _PAGE_NUMBER.fullmatch(row.text))
        once.setdefault(text if len(text) > 1 else (*text, str(len(once))), page)
    return list(once.values())


def _margins(pages: list[list[Row]]) -> list[list[Row]]:
    """Of each page its running heads and page numbers."""
    edges = [_edges(page) for page in pages]
    heads = _running_heads(edges)
    usual = _usual_size(row for page in pages for row in page)
    return [
        [
            row
            for at, row in enumerate(page)
            if (_look(row) in heads and not (row.size > usual - 0.5 and _is_sentence(row)))
            or (at in {0, len(page) - 1} and _has_number(row, usual))
        ]
        for page in edges
    ]


def _edges(page: list[Row]) -> list[Row]:
    downwards = sorted(page, key=lambda row: -row.y)
    return downwards[:_EDGE] + downwards[_EDGE:][-_EDGE:]


def _running_heads(edges: list[list[Row]]) -> set[tuple[str, int, int]]:
    """The looks of rows that stand on many pages alike, but for figures that count the pages."""
    places: dict[tuple[str, int, int], dict[int, Row]] = {}
    for number, page in enumerate(edges):
        for row in page:
            places.setdefault(_look(row), {}).setdefault(number, row)
    enough = max(2, _REPEATED * len(edges))
    return {look for look, rows in places.items() if len(rows) >= enough and _counts_pages(rows)}


def _counts_pages(rows: dict[int, Row]) -> bool:
    """Whether the figures of the rows, by page, stay as they are or grow with the pages; days may do so by chance."""
    if len({row.text for row in rows.values()}) == 1:
        return True
    if any(_DATE.search(row.text) for row in rows.values()):
        return False
    figures = [[int(figure) - number for figure in re.findall(r"\d{1,9}", row.text)] for number, row in rows.items()]
    return all(
        len({*each}) == 1 or len({a + n for a, n in zip(each, rows, strict=True)}) == 1
        for each in zip(*figures, strict=True)
    )


def _is_sentence(row: Row) -> bool:
    return len(row.text) > _SENTENCE and row.text.endswith(".")


def _has_number(row: Row, usual: float) -> bool:
    """Whether a row at the very edge is a page number, or has one beside an outlet and a day in small letters."""
    return bool(_PAGE_NUMBER.fullmatch(row.text) or (row.size < 0.9 * usual and _WITH_NUMBER.fullmatch(row.text)))


def _look(row: Row) -> tuple[str, int, int]:
    # By size and height as well: a running head often repeats what the first page says in large letters.
    return re.sub(r"\d+", "#", row.text.casefold()), round(row.size), round(row.y / 6)


def _usual_size(rows: Iterable[Row]) -> float:
    letters: Counter[float] = Counter()
    for row in rows:
        letters[round(row.size)] += len(row.text)
    return letters.most_common(1)[0][0] if letters else 1.0


# --- paragraphs -----------------------------------------------------------------------------------------------

_BULLET = re.compile(r"(?:[-*•–▪●◦\uf0b7]|\d{1,2}[.)])\s")
_SENTENCE_END = (".", "!", "?", ":", "”", '"', ")")
_LABELLED = re.compile(rf"\w+(?: \w+){{0,2}} ?: |{_DATE.pattern}")
"""What begins anew, whatever stood before it: "Penulis: …" and days."""
_BROKEN_WORD = re.compile(r"(\w+)-\Z")


def _paragraphs(pages: list[list[Row]]) -> Iterator[Paragraph]:
    rows = [row for page in pages for row in page]
    hyphenated = {word.casefold() for row in rows for word in re.findall(r"\w+-\w+", row.text)}
    paragraph: list[Row] = []
    fits = _Fitting(rows)
    for row in rows:
        if paragraph and not fits(paragraph, row):
            yield _run_on(paragraph, hyphenated)
            paragraph = []
        paragraph.append(row)
    if paragraph:
        yield _run_on(paragraph, hyphenated)


class _Fitting:
    """Whether a row goes on with the paragraph above it, by how the rows of a document are set."""

    def __init__(self, rows: list[Row]) -> None:
        self.size = _usual_size(rows)
        body = [row for row in rows if abs(row.size - self.size) < 1]
        gaps = sorted(above.y - below.y for above, below in pairwise(body) if 0 < above.y - below.y < 3 * self.size)
        self.pitch = gaps[len(gaps) // 4] if gaps else 1.2 * self.size
        lengths = sorted(len(row.text) for row in body)
        self.width = lengths[len(lengths) * 3 // 4] if lengths else 0

    def __call__(self, paragraph: list[Row], row: Row) -> bool:
        above = paragraph[-1]
        if len(above.text) == 1 and above.size > 1.5 * row.size:
            return row.text[0].islower()  # an initial, two or three rows high
        if abs(row.size - above.size) > 0.15 * above.size or _BULLET.match(row.text):
            return False
        if not 0 < above.y - row.y <= 3 * self.pitch:  # in the next column, or on the next page
            return self._goes_on(above, row)
        return self._is_below(paragraph, row)

    def _goes_on(self, above: Row, row: Row) -> bool:
        """Whether a sentence goes over to the next column or page: in lower case, or behind a row that is full."""
        if above.text.endswith(_SENTENCE_END) and not _is_within_sentence(above.text, row.text):
            return False
        is_full = len(above.text) > 0.7 * self.width
        return row.text[0].islower() or (is_full and not _LABELLED.match(row.text))

    def _is_below(self, paragraph: list[Row], row: Row) -> bool:
        above = paragraph[-1]
        if row.size > 1.15 * self.size:  # of headlines, which may be centred, there are too few to measure
            return above.y - row.y < 1.6 * row.size
        if above.y - row.y > 1.25 * self.pitch:
            return False
        if row.x - above.x > 0.9 * row.size:  # indented, unless it hangs below its bullet
            return len(paragraph) == 1 and bool(_BULLET.match(above.text))
        return not (above.text.endswith(_SENTENCE_END) and len(above.text) < 0.7 * self.width)


def _is_within_sentence(text: str, below: str) -> bool:
    """Whether a full stop at the end of a row is that of an abbreviation."""
    last = text[-100:]
    return text.endswith(".") and all(end != len(last) for _, end in sentences(f"{last} {below[:100]}", None))


def _run_on(rows: list[Row], hyphenated: set[str]) -> Paragraph:
    text = rows[0].text
    for row in rows[1:]:
        text = _join(text, row.text, hyphenated)
    longest = max(rows, key=lambda row: len(row.text))
    return Paragraph(text.removesuffix("\u00ad"), longest.size)


def _join(text: str, below: str, hyphenated: set[str]) -> str:
    if text.endswith("\u00ad"):
        return text[:-1] + below
    if len(text) == 1 and below[0].islower():
        return text + below
    broken = _BROKEN_WORD.search(text[-50:])
    if not broken:
        return f"{text} {below}"
    rest = re.match(r"\w*", below)
    return (text if _keeps_hyphen(broken[1], rest[0] if rest else "", hyphenated) else text[:-1]) + below


def _keeps_hyphen(start: str, rest: str, hyphenated: set[str]) -> bool:
    """Whether a word broken behind its hyphen has one of its own: "anak-anak", "COVID-19", "Asia-Pasifik"."""
    if not rest[:1].islower() or f"{start}-{rest}".casefold() in hyphenated:
        return True
    return len(start) > 2 and start[-3:].casefold() in rest.casefold()


def _heading(paragraphs: list[Paragraph]) -> str | None:
    """The largest of the first paragraphs, if it is large and has the words of a headline."""
    sizes: Counter[float] = Counter()
    for paragraph in paragraphs:
        sizes[paragraph.size] += len(paragraph.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    large = [paragraph for paragraph in paragraphs[:12] if paragraph.size > 1.2 * usual and _could_head(paragraph.text)]
    return max(large, key=lambda paragraph: paragraph.size).text if large else None


def _could_head(text: str) -> bool:
    return len(text) <= 200 and len(text.split()) >= 3
