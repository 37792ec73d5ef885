"""Where the sentences of a news text begin and end.

Indonesian and English have rules of their own here; every other language is left to sentencex. Its cut cannot be
mended from outside: it breaks after "KOMPAS.", "Jl." and "Rp.", but also keeps every closed quotation whole, however
long, so that borders would have to be found anew as well as taken away. Finding them once is shorter.

A full stop tells less than the words on its two sides, so these decide:

- before a comma or a word in lower case the sentence goes on (unless a plain long word stands before the full stop:
  then somebody forgot the capital);
- after an abbreviation that needs what follows ("Dr.", "Jl.", "No." before a figure) it goes on;
- after one that may also stand last ("Inc.", "U.S.", an initial) it ends only before a word that opens sentences
  and hardly any name ("The", "Mereka");
- before anything else it ends.

Some cases stay open without knowing what is meant: "… Apple Inc. Microsoft …" and "… vitamin C. Orang …" are kept
whole, since a name may go on; "… PT Semen Tbk. Direktur …" and "… dll. Warga …" are cut, since in Indonesian news
these end a sentence more often than not before a capital.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from index.types import Span

_OURS = {None, "id", "ms", "jv", "su", "en"}
"""Unknown counts as ours; so do Indonesian's neighbours, which share its abbreviations and are often taken for it."""


def sentences(text: str, language: str | None) -> list[Span]:
    """Offsets of the sentences of the text, in order; what lies between two of them is white space."""
    within = _borders_within if language in _OURS else partial(_borders_by_library, language or "")
    spans, start = [], 0
    for border in (*_borders(text, within), len(text)):
        piece = text[start:border]
        if kept := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            spans.append((first, first + len(kept)))
        start = border
    return spans


_PARAGRAPH_END = re.compile(r"\n\s*\n|\u2029")


def paragraph_ends(text: str, start: int, end: int) -> bool:
    """Whether a paragraph ends somewhere in text[start:end]."""
    return _PARAGRAPH_END.search(text, start, end) is not None


def _borders(text: str, within: Callable[[str], Iterable[int]]) -> Iterator[int]:
    """Where paragraphs end, and where sentences do within them."""
    start = 0
    for gap in _PARAGRAPH_END.finditer(text):
        yield from (start + border for border in within(text[start : gap.start()]))
        yield gap.end()
        start = gap.end()
    yield from (start + border for border in within(text[start:]))


_SURROGATE = re.compile("[\ud800-\udfff]")
_AT_ONCE = 10_000
"""Characters that are given to sentencex, which may take the square of their number; few paragraphs have a tenth."""
_AHEAD = 100
"""Characters that must stand behind a border for it to be sure: "am 5. M" may become "am 5. Mai"."""


def _borders_by_library(language: str, paragraph: str) -> Iterator[int]:
    from sentencex import get_sentence_boundaries

    start = 0
    while start < len(paragraph):
        piece = paragraph[start : start + _AT_ONCE]
        # It takes no half of a surrogate pair; a replacement of the same length keeps the offsets.
        found = get_sentence_boundaries(language, _SURROGATE.sub("\ufffd", piece))
        borders = sorted({int(boundary["end_index"]) for boundary in found})
        is_last = start + len(piece) == len(paragraph)
        sure = borders if is_last else [border for border in borders if border < len(piece) - _AHEAD]
        yield from (start + border for border in sure)
        start += len(piece) if is_last else _end_of_piece(piece, sure)


def _end_of_piece(piece: str, borders: list[int]) -> int:
    """Where the next piece begins: with a sentence, or else with a word, so long as half of this one is done."""
    half = len(piece) // 2
    return borders[-1] if borders and borders[-1] > half else piece.rfind(" ", half) + 1 or len(piece)


# --- one paragraph ----------------------------------------------------------------------------------------

# Possessive, so that a million full stops in a row are looked at once. Footnote marks ("[1]") belong to what they
# stand after.
_STOP = re.compile(r"""(?P<mark>[.!?…]++|[।۔؟。！？｡]++)(?P<closers>(?:["'”’»)\]」』]|\s?\[\w{1,6}\])*+)""")
_NEXT = re.compile(r"""\s*+["'“”‘’«»„(\[「『]*+(?:(?P<word>[^\W_][\w'’-]{0,24}+)(?P<dot>\.?)|(?P<sign>.))?""")
_ITEM = re.compile(r"\n\s*(?=(?:[-*•]|\d{1,2}[.)])\s)")
"""A line break that surely ends a line: before an item of a list."""
_SPEAKER = re.compile(r"\s+(?:[\w'’.-]{1,24}\s+){1,3}(?:said|says|asked|told|added|wrote|shouted|cried)\b")
_LONGEST_WORD = 24
_LONGEST_LEAD = 80


