"""Press releases: of what stands around their story, the letterhead, contacts and end are no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile

from index.articles.lines import facts_of_top_line, is_headline
from index.articles.types import Draft
from index.days.dates import date_in_story, dateline

_HEAD = 20
"""Lines among which a letterhead ends."""
_SENTENCE = 80
"""Characters from which a line that ends like a sentence is told."""
_TAIL = 8
"""Lines behind a story's end, such as contacts."""
_LONGEST = 160
"""Characters of a line of a letterhead; no pattern below is tried on what is longer."""

_LABEL = re.compile(
    r"\W{0,20}(?:siaran pers|rilis(?: pers| media)?|keterangan (?:pers|tertulis)|pernyataan (?:pers|resmi)"
    r"|kenyataan media"
    r"|(?:press|news|media|immediate) (?:release|statement)|for release (?:immediately|at once|now)"
    r"|for (?:immediate|general) (?:release|publication|use|distribution)"
    r"|(?:untuk|bagi|harap|mohon|agar) (?:segera )?(?:disiarkan|dirilis|dipublikasikan|diterbitkan|dimuat|ditayangkan"
    r"|disebarluaskan|penyiaran|publikasi)(?: segera)?"
    r"|pressemitteilung|communiqué de presse|comunicado de prensa|comunicato stampa|nota de prensa|persbericht"
    r"|zur sofortigen veröffentlichung|pour diffusion immédiate|para publicación inmediata)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:nomor|no\.?|number|nr\.?|perihal|hal|lampiran|lamp\.?|sifat|embargo\w*)\s?[:.]\s?.*\S|no\.?\s?\d\S*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:jl|jln|jalan|kompleks|gedung|gd)\.? .*\d.*|\W*(?:alamat|address|kantor|p\.?o\.? box)\b.*\d.*"
    r"|\d+\w? (?:[A-Z]\w+ ){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|way)\b.*"
    r"|[\w-]+(?:straße|strasse|str\.|platz|weg|allee) \d.*|(?:calle|avenida|avda\.?|rua) .*\d.*|\d+,? rue .*"
    r"|[A-Z][\w .'-]{1,40}, [A-Z]{2} \d{5}(?:-\d{4})?|(?:[A-Z]\w+ ){1,2}\d{5}",  # a place and its postal code
    re.IGNORECASE,
)
_REACHED_AT = re.compile(
    r"\b(?:telp|tlp|telepon|telephone|tel|phone|hp|fax|faks|faksimile|faksimili|mobile|wa|whatsapp)\b\.?\s?[:(+\d]"
    r"|\b(?:laman|situs|website|web|surel|e-?mail|pos-el)\s?:|\bwww\.[\w.-]+\.\w+|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.]+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\W*[(+]?\d[\d\s().+/-]{6,24}\W*")
_TO_ASK = (
    r"(?:narahubung|kontak(?: (?:media|pers))?|(?:(?:media|press) )?(?:contacts?|enquiries|inquiries|relations)"
    r"|contact person|pressekontakt|contact presse|contacto de prensa)"
)
_CONTACT = re.compile(
    rf"\W*{_TO_ASK}\W*|\W*(?:{_TO_ASK}|(?:untuk )?(?:informasi|info|keterangan) (?:lebih lanjut|selengkapnya)"
    r"|(?:for )?(?:more|further) information|hubungi|humas)\b.{0,60}[:(].{0,120}",
    re.IGNORECASE,
)
_FROM_PLACE = re.compile(r"[^\W\d_a-z][^\Wa-z]+(?: [^\W\d_a-z][^\Wa-z]+){0,3}(?:,.{1,40}| \(.{1,40}\))? (?:[-–—]|--) ")
"""TELUK DAMAR, 3 Mei 2024 – and the like."""
_RULE = re.compile(r"[\W_]{3,}")
_END = re.compile(
    r"\W*(?:#(?:\s?#){2,}|\*(?:\s?\*){2,}|-\s?30\s?-|-?\s?(?:o0o|ooo|oOo)\s?-?|e\s?n\s?d\s?s?|selesai|sekian|tamat)\W*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|tentang|sekilas|über|à propos de|acerca de|sobre)\s\w.{1,80}", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:pemerintah|kementerian|dinas|badan|biro|kantor|lembaga|komisi|kepolisian|kejaksaan|komando|universitas|institut"
    r"|sekretariat|direktorat|dewan|perusahaan|pt|yayasan|ministry|department|office|city of|university|bureau|agency"
    r"|council|foundation)\b",
    re.IGNORECASE,
)


