"""The day an article says it was published on."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import NamedTuple

from index.days.calendar import is_weekday, month

EARLIEST = date(1800, 1, 1)
"""Older than any newspaper archive that people still ask; what is dated before it is a slip."""
LONGEST_DATELINE = 120
"""Characters; a longer line is a sentence that happens to name a day."""
_AHEAD = timedelta(days=2)
"""Time zones, and papers that are dated tomorrow; what is dated later is a slip."""
_BUDDHIST, _REIWA = 543, 2018
"""By how much the years of Thailand, and those of Japan's present era, differ from ours."""


class Dateline(NamedTuple):
    """A line that is nothing but a dateline."""

    day: date
    others: list[str]
    """What else stands in it: outlet, place, by-line."""
    is_update: bool = False
    """Whether the day is that of a change, and none of publication stands beside it."""


class _Written(NamedTuple):
    """A day that stands in a text, and where."""

    start: int
    end: int
    day: date


# --- days as they are written -----------------------------------------------------------------------------------

# Any words may stand where a month does: whether they are the name of one is looked up.
_FORMS = tuple(
    re.compile(rf"(?<![0-9A-Za-z_/.])(?<!\d-)(?:{form})(?!\d)", re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})([-/]|\.\s?)(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![-/]\d)",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]?",
        r"令和\s?(?P<reiwa>\d{1,2}|元)\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        r"(?P<day>\d{1,2})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<year>\d{4})(?![-/]\d)",
        r"(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})(?![-/]\d)",
        r"(?P<day>\d{1,2})\s(?:tháng|thg)\s(?P<month>\d{1,2}),?\s(?:năm\s)?(?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[ºª°])?(?P<name>[^\d|()\[\]:;]{2,30})(?P<year>\d{4})(?:\s(?:г\.|года|р\.|року))?",
        r"(?P<name>[^\W\d_]{3,12})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4})",
        r"(?P<name>[a-z]{3})\s{1,2}(?P<day>\d{1,2})\s\d\d:\d\d:\d\d\s(?:[+a-z]\w{2,4}\s)?(?P<year>\d{4})",
        r"(?P<year>\d{4})[.\s-]{1,2}(?P<name>[^\W\d_]{3,12})[.\s-]{1,2}(?P<day>\d{1,2})",
    )
)
_NUMBERS = re.compile(r"\d{4}|令和")
_AROUND_A_MONTH = re.compile(r"(?<!\w)(?:de|del|of|tahun|พศ|คศ)(?!\w)|[,-]")
_MARKS = str.maketrans("：／（）．｜，、،\u3000\u00a0\u202f\u2009", ":/().|,,,    ", "\u200e\u200f")


def first_date(text: str) -> date | None:
    """The first day that stands in full near the start of the text; None where there is none to believe.

    The day of a change only where no other is written.
    """
    found = labelled_day(text)
    return found.day if found else None


def labelled_day(text: str) -> Dateline | None:
    """As `first_date`, with what it is called, whatever else stands in the text."""
    text = _plain(text[: 2 * LONGEST_DATELINE])
    days = _written_days(text) if _NUMBERS.search(text) else []
    return _told(text, days, []) if days else None


def believable(day: date) -> bool:
    """Whether an article can have been published on that day."""
    return EARLIEST <= day <= date.today() + _AHEAD