@dataclass(frozen=True, slots=True)
class _Stop:
    """A full stop, or another mark that may end a sentence, and what stands around it."""

    mark: str
    closers: str
    """Quotation marks, brackets and footnotes right after it."""
    before: str
    """The word it stands at, with an opening bracket or quotation mark."""
    rank: str
    """The word before that one, in lower case and without a full stop of its own."""
    lead: str
    """The sentence so far, where it is short."""
    first: bool
    """Whether that is the paragraph's first sentence."""
    spaced: bool
    after: str
    """The next word; empty where something else follows."""
    after_dotted: bool
    sign: str
    """What follows instead of a word; empty at the paragraph's end."""
    speaker: bool
    """Whether what follows is like "Mr. Kim said"."""


def _borders_within(paragraph: str) -> list[int]:
    cased = paragraph != paragraph.lower()
    items = {item.start() for item in _ITEM.finditer(paragraph)}
    stops = {stop.end(): stop for stop in _STOP.finditer(paragraph)}
    borders: list[int] = []
    for end in sorted(items.union(stops)):
        start = borders[-1] if borders else 0
        if end in items or _is_border(_read_stop(paragraph, start, stops[end]), cased):
            borders.append(end)
    inside = _inside_quotations(paragraph, borders)
    return [border for border in borders if border not in inside]


def _read_stop(paragraph: str, start: int, stop: re.Match[str]) -> _Stop:
    place, end = stop.span("mark")[0], stop.end()
    words = paragraph[max(start, place - _LONGEST_WORD) : place].split()
    following = _NEXT.match(paragraph, end)
    assert following is not None  # every part of it is optional
    return _Stop(
        mark=stop["mark"],
        closers=stop["closers"],
        before=words[-1] if words else "",
        rank=_bare(words[-2]).rstrip(".").lower() if len(words) > 1 else "",
        lead=paragraph[start:place].strip() if place - start <= _LONGEST_LEAD else "",
        first=start == 0,
        spaced=paragraph[end : end + 1].isspace(),
        after=following["word"] or "",
        after_dotted=bool(following["dot"]),
        sign=following["sign"] or "",
        speaker=_SPEAKER.match(paragraph, end) is not None,
    )


_NEEDS_NO_SPACE = frozenset("。！？｡")
_GOES_ON = frozenset(",;:.!?…)]}%/&+=–—-")


def _is_border(stop: _Stop, cased: bool) -> bool:
    """Whether the sentence ends with this stop; `cased` says whether its paragraph has capitals at all."""
    if stop.mark[0] in _NEEDS_NO_SPACE:
        return True
    if not stop.after:  # closing marks alone, up to the paragraph's end, are no sentence
        return stop.spaced and stop.sign != "" and stop.sign not in _GOES_ON
    if not stop.spaced and not _lacks_space(stop):
        return False
    if cased and _is_lower(stop.after):
        return _lacks_capital(stop)
    if stop.closers:  # "(Purn.) Budi" and "“Ayo!” Mr. Kim said" go on
        return stop.before[:1] + stop.closers[0] != "()" and not (stop.mark != "." and stop.speaker)
    return stop.mark != "." or not (_is_abbreviation(stop) or _is_number_of_item(stop) or _is_dateline(stop))


def _is_lower(word: str) -> bool:
    """Whether the word opens no sentence; "iPhone", "e-KTP" and "al-Assad" may."""
    return word[0].islower() and not any(letter.isupper() for letter in word[1:4])


def _lacks_space(stop: _Stop) -> bool:
    """Whether it is a stop like "datang.Kemudian" or "datang.[1]Kemudian", and no "Kompas.Com" or "KOMPAS.TV"."""
    plain = stop.before[-3:].isalpha() and stop.before[-3:].islower() and stop.closers[-1:] in ("", "]")
    capital = stop.after[0].isupper() and stop.after[1:].islower()
    return plain and capital and not stop.after_dotted and stop.after not in _PARTS_OF_ADDRESSES