def without_letterhead(draft: Draft) -> Draft:
    """The draft of a press release without its letterhead, contacts and end; any other as it is."""
    if not (any(map(_LABEL.match, draft.paragraphs[:_HEAD])) or any(map(_OFFICE.match, draft.paragraphs[:1]))):
        return draft  # as of most, and soon
    head = list(_before_lead(draft.paragraphs[:_HEAD]))
    furniture = _letterhead(head)
    labels = [at for at, line in enumerate(head) if _is_label(line)]
    is_letter = bool(head) and head[0].isupper() and _is_office(head[0]) and any(map(_ADDRESS.fullmatch, head))
    if not labels and not is_letter:
        return draft
    above = labels[-1] if labels else max(at for at, is_of_it in enumerate(furniture) if is_of_it)
    lead = draft.paragraphs[len(head)] if len(head) < len(draft.paragraphs) else ""
    title = _title_place(head, furniture, above, draft.facts.title, lead)
    dropped = {line for at, line in enumerate(head) if furniture[at] or (at < (title or 0) and not _tells(line))}
    first = [] if title is None else [head[title]]
    others = [line for line in head if line not in dropped and line not in first]
    if not (first or draft.facts.title or any(map(is_headline, others))):
        return draft
    days = filter(None, map(_day_of, head[: above + 1]))  # of which one above the title would be taken for it
    lines = [*first, *others, *days, *draft.paragraphs[len(head) :]]
    facts = replace(draft.facts, title=None) if draft.facts.title in dropped else draft.facts
    likely = replace(draft.likely, title=None) if draft.likely.title in dropped else draft.likely
    return replace(draft, paragraphs=lines[: _end(lines)], facts=facts, likely=likely) if lines else draft


# --- above it -----------------------------------------------------------------------------------------------------


def _before_lead(lines: Iterable[str]) -> Iterator[str]:
    return takewhile(lambda line: not _is_lead(line), lines)


def _is_lead(line: str) -> bool:
    if len(line) > 1.5 * _SENTENCE or (len(line) > _SENTENCE and line.endswith((".", "”", '"'))):
        return True
    return bool(_FROM_PLACE.match(line)) or date_in_story([line]) is not None


def _title_place(head: list[str], furniture: list[bool], above: int, heading: str | None, lead: str) -> int | None:
    """Where the title stands among the lines before the lead; None if it is elsewhere, or stands above a label."""
    labelled = (facts.title for line in head if (facts := facts_of_top_line(line, None)))  # "Judul: …"
    if any(labelled) or (heading and heading not in head):
        return None
    places = [at for at, line in enumerate(head) if not (furniture[at] or _tells(line))]
    if heading and (own := [at for at in places if head[at] == heading and (at > above or not _is_office(heading))]):
        return own[0]
    titles = [at for at in places if at > above and is_headline(head[at])]
    seat = _seat(head)  # above it stands whose it is
    titles = [at for at in titles if at > seat] or titles
    return next((at for at in titles if not _is_office(head[at]) and head[at] not in lead), next(iter(titles), None))


def _seat(head: list[str]) -> int:
    """The place of the last line that tells where an office is, or how it is reached other than by its contacts."""
    contact = next((at for at, line in enumerate(head) if _CONTACT.fullmatch(line)), len(head))
    seats = (at for at, line in enumerate(head) if _ADDRESS.fullmatch(line) or (at < contact and _is_reached(line)))
    return max(seats, default=-1)


def _tells(line: str) -> bool:
    """Whether a line tells about the story: its day, its author, its title."""
    return any(facts_of_top_line(line, title) for title in (None, "-"))


def _letterhead(head: list[str]) -> list[bool]:
    """Of each line, whether it is of the letterhead; between a word like "Contact:" and a number stand names."""
    furniture = list(map(_is_of_letterhead, head))
    for at, line in enumerate(head):
        if _CONTACT.fullmatch(line):
            reached = [below for below in range(at, min(at + _TAIL, len(head))) if _is_reached(head[below])]
            furniture[at : max(reached, default=at) + 1] = [True] * (max(reached, default=at) + 1 - at)
    return furniture


def _is_of_letterhead(line: str) -> bool:
    patterns = (_NUMBERED, _ADDRESS, _CONTACT, _RULE)
    return len(line) <= _LONGEST and (
        _is_label(line) or _is_reached(line) or any(pattern.fullmatch(line) for pattern in patterns)
    )


def _is_reached(line: str) -> bool:
    return bool(_REACHED_AT.search(line) or (_PHONE.fullmatch(line) and not dateline(line)))


def _is_label(line: str) -> bool:
    """Whether the line says that it is a press release, and is no title that begins so: "Siaran Pers: Taman Dibuka"."""
    label = _LABEL.match(line)
    rest = line[label.end() :].strip(" :–—-|.()") if label else ""
    return label is not None and (len(rest.split()) < 4 or bool(_NUMBERED.fullmatch(rest)) or _is_office(rest))


def _is_office(line: str) -> bool:
    """Whether the line is but the name of an office: in capitals, or short."""
    return len(line) <= _SENTENCE and (bool(_OFFICE.match(line)) and (line.isupper() or len(line.split()) <= 4))


def _day_of(line: str) -> str | None:
    """The dateline in a line above the title, also behind "FOR IMMEDIATE RELEASE:"."""
    label = _LABEL.match(line)
    rest = line[label.end() :].strip(" :–—-|()") if label else line
    return rest if dateline(rest) else None


# --- below it -----------------------------------------------------------------------------------------------------


def _end(lines: list[str]) -> int:
    """The place behind the story's last line: before an end mark, "About us" and contacts."""
    end = len(lines)
    for at in range(max(2, end - _TAIL), len(lines)):
        line = lines[at]
        is_short = len(line) <= _LONGEST and not line.endswith(".")
        if _END.fullmatch(line) or (is_short and (_CONTACT.fullmatch(line) or _ABOUT.fullmatch(line))):
            return at
    return end
