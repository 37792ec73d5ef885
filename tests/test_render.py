"""Answers as people see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from bot.answering import Answer, Finding, Quote
from bot.phrases import ENGLISH, INDONESIAN, phrases, small_talk
from bot.render import answer_json, telegram_html, terminal
from index.types import Passage

SENTENCE = "Sebanyak 312 pedagang <baru> & lama menempati kios."


def passage(text: str = SENTENCE, article: str = "market", **facts: object) -> Passage:
    known = {"title": "Pasar Melati", "published": date(2024, 1, 8), "url": "https://example.org/?a=1&b=2"} | facts
    return Passage(
        article=article, path=f"{article}.txt", language="id", start=0, end=len(text), text=text,
        sentences=((0, len(text)),), score=0.8, **known,  # type: ignore[arg-type]
    )  # fmt: skip


def answer(fact: str | None, quote: Quote | None, *sources: Passage) -> Answer:
    return Answer(
        question="q", understood="q", slips=(), answer=fact, gloss=None, confidence=0.9 if fact else 0.1, quote=quote,
        others=(), sources=sources, found=sources, candidates=(), threshold=0.5, snapshot="s", timings_ms={},
    )  # fmt: skip


def answered(fact: str = SENTENCE, text: str = SENTENCE, **facts: object) -> Answer:
    start = text.index(fact)
    quote = Quote("market", text, start, start + len(fact))
    return answer(fact, quote, passage(text, **facts))


def refused(*sources: Passage) -> Answer:
    return answer(None, None, *sources)


class Visible(HTMLParser):
    """The text a reader sees, and the tags around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)


def test_a_fact_comes_first_in_bold_and_again_in_its_sentence() -> None:
    html = telegram_html(answered("312 pedagang"), INDONESIAN)
    assert html == (
        "<b>312 pedagang</b>\n\n"
        "<blockquote>Sebanyak <b>312 pedagang</b> &lt;baru&gt; &amp; lama menempati kios.</blockquote>\n\n"
        '<a href="https://example.org/?a=1&amp;b=2">Pasar Melati</a> · 8 Januari 2024'
    )


def test_a_sentence_that_is_its_own_answer_is_shown_once() -> None:
    html = telegram_html(answered(), ENGLISH)
    assert html.startswith(
        "<blockquote><b>Sebanyak 312 pedagang &lt;baru&gt; &amp; lama menempati kios.</b></blockquote>"
    )
    assert html.endswith("· January 8, 2024")


def test_an_article_without_link_or_date_is_named_by_its_title() -> None:
    assert telegram_html(answered(url=None, published=None), ENGLISH).endswith("\n\n<i>Pasar Melati</i>")


def test_a_refusal_says_so_and_names_each_close_article_once() -> None:
    html = telegram_html(refused(passage(), passage(), passage(article="b", title="B <1>", url=None)), INDONESIAN)
    assert html == (
        "Artikel-artikel ini tidak menyebutkannya.\n\nYang paling mendekati:\n"
        '• <a href="https://example.org/?a=1&amp;b=2">Pasar Melati</a> · 8 Januari 2024\n'
        "• <i>B &lt;1&gt;</i> · 8 Januari 2024"
    )
    assert telegram_html(refused(), ENGLISH) == "The articles do not say."


@pytest.mark.parametrize("letter", ["x", "<", "&", "😀", "\u0627"])
@pytest.mark.parametrize("whole", [True, False])
def test_no_message_is_longer_than_telegram_takes(letter: str, whole: bool) -> None:
    text = f"{letter * 5000} 42 {letter * 5000}"
    long = {"title": letter * 9000, "url": "https://example.org/" + "x" * 9000}
    told = answered(text if whole else "42", text, **long)
    others = [passage(text, article=f"other{number}", **long) for number in range(4)]
    differing = tuple(Finding(text, None, 0.7, Quote(one.article, text, 0, 9), 0.0, "id") for one in others)
    shown = Visible(telegram_html(replace(told, others=differing, sources=(*told.sources, *others)), ENGLISH))
    assert len(shown.text.encode("utf-16-le")) // 2 <= 4096
    assert set(shown.tags) <= {"b", "i", "a", "blockquote"}
    assert whole or " 42 " in shown.text
    closest = telegram_html(refused(*(passage(article=str(n), **long) for n in range(9))), ENGLISH)
    assert len(Visible(closest).text.encode("utf-16-le")) // 2 <= 4096