def _lacks_capital(stop: _Stop) -> bool:
    """Whether a sentence ends although the next begins in lower case; never after what may be an abbreviation."""
    if stop.mark != "." or stop.closers[-1:] not in ("", "]"):
        return False
    word = _bare(stop.before)
    plain = word.isalpha() and (len(word) >= 6 or (len(word) >= 4 and word.islower()))
    return (plain or (len(word) == 4 and word.isdigit())) and not _is_abbreviation(stop)


# --- words with a full stop -------------------------------------------------------------------------------


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BEFORE_A_NAME = _words(
    "prof dr drs dra ir h hj kh tn ny nn bp yth tgk rd rr krt moh muh mhd abd mgr pdt rm ns sp apt "
    "jend jen letjen letjend mayjen mayjend brigjen brig kol letkol kapt lettu letda peltu pelda serma serka sertu "
    "serda kopka koptu kopda praka pratu prada laks laksdya laksda laksma marsdya marsda marsma komjen irjen kombes "
    "kompol akbp akp ipda iptu aiptu aipda bripka brigpol briptu bripda pol gub wagub "
    "mr mrs ms messrs mx gen sen sens rep reps gov lt col sgt sgts capt cpl maj adm cmdr pvt pfc spc rev hon pres supt "
    "insp det atty amb assoc asst adj profs "
    "jl jln gg prov kp komp dsn ds gd perum tj kep pt cv ud pd fa pp sdn mt ft univ"
)
"""Where written with a capital: "Sen." is a senator, "sen." a small coin at the end of a sentence."""
_BEFORE_ANYTHING = _words(
    "dr drs dra drg drh ir jl jln gg kec kab kel v vs cf ca yth sdr sdri bpk ust alm almh tgl bdk a.n u.b u.p c.q e.g "
    "i.e a.k.a"
)
_BEFORE_A_FIGURE = _words(
    "rp rf rs rm no nos hlm hal hlmn pp ps psl art pasal vol jil fig bab c p pk pkl km rt rw blok thn th approx est "
    "telp tlp tel ext kav "
    "jan feb mar apr jun jul aug agu agt ags sep sept oct okt nov dec des"
)
_LAST_OR_WITHIN = _words("inc ltd corp co bros bhd jr sr st ste al dept apt ave blvd")
_CORPS = _words(
    "inf kav arm art arh czi cba cpl ckm cku caj chb cpm chk cke ctp mar pnb tek nav lek kes adm sus pas kal pom psk "
    "pol"
)
"""Arms and services. Right behind a rank alone: "Mar." is a month as well, and "Arm." a firm."""
_RANKS = _words(
    "tni kol kolonel letkol mayor may kapten kapt lettu letda letnan peltu pelda serma serka sertu serda brigjen "
    "mayjen letjen jend jenderal kombes marsma marsda marsdya laksma laksda laksdya"
)
_OF_THE_CLOCK = frozenset(("a.m", "p.m"))
_TIME = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:East|West)ern|Central|Pacific|Greenwich|WI[BT]|WITA|[A-Z]{1,3}T|UTC"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,4}\.)+[^\W\d_]{1,4}")
_ROMAN = re.compile(r"[IVXLC]+")
_NUMBER_OF_ITEM = re.compile(r"[(\"“]?(?:\d{1,3}|[^\W\d_]|[IVX]{1,5})")
_DATELINE = re.compile(r"[A-Z]{3,}(?: [A-Z]+)*,(?: [A-Z][\w/]*)+")
_PARTS_OF_ADDRESSES = _words("Com Net Org Id Co Tv Io Ai Js")
_OPENING_MARKS = "\"'“‘«„(/[-–"

