"""What a whole line is when it is not the story: a thing of the page, or something told about the article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.days.dates import dateline
from index.text.characters import letters

LONGEST_LABEL = 300
"""Characters; whatever is longer is taken for the story, and no pattern below is tried on it."""
LONGEST_HEADLINE = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an article beside its story."""

    title: str | None = None
    published: date | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    updated: date | None = None
    """When this version appeared, with the time where that is known. Stands in for an unknown day of publication."""
    outlet: str | None = None

    def or_else(self, other: Facts) -> Facts:
        """These facts, and the other's where these do not know."""
        return Facts(
            self.title or other.title,
            self.published or other.published,
            self.author or other.author,
            self.url or other.url,
            self.language or other.language,
            self.updated or other.updated,
            self.outlet or other.outlet,
        )


# --- lines of the page around the story ---------------------------------------------------------------------


def _names(block: str) -> frozenset[str]:
    return frozenset(name.strip() for line in block.strip().splitlines() for name in line.split("|"))


_FURNITURE = _names("""
    home|beranda|news|berita|menu|search|cari|login|log in|sign in|masuk|daftar|sign up|subscribe|berlangganan
    share|share this|share this article|bagikan|bagikan artikel|bagikan artikel ini|tweet|facebook|twitter|x
    whatsapp|telegram|instagram|email|print|cetak|copy link|salin link|salin tautan|tautan disalin|link copied
    advertisement|advertisement scroll to continue with content|scroll to continue|iklan|skip to content
    scroll to continue with content|scroll to continue reading|continue reading|gulir untuk lanjut membaca
    lanjutkan membaca|lanjut baca|back to top|kembali ke atas|halaman selanjutnya|halaman berikutnya|next
    next page|previous|selanjutnya|sebelumnya|komentar|comments|comment|tulis komentar|loading|tag|tags|topik
    ikuti kami|follow us|newsletter|baca selengkapnya|selengkapnya|read more|load more|muat lainnya
    toggle caption|hide caption|scroll untuk melanjutkan
""")
_SECTIONS = _names("""
    terbaru|terkini|terpopuler|populer|terkait|berita terkait|artikel terkait|berita terbaru|berita terkini
    berita lainnya|berita populer|baca berita lainnya|rekomendasi|rekomendasi untuk anda|pilihan editor
    trending|latest|latest news|most read|most popular|related|related news|related articles|related stories
    recommended|recommended for you|editor's picks|editors' picks|you may also like|more stories|more news
""")
_DECORATION = " \t*_#[]()<>«»‹›•·|:–—-=~…↓▼▾"
_BREADCRUMB = re.compile(
    r"(?:home|beranda)(?:\s*[>›»/|]\s*[^>›»/|]{1,40}){1,6}|[^<>›»]{1,30}(?:[>›»][^<>›»]{1,40}){2,6}(?<![.!?])",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:©|\(c\) |(?:copyright|hak cipta)\s*(?:©|\(c\)|[12]\d{3})|hak cipta dilindungi|all rights reserved"
    r"|\[gambas\s*:|dilarang (?:keras )?(?:mengambil|mengutip|menyalin|memperbanyak)\b|무단 ?전재"
    r"|(?:(?:post )?views?|dilihat)\s*:?\s*\d[\d.,]*\s*$|über dieses thema berichtete)",
    re.IGNORECASE,
)
_PLUG = re.compile(
    r"(?:simak|ikuti|dapatkan|gabung|unduh|muat turun|join|follow|subscribe|sign up|download|get|apúntate"
    r"|suscríbete|síguenos"
    r"|siga|inscreva-se|abonnieren|folgen|abonnez-vous|suivez|iscriviti|seguici|volg|подписывайтесь)\b(?=.*"
    r"\b(?:us|our|you|your|kami|kamu|mu|anda|nuestr[oa]s?|noss[oa]s?|uns|unser\w*|nous|notre|nos"
    r"|nostr[oaie]|ons|наш\w*)\b).*"
    r"\b(?:whatsapp|telegram|facebook|instagram|google news|newsletters?|channel|saluran|podcast|aplikasi"
    r"|app)\b.*"
    r"|(?:baca|cek|simak|lihat|temukan|read|get|find)\b.{1,80}\b(?:lain|lainnya|more|other)\b.{0,40}"
    r"\b(?:whatsapp|telegram|google news|newsletters?|aplikasi|app)\W*"
    r"|(?:dapatkan|nikmati|buka|get|enjoy|unlock)\b.{0,60}\b(?:akses|access)\b.{0,80}\b(?:ber)?(?:langganan|subscri\w+)\b.*"
    r"|.{0,80}\bbecome a (?:member|subscriber) today\W*",
    re.IGNORECASE,
)
"""A call to readers: do this with us, and in such a medium; or pay, and have access."""
_TAGS = re.compile(r"(?:tags?|topik|topics?|keywords|kata kunci)\s*:.*[^.]", re.IGNORECASE)
_READ_ALSO = re.compile(
    r"[\W_]*(?:(?:baca|simak|lihat|tonton|saksikan)\s+(?:juga|pula)|also\s+(?:read|see|watch)"
    r"|(?:read|see|watch)\s+also|lesen\s+sie\s+(?:auch|mehr)|(?:à|a)?\s?lire\s+(?:aussi|également)"
    r"|l[ée]a\s+también"
    r"|le[ie]a\s+também|veja\s+também|leggi\s+anche|lees\s+ook|читайте\s+также|смотрите\s+также"
    r"|czytaj\s+(?:też|także)"
    r"|xem\s+thêm|đọc\s+thêm|ayrıca\s+okuyun|اقر[أا]\s+أيض[اً]+)(?!\w)(?P<mark>\s*[:|»›>])?",
    re.IGNORECASE,
)
_READ_ALSO_LABELS = _names("""
    baca juga|baca pula|simak juga|lihat juga|tonton juga|pilihan editor|pilihan redaksi|berita terkait
    artikel terkait
    artikel berkaitan|berita berkaitan|terkini lainnya|berita lainnya|artikel lain|artikel lainnya|rekomendasi
    terpopuler
    read also|also read|read more|read next|see also|related|related story|related stories|related news
    related articles
    related article|related content|related topics|more on this story|more on this|more stories|you may also like
    you might also like|recommended|recommended for you|recommended reading|don't miss|most read|most viewed
    lesen sie auch|lesen sie mehr|auch interessant|mehr zum thema|weitere artikel
    das könnte sie auch interessieren
    à lire aussi|lire aussi|à lire également|sur le même sujet|sur le même thème|voir aussi|articles liés
    lea también|lee también|más información|te puede interesar|noticias relacionadas|artículos relacionados
    lo más visto
    leia também|leia mais|veja também|saiba mais|notícias relacionadas|leggi anche|articoli correlati
    potrebbe interessarti
    lees ook|meer over dit onderwerp|gerelateerd|lees meer|читайте также|по теме|материалы по теме|ещё по теме
    смотрите также
    czytaj też|czytaj także|zobacz też|xem thêm|đọc thêm|tin liên quan|ayrıca okuyun|ilgili haberler|اقرأ أيضا
    اقرأ أيضاً
    اقرأ أيضًا|مواضيع ذات صلة|関連記事|あわせて読みたい|関連ニュース|相关阅读|相关新闻|延伸阅读|推荐阅读
    相關新聞|延伸閱讀
    관련기사|관련 기사|ข่าวที่เกี่ยวข้อง|อ่านเพิ่มเติม|อ่านข่าวเพิ่มเติม|यह भी पढ़ें
""")
_READ_MORE = re.compile(
    r"[\W_]*(?:baca\s+selengkapnya|selengkapnya|read\s+more|read\s+next|(?:berita|artikel)\s+terkait"
    r"|related(?:\s+(?:story|stories|news|articles?))?)\s*[:|»›>]",
    re.IGNORECASE,
)