def _plain(text: str) -> str:
    """The text with the digits and marks that we use, character by character."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text.translate(_MARKS))


def _written_days(text: str) -> list[_Written]:
    """The days to believe that stand in full in a plain text, in their order."""
    matches = sorted((match for form in _FORMS for match in form.finditer(text)), key=re.Match.start)
    days: list[_Written] = []
    for match in matches:
        day = _day(match.groupdict()) if not days or match.start() >= days[-1].end else None
        if day and believable(day):
            days.append(_Written(*match.span(), day))
    return days


def _day(parts: dict[str, str]) -> date | None:
    number = int(parts["month"]) if "month" in parts else _month(parts["name"])
    try:
        return date(_year(parts), number or 0, int(parts["day"]))
    except ValueError:
        return None


def _year(parts: dict[str, str]) -> int:
    if "reiwa" in parts:
        return _REIWA + int(parts["reiwa"].replace("元", "1"))
    year = int(parts["year"])
    return year - _BUDDHIST if year > date.today().year + _BUDDHIST // 2 else year


def _month(words: str) -> int | None:
    """The month between a day and a year: "de junio de", "Mai", "يونيو/حزيران"."""
    words = " ".join(_AROUND_A_MONTH.sub(" ", words.replace(".", "")).split())
    numbers = {month(word) for word in words.split("/")}
    return numbers.pop() if len(numbers) == 1 else None


# --- what stands around them ------------------------------------------------------------------------------------


def _any_of(block: str) -> str:
    """A pattern for whole words, those of a block in which bars and lines part them."""
    words = {word.strip() for line in block.strip().splitlines() for word in line.split("|")}
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))


_CHANGED = _any_of("""
    update|updated|last updated|last update|modified|last modified|edited|diperbarui|terakhir diperbarui|diperbaharui
    dimutakhirkan|diubah|terakhir diubah|diedit|pembaruan|perubahan|pemutakhiran|dikemas kini|dikemaskini|kemas kini
    aktualisiert|zuletzt aktualisiert|aktualisierung|geändert|bearbeitet|letzte änderung|mis à jour|mise à jour|modifié
    dernière mise à jour|modifiée|actualisé|actualizado|actualizada|última actualización|actualización|modificado
    modificada|atualizado|atualizada|atualizado em|aggiornato|aggiornata|ultimo aggiornamento|aggiornamento|bijgewerkt
    laatst bijgewerkt|laatste update|gewijzigd|обновлено|обновлена|изменено|اخر تحديث|آخر تحديث|تحديث|تم التحديث|محدث
    อัปเดต|อัพเดต|อัพเดท|อัปเดตล่าสุด|แก้ไข|แก้ไขล่าสุด
    ปรับปรุง|ปรับปรุงล่าสุด|cập nhật|수정|기사수정|최종수정
    최종 수정|업데이트|更新|最終更新|最后更新|最後更新|修正|編集|修改
""")
_PUBLISHED = _any_of("""
    published|first published|originally published|posted|first posted|released|issued|created|date|publication date
    diterbitkan|dipublikasikan|dipublish|publikasi|publish|terbit|tayang|rilis|dirilis|dimuat|diunggah|diposting|ditulis
    ditayangkan|dibuat|tanggal|tgl|tgl.|tanggal terbit
    pertama kali terbit|pertama kali tayang|pertama kali diterbitkan|pertama kali dipublikasikan|zuerst veröffentlicht
    erstveröffentlichung|première publication|primera publicación|publicado por primera vez|publicado pela primeira vez
    tarikh|diterbitkan pada|disiarkan|veröffentlicht|erschienen|erstellt|stand|datum|publié|publiée
    paru|mis en ligne|publicado|publicada|fecha|publicación|creado|data|criado|publicado em
    pubblicato|pubblicata|gepubliceerd|geplaatst|опубликовано|опубликована|дата|дата публикации|создано|نشر|نُشر|تم النشر
    نشرت|نشر في|نُشر في|تاريخ النشر|التاريخ|เผยแพร่|เผยแพร่เมื่อ|โพสต์|โพสต์เมื่อ|ลงวันที่|đăng|ngày đăng|xuất bản
    입력|기사입력|등록|게재|작성|발행|승인|公開|掲載|配信|投稿|発行|発表|发布|发表|發布|发布时间|发表时间|日期|时间
""")
_LINKING = _any_of("""
    on|at|as of|hari|pada|pukul|pkl|pkl.|jam|tanggal|am|vom|um|den|dem|der|le|la|à|el|los|em|a las|a la|às|il|alle
    alle ore|ore|op|om|kl|kl.|в|от|года|г.|في|يوم|بتاريخ|الساعة|ที่|วันที่|วัน|เมื่อ|เวลา|ngày|lúc|vào|vào lúc
    오전|오후|午前|午後|上午|下午