_OPENERS = _words(
    "The A An He She It They We You I This That These Those There Here His Her Its Their Our My But And Or So Yet If "
    "When While After Before Since Until Although Though Because As At In On Of For From By With Under During However "
    "Meanwhile Still Also Then Now Some Many Most Several Such Both Each Every No Not What Who Why How Where One Two "
    "Three Last Earlier Later According "
    "Ia Dia Mereka Kami Kita Saya Aku Anda Beliau Itu Ini Hal Namun Tetapi Tapi Dan Atau Serta Maka Jadi Di Ke Pada "
    "Dalam Dari Untuk Karena Sebab Sementara Sedangkan Selain Menurut Jika Bila Kalau Apabila Ketika Saat Setelah "
    "Sesudah Sebelum Sebelumnya Sejak Selama Hingga Sampai Oleh Dengan Tanpa Kemudian Lalu Meski Meskipun Walaupun "
    "Adapun Bahkan Bahwa Akan Telah Sudah Tidak Bukan Belum Seorang Sebuah Suatu Para Beberapa Banyak Semua Setiap "
    "Salah Kini Nanti Tahun Hari Bagi Agar Akibat Akibatnya Atas Tentang Terkait Seperti Juga Ada Adalah"
)
"""Words that open a sentence and are hardly ever part of a name."""


def _bare(word: str) -> str:
    return word.lstrip(_OPENING_MARKS)


def _is_abbreviation(stop: _Stop) -> bool:
    """Whether the full stop belongs to its word, so that the sentence goes on."""
    written, after = _bare(stop.before), stop.after
    word = written.lower()
    if word in _BEFORE_ANYTHING or (word in _BEFORE_A_NAME and written[0].isupper()):
        return True
    if word in _CORPS and written[0].isupper() and stop.rank in _RANKS:
        return True
    if word in _BEFORE_A_FIGURE and (after[0].isdigit() or _ROMAN.fullmatch(after)):
        return True
    if word in _OF_THE_CLOCK:
        return _TIME.match(after) is not None
    if word in _LAST_OR_WITHIN or _is_initial(written) or _DOTTED.fullmatch(written):
        return stop.after_dotted or after not in _OPENERS
    return False


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _is_number_of_item(stop: _Stop) -> bool:
    """Whether the "1." of "1. Satu" is all there is of the sentence."""
    return _NUMBER_OF_ITEM.fullmatch(stop.lead) is not None


def _is_dateline(stop: _Stop) -> bool:
    """Whether it is "JAKARTA, KOMPAS." before the paragraph's first sentence, and the line is not all in capitals."""
    shouted = len(stop.after) > 1 and stop.after.isupper()
    return stop.first and not shouted and _DATELINE.fullmatch(stop.lead) is not None


# --- quotations and brackets ------------------------------------------------------------------------------

_MARK = re.compile(r"""["“”„«»()\[\]]|(?<!\w)‘|’(?!\w)""")
_CLOSED_BY = {"“": "”", "„": "”", "«": "»", "‘": "’", "(": ")", "[": "]"}
_LONGEST_QUOTATION = 400
"""Characters."""
_MOST_BORDERS = 3
"""A quotation with more text or more sentences is a speech: its sentences stand for themselves."""


def _inside_quotations(paragraph: str, borders: list[int]) -> set[int]:
    """The borders inside a short quotation or bracket after whose end the sentence goes on."""
    inside: set[int] = set()
    for start, end in _quotations(paragraph):
        within = borders[bisect_right(borders, start) : bisect_right(borders, end)]
        if len(within) <= _MOST_BORDERS and end - start <= _LONGEST_QUOTATION and _goes_on(paragraph, end):
            inside.update(within)
    return inside


def _goes_on(paragraph: str, close: int) -> bool:
    last, rest = paragraph[close - 1], paragraph[close + 1 : close + 4].lstrip()
    attributed = last in "?!" and _SPEAKER.match(paragraph, close + 1) is not None
    return attributed or last in ",–—" or rest[:1] in _GOES_ON or rest[:1].islower()


def _quotations(paragraph: str) -> Iterator[Span]:
    """Where each quotation or bracket opens and closes; one that is never closed, or opened again, is none."""
    openings: dict[str, int] = {}
    for match in _MARK.finditer(paragraph):
        mark, place = match[0], match.start()
        if mark in _CLOSED_BY:
            openings[_CLOSED_BY[mark]] = place
        elif mark in openings and not (mark == '"' and _looks_opening(paragraph, place)):
            yield openings.pop(mark), place
        elif mark == '"':
            openings[mark] = place


def _looks_opening(paragraph: str, place: int) -> bool:
    before, after = paragraph[place - 1 : place], paragraph[place + 1 : place + 2]
    return (not before or before.isspace()) and bool(after) and not after.isspace()