_COMMENTS = _names("""
    komentar|comments|reader comments|ulasan pembaca|kommentare|commentaires|comentarios|comentários|commenti
    reacties|комментарии|yorumlar|التعليقات|コメント|评论|댓글
""")


def is_furniture(line: str) -> bool:
    """Whether the whole line belongs to the page around the story: navigation, buttons, notices."""
    if len(line) <= LONGEST_LABEL and _PLUG.fullmatch(line):
        return True
    if len(line) > LONGEST_HEADLINE:
        return False
    names = [_bare(name) for name in re.split(r"[|•·]", line)]
    if is_section(line) or all(name in _FURNITURE or not name for name in names):
        return True
    return bool(_NOTICE.match(line) or _TAGS.fullmatch(line) or _BREADCRUMB.fullmatch(line))


def is_section(line: str) -> bool:
    """Whether the line is the heading over a list of other articles."""
    return len(line) <= LONGEST_HEADLINE and _bare(line) in _SECTIONS


def is_read_also_label(line: str) -> bool:
    """Whether the line is nothing but the heading over other articles, or over readers' comments."""
    bare = _bare(line) if len(line) <= LONGEST_HEADLINE else ""
    return is_section(line) or bare in _READ_ALSO_LABELS or bare in _COMMENTS


def is_read_also(line: str) -> bool:
    """Whether the whole line sends the reader on to another article."""
    if len(line) > LONGEST_LABEL:
        return False
    also = _READ_ALSO.match(line)
    if also:
        # "Simak juga penjelasan berikut." is a sentence; a headline has no full stop.
        return bool(also["mark"]) or not line.rstrip("”\"' )").endswith(".")
    return bool(_READ_MORE.match(line))


def _bare(line: str) -> str:
    return line.casefold().strip(_DECORATION)


# --- lines that tell about the story ------------------------------------------------------------------------

_AUTHOR = "penulis|reporter|pewarta|wartawan|jurnalis|kontributor|laporan|author|writer|written by|oleh|by"
_OTHERS = "editor|redaktur|penyunting|penerjemah|fotografer|pemimpin redaksi|sumber|source|copy editor|edited by"
_CREDIT = re.compile(rf"(?<!\w)({_AUTHOR}|{_OTHERS})\s?:\s?", re.IGNORECASE)
_BYLINE = re.compile(r"(?:by|oleh|von|par|por|door)\s(.{2,80})", re.IGNORECASE)
_IN_NAMES = frozenset(["and", "dan", "&", "bin", "binti", "van", "von", "de", "da", "al", "el"])
_LINK = re.compile(
    r"(?:(?:url|link|tautan|sumber|source|artikel asli|original)\s?:?\s?)?<?(https?://[^\s<>]{4,2000})>?",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:judul|title|headline)\s?:\s?(.{3,})", re.IGNORECASE)
_SIGN_OFF = re.compile(
    r"\([a-z]{2,5}(?:/[a-z]{2,5}){0,3}\)|\(?(?:reporting|writing|additional reporting) by\b.{3,280}",
    re.IGNORECASE,
)


_END_MARK = re.compile(r"(?:--|—) ?[A-Z]{3,15}(?:[/ -][A-Z]{3,15})?")
"""What agencies put behind a story: "-- BERNAMA"."""


def stands_alone(line: str) -> bool:
    """Whether the line is complete in itself, so that no line before or after it can be part of it."""
    return is_furniture(line) or any(recognise(line) for recognise in (dateline, _link, _credits))


def is_sign_off(line: str) -> bool:
    """Whether the line is what an editor leaves behind the last paragraph: "(rw/tas)", "Reporting by …"."""
    return len(line) <= LONGEST_LABEL and bool(_SIGN_OFF.fullmatch(line))


def is_end_mark(line: str) -> bool:
    """Whether the line is an agency's name behind two dashes, with which it ends a story."""
    return bool(_END_MARK.fullmatch(line))


def facts_of_line(line: str, *, at_edge: bool) -> Facts | None:
    """What a line tells that is not the story, which may be nothing; None for a line of the story itself.

    `at_edge`, before or behind the story, a name after "By" is the author's.
    """
    if len(line) > LONGEST_LABEL:
        return None
    if is_furniture(line) or is_read_also(line):
        return Facts()
    return _link(line) or _credits(line) or (_byline(line) if at_edge else None)


def facts_of_top_line(line: str, title: str | None) -> Facts | None:
    """As `facts_of_line`, for a line before the story, where dateline and title stand; `title` if known"
    " by now."""
    facts = _dateline(line, title) or facts_of_line(line, at_edge=True)
    if facts:
        return facts
    if title:
        return Facts() if _is_title(line, title) else None
    label = _TITLE.fullmatch(line) if len(line) <= LONGEST_LABEL else None
    return Facts(title=label[1]) if label else None


def is_headline(line: str) -> bool:
    """Whether the first line of a text can be its title: short, and no sentence that is being told."""
    return len(line) <= LONGEST_HEADLINE and not line.endswith((".", ",", ";", ":"))


def _credits(line: str) -> Facts | None:
    # "Penulis : A Editor : B", "Sumber : C": the author is told, the others are only left out.
    if len(line) > LONGEST_HEADLINE or not _CREDIT.match(line):
        return None
    _, *parts = _CREDIT.split(line)
    roles, names = parts[::2], [name.strip(" |/;,") for name in parts[1::2]]
    if not all(_could_be_credited(name) for name in names):
        return None
    authors = (name for role, name in zip(roles, names, strict=True) if re.fullmatch(_AUTHOR, role, re.IGNORECASE))
    return Facts(author=next(filter(None, authors), None))


def _could_be_credited(name: str) -> bool:
    words = name.split()
    return len(words) <= 4 or (len(words) <= 10 and not name.endswith((".", "!", "?")))


def _byline(line: str) -> Facts | None:
    byline = _BYLINE.fullmatch(line)
    if not byline or line.endswith((".", "!", "?", ":")):
        return None
    words = byline[1].replace(",", " ").split()
    if len(words) > 8 or not all(word[0].isupper() or word in _IN_NAMES for word in words):
        return None
    return Facts(author=byline[1].split(",")[0].strip())


def _link(line: str) -> Facts | None:
    link = _LINK.fullmatch(line)
    return Facts(url=link[1]) if link else None


def _dateline(line: str, title: str | None) -> Facts | None:
    found = dateline(line, after_comma=title is not None)
    if not found:
        return None
    day = Facts(updated=found.day) if found.is_update else Facts(published=found.day)
    return day.or_else(next(filter(None, map(_byline, found.others)), Facts()))


def _is_title(line: str, title: str) -> bool:
    # Pages name themselves behind their title: "Headline - Outlet".
    return letters(line) in (letters(title), letters(re.split(r"\s[|–—-]\s", title)[0]))