""")
_COUNTED = _any_of("""
    view|views|hit|hits|read|reads|x|kali|kali dibaca|kali dilihat|dibaca|dilihat|orang|pembaca|tayangan|komentar
    comment|comments|share|shares|min|min.|mins|min read|mins read|minute read|minutes|minutes read|menit|menit baca
    menit membaca|waktu baca|min baca|lesezeit|minuten|vues|visitas|lectura|min de lectura|min de leitura
    min de lecture|просмотров|мин|мин.|조회|閲覧|分|回|次|เปิดอ่าน|ครั้ง
""")
_LABEL = re.compile(
    rf"(?<![^\W\d_])(?:(?P<changed>{_CHANGED})|{_PUBLISHED})(?:日時|日|時間|时间|일시|시간|일)?(?![^\W\d_])(?:\s*:)?",
    re.IGNORECASE,
)
_LINK = re.compile(rf"(?<![^\W\d_])(?:{_LINKING})\s*(?=[\0\1])", re.IGNORECASE)
_HOUR = r"T?(?<!\d)\d{1,2}(?:(?:[:.]|\s?[hH]\s?)\d{2}|\s?[時时点點시]\s?(?:\d{1,2}\s?[分분])?|\s?[hH](?!\w))"
_SECOND = r"(?:[:.]\d{2}|\s?\d{1,2}\s?[秒초])?(?:[.,]\d+)?Z?(?!\d)"
_OCLOCK = r"(?:\s*(?:[ap]\.?\s?m\b\.?|uhr\b|h\b|hs\b|hrs\b|horas\b|uur\b|น\.?))?"
_BY_CLOCKS_OF = (
    r"(?:\s*(?:\(?(?:wib|wita|wit|gmt|utc|mesz|mez|msk|мск|[a-z]{1,4}t)\b)?(?:\s*[+-]\d{1,2}:?\d{0,2})?\)?)?"
)
_CLOCK = re.compile(_HOUR + _SECOND + _OCLOCK + _BY_CLOCKS_OF, re.IGNORECASE)
_ISSUE = re.compile(
    r"(?<!\w)(?:nr|no|nomor|edisi|ausgabe|issue|vol|seite|hal|halaman|page|pág|página)\.?\s?\d{1,5}(?![\w/.-])",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?:(?:{_COUNTED})\s*:?\s*)?\d[\d.,]*\s?k?\s?(?:{_COUNTED})?", re.IGNORECASE)
_BY = re.compile(r"(?<!\w)(?=(?:by|oleh|von|par|por|door)\s[^\W\d_])", re.IGNORECASE)
_CREDIT = re.compile(r"\s(?=(?:来源|來源|编辑|編輯|责编|作者|记者|記者):)")
_BEHIND_A_DAY = re.compile(r"(?<=\0)[\s,.]*([^\W\d_][^\s|,.()\0\1]*)")
_BEFORE_A_DAY = re.compile(r"([^\W\d_][^\s\d|,()\0]*)((?:[ -][^\s\d|,.()\0]+)?)[.,]?\s*(?=\0)")
_STOP = re.compile(r"(?<=\0)\s*\.(?=\s|$)")
_BREAK = re.compile(r"[|•·–—/()\0]|(?<=\s)-+(?=\s|\0)|(?<=\0)-")
_BESIDE_WORDS = re.compile(r"[^\s|•·–—\-/()\[\],:]\s*\0|\0\s*[^\s|•·–—\-/()\[\],:]")
_BESIDE_WORDS_OR_COMMA = re.compile(r"\w[^\w\0]*,\s*\0|" + _BESIDE_WORDS.pattern)
_LEAD = re.compile(r"(.{8,60}?)(?:\s?[–—]|\s--?\s|\s?--\s|(?<=\d{4})(?: года)?\.\s)")
_BRACKETED = re.compile(r"(?<!\w)([^\W\d_][^\s\d(),]+),?\s?\((\d{1,2}[/.-]\d{1,2}[/.-]\d{4})\)")


def dateline(line: str, *, after_comma: bool = True) -> Dateline | None:
    """The day of a line that is nothing but a dateline, and what else stands in it; None for any other line.

    "Jakarta, 3 Mei 2024" is one only if `after_comma`: a headline may end so.
    """
    if len(line) > LONGEST_DATELINE or not _NUMBERS.search(line):
        return None
    days = _written_days(line := _plain(line))
    if not days:
        return None
    bare = _bare(line, days)
    pieces = [piece.strip(" ,.:-()") for piece in _BREAK.split(bare)]
    others = [piece for piece in pieces if piece and not _COUNT.fullmatch(piece) and not is_weekday(piece)]
    beside = _BESIDE_WORDS if after_comma else _BESIDE_WORDS_OR_COMMA
    if beside.search(bare) or len(others) > 3 or not all(map(_could_be_name, others)):
        return None
    if others and ("(" in bare or line.endswith((".", "!", "?", "”", '"'))):
        return None  # "Pada Senin (13/1/2025) pagi" stands in a sentence
    return _told(line, days, others)


def _told(line: str, days: list[_Written], others: list[str]) -> Dateline:
    """The first day that is not called that of a change, else the first of all; and whether it is called so."""
    before = [0, *(day.end for day in days)]
    of_change = [_is_called_change(line[start : day.start]) for start, day in zip(before, days, strict=False)]
    if of_change[-1] is None:  # as Japanese papers say it behind the day
        behind = _LABEL.fullmatch(_CLOCK.sub("", line[days[-1].end :]).strip())
        of_change[-1] = bool(behind and behind["changed"])
    told = next((day for day, changed in zip(days, of_change, strict=True) if not changed), days[0])
    return Dateline(told.day, others, all(of_change))


def _is_called_change(text: str) -> bool | None:
    """Whether the last label in the text is that of a change; None where there is no label."""
    labels = list(_LABEL.finditer(text))
    return bool(labels[-1]["changed"]) if labels else None


def _bare(line: str, days: list[_Written]) -> str:
    """The line with a mark in the place of each day, without clocks and what days and clocks are called."""
    for day in reversed(days):
        line = f"{line[: day.start]}\0{line[day.end :]}"
    bare = _ISSUE.sub("|", _LABEL.sub("", _CLOCK.sub("\1", line)))
    bare = _BEHIND_A_DAY.sub(lambda word: "" if is_weekday(word[1]) else word[0], bare)
    for _ in range(2):  # "am Mittwoch, dem 3. Mai": what links may stand before the weekday, and behind it
        bare = _LINK.sub("", _BEFORE_A_DAY.sub(_without_weekday, bare))
    return _BY.sub("|", _CREDIT.sub("|", _STOP.sub("|", bare.replace("\1", ""))))


def _without_weekday(words: re.Match[str]) -> str:
    if is_weekday(words[1] + words[2]):
        return ""
    return words[1] if words[2] and is_weekday(words[2]) else words[0]


def _could_be_name(text: str) -> bool:
    """Outlets, places and authors have few words and a capital, or are one word: "detik.com", "suaraTeluk"."""
    name = re.sub(r"^(?:by|oleh|von|par|por|door)\s", "", text, flags=re.IGNORECASE)
    words = len(name.split())
    return words <= 5 and len(name) <= 60 and (words == 1 or (name[0].isalnum() and not name[0].islower()))


def date_in_story(paragraphs: list[str]) -> date | None:
    """The day by which the first paragraphs place the news: "JAKARTA, 3 Mei 2024 –" or "Jumat (3/5/2024)".

    The first stands before the lead, wherever that is; the other counts in the lead, and shortly behind it.
    """
    for i, paragraph in enumerate(paragraphs):
        lead = _LEAD.match(paragraph)
        found = dateline(lead[1]) if lead else None
        if found and (found.others or (i < 3 and paragraph.endswith((".", "”", '"')))):
            return found.day
    for paragraph in paragraphs[:3]:
        brackets = next((found for found in _BRACKETED.finditer(paragraph) if is_weekday(found[1])), None)
        day = first_date(brackets[2]) if brackets else None
        if day:
            return day
    return None