def test_the_terminal_sets_the_answer_off_and_marks_it_in_the_quote() -> None:
    console = Console(width=120, force_terminal=True, color_system="standard", record=True, file=StringIO())
    console.print(terminal(answered("312 pedagang", url=None)))
    styled = console.export_text(styles=True)
    assert "\x1b[1;32m312 pedagang" in styled
    assert "\x1b[1;7m312 pedagang" in styled
    assert "January 8, 2024" in styled
    assert "market.txt" in styled


def test_markup_in_an_article_is_no_markup_on_the_terminal() -> None:
    console = Console(width=120, record=True, file=StringIO())
    console.print(terminal(answered("[bold]x[/nope]", "[bold]x[/nope] said [link=a]", title="[red]", url="[x]")))
    assert "[bold]x[/nope] said [link=a]" in console.export_text()


def test_the_json_has_the_keys_that_are_promised() -> None:
    shown = answer_json(answered("312 pedagang"))
    assert list(shown) == [
        "question",
        "answer",
        "gloss",
        "confidence",
        "quote",
        "others",
        "sources",
        "snapshot",
        "timings_ms",
    ]
    quote, [source] = shown["quote"], shown["sources"]  # type: ignore[misc]
    assert quote["text"][quote["start"] : quote["end"]] == shown["answer"] == "312 pedagang"  # type: ignore[index]
    assert {key: source[key] for key in ("article", "title", "published", "path", "start", "text", "score")} == {
        "article": "market", "title": "Pasar Melati", "published": "2024-01-08", "path": "market.txt", "start": 0,
        "text": SENTENCE, "score": 0.8,
    }  # fmt: skip


def test_a_gloss_stands_behind_the_fact_and_others_below_with_their_articles() -> None:
    said = "Menurut panitia hanya 300 pedagang yang kembali."
    other = Finding("300 pedagang", None, 0.7, Quote("later", said, 21, 33), 0.0, "id")
    later = passage(said, article="later", title="Hari kedua", published=date(2024, 1, 9), url=None)
    told = answered("312 pedagang")
    told = replace(told, gloss="312 <traders>", others=(other,), sources=(*told.sources, later))
    html = telegram_html(told, INDONESIAN)
    assert html.startswith("<b>312 pedagang</b> (312 &lt;traders&gt;)\n\n")
    assert html.endswith("\n\nArtikel lain menyebut lain:\n• <b>300 pedagang</b> – <i>Hari kedua</i> · 9 Januari 2024")
    console = Console(width=120, record=True, file=StringIO())
    console.print(terminal(told))
    shown = console.export_text()
    assert "312 pedagang (312 <traders>)" in shown
    assert shown.index("Other articles say otherwise:") < shown.index("300 pedagang") < shown.index("Hari kedua")


@pytest.mark.parametrize(
    ("code", "language"), [("id", "id"), ("id-ID", "id"), ("en-US", "en"), ("fr", "en"), (None, "en")]
)
def test_the_bot_speaks_the_users_language_or_english(code: str | None, language: str) -> None:
    assert phrases(code).language == language


def test_what_the_bot_knows_is_told_in_numbers_and_dates() -> None:
    assert ENGLISH.knowledge(1, None) == "1 news article"
    assert ENGLISH.knowledge(7, date(2024, 11, 21)) == "7 news articles, the newest of November 21, 2024"
    assert INDONESIAN.knowledge(7, date(2024, 11, 21)) == "7 artikel berita, yang terbaru bertanggal 21 November 2024"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Halo!", "greeting"),
        ("selamat pagi 🙂", "greeting"),
        ("HI there", "greeting"),
        ("Terima kasih banyak!", "thanks"),
        ("thx", "thanks"),
        ("makasih ya kak", "thanks"),
        ("thank you so much", "thanks"),
        ("Halo, berapa tentara yang dikirim?", None),
        ("who said thank you?", None),
        ("selamat", None),
        ("", None),
    ],
)
def test_small_talk_is_only_what_is_nothing_else(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind
