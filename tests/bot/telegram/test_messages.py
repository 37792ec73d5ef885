"""What the bot sends, as Telegram shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from made_answers import SENTENCE, answered, asking, differing, finding, passage, refused

from bot.phrases import phrases
from bot.telegram.messages import (
    Button,
    Reply,
    answer_card,
    answer_reply,
    article_key,
    headlines_reply,
    passage_card,
    passage_reply,
    within_reply,
)
from index.store.disk import Headline

ENGLISH, INDONESIAN = phrases("en"), phrases("id")
LINK = '<a href="https://example.org/?a=1&amp;b=2">Pasar Melati</a>'


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


def labels(reply: Reply) -> list[list[str]]:
    return [[button.label for button in row] for row in reply.buttons]


def test_a_fact_comes_first_in_bold_and_again_in_its_sentence() -> None:
    reply = answer_reply(answered("312 pedagang"), INDONESIAN)
    assert reply.html == (
        "<b>312 pedagang</b>\n\n"
        "<blockquote expandable>Sebanyak <b>312 pedagang</b> &lt;baru&gt; &amp; lama menempati kios.</blockquote>\n\n"
        f"{LINK} · 8 Januari 2024"
    )
    assert reply.buttons == [
        [Button(INDONESIAN.whole_passage, "passage:0")],
        [Button("👍", "good"), Button("👎", "bad")],
    ]


def test_more_passages_begin_with_one_that_the_answer_does_not_stand_in() -> None:
    told = differing()
    assert answer_reply(told, ENGLISH).buttons[0] == [
        Button(ENGLISH.more_passages, "passage:1"),
        Button(ENGLISH.whole_passage, "passage:0"),
    ]
    told = replace(told, sources=told.sources[::-1])
    assert [button.data for button in answer_reply(told, ENGLISH).buttons[0]] == ["passage:0", "passage:1"]


def test_a_sentence_that_is_its_own_answer_is_shown_once() -> None:
    html = answer_reply(answered(), ENGLISH).html
    assert html.startswith(
        "<blockquote expandable><b>Sebanyak 312 pedagang &lt;baru&gt; &amp; lama menempati kios.</b></blockquote>"
    )
    assert html.endswith("· 8 January 2024")


def test_an_article_without_link_or_date_is_named_by_its_title() -> None:
    assert answer_reply(answered(url=None, published=None), ENGLISH).html.endswith("\n\n<i>Pasar Melati</i>")


def test_what_was_found_elsewhere_is_said_to_be() -> None:
    html = answer_reply(answered("312 pedagang"), ENGLISH, within="A <title>").html
    assert html.startswith("<i>“A &lt;title&gt;” does not say; I found this elsewhere:</i>\n\n<b>312 pedagang</b>")
    assert answer_reply(refused(), ENGLISH, within="A title").html == "The articles do not say."


def test_a_refusal_names_each_close_article_once_and_offers_to_ask_within_it() -> None:
    close = [passage(), passage(), passage(article="b", title="B <1>", url=None)]
    reply = answer_reply(refused(*close), INDONESIAN)
    assert reply.html == (
        "Artikel-artikel ini tidak menyebutkannya.\n\nYang paling mendekati:\n"
        f"• {LINK} · 8 Januari 2024\n"
        f"• <i>B &lt;1&gt;</i> · 8 Januari 2024\n\n{INDONESIAN.ask_within}"
    )
    assert labels(reply) == [["Pasar Melati"], ["B <1>"], [INDONESIAN.more_passages, "👍", "👎"]]
    assert reply.buttons[1][0].data == f"within:{article_key('b')}"
    assert answer_reply(refused(), ENGLISH).html == "The articles do not say."


def test_what_one_article_says_or_does_not() -> None:
    assert within_reply(answered("312 pedagang"), ENGLISH).html.startswith("<b>312 pedagang</b>")
    reply = within_reply(refused(passage()), ENGLISH)
    assert reply.html.startswith("That article does not say.\n\n<blockquote>Sebanyak 312")
    assert labels(reply) == [[ENGLISH.back_to_answer]]


def test_passages_are_turned_and_the_sentence_is_marked() -> None:
    told = differing()
    first, last = (passage_reply(told, told.sources, number, ENGLISH) for number in (0, 1))
    assert first.html.startswith("<i>Passage 1 of 2</i>\n\n<blockquote><b>Sebanyak 312")
    assert labels(first) == [[ENGLISH.next], [ENGLISH.back_to_answer]]
    assert "<b>" not in last.html
    assert labels(last) == [[ENGLISH.previous], [ENGLISH.back_to_answer]]


@pytest.mark.parametrize("letter", ["x", "<", "&", "😀", "\u0627"])
@pytest.mark.parametrize("whole", [True, False])
def test_no_message_is_longer_than_telegram_takes(letter: str, whole: bool) -> None:
    text = f"{letter * 5000} 42 {letter * 5000}"
    long = {"title": letter * 9000, "url": "https://example.org/" + "x" * 9000}
    told = answered(text if whole else "42", text, **long)
    others = tuple(finding(text, article=f"other{number}", **long) for number in range(4))
    told = replace(told, others=others, sources=(*told.sources, *(other.passage for other in others)))
    close = refused(*(passage(article=str(n), **long) for n in range(9)))
    replies = [
        answer_reply(told, ENGLISH, within=letter * 900),
        answer_reply(close, ENGLISH),
        within_reply(close, ENGLISH),
    ]
    for reply in replies:
        shown = Visible(reply.html)
        assert set(shown.tags) <= {"b", "i", "a", "blockquote"}
        assert len(shown.text.encode("utf-16-le")) // 2 <= 4096
        assert all(
            len(button.data.encode()) <= 64 and len(button.label) <= 60 for row in reply.buttons for button in row
        )
    assert whole or " 42 " in Visible(replies[0].html).text
    for card in (answer_card(told, ENGLISH), answer_card(close, ENGLISH), passage_card(told, told.sources[0], ENGLISH)):
        assert len(Visible(card.html).text.encode("utf-16-le")) // 2 <= 4096


def test_a_gloss_stands_behind_the_fact_and_others_below_with_their_articles() -> None:
    html = answer_reply(differing(), INDONESIAN).html
    assert html.startswith("<b>312 pedagang</b> (312 &lt;traders&gt;)\n\n")
    assert html.endswith("\n\nArtikel lain menyebut lain:\n• <b>300 pedagang</b> – <i>Hari kedua</i> · 9 Januari 2024")


def test_a_card_says_what_was_asked() -> None:
    asked = replace(answered("312 pedagang", gloss="312 traders"), understood=asking("a <b>?"))
    card = answer_card(asked, ENGLISH)
    assert (card.title, card.description) == ("312 pedagang (312 traders)", SENTENCE)
    assert card.html.startswith("<i>a &lt;b&gt;?</i>\n\n<b>312 pedagang</b> (312 traders)")
    refusal = answer_card(refused(passage()), ENGLISH)
    assert (refusal.title, refusal.description) == ("The articles do not say.", "Pasar Melati")


def test_articles_are_listed_in_pages() -> None:
    listed = [Headline("a", "A <1>", date(2024, 1, 8), None), Headline("b", "B", None, "https://example.org/")]
    reply = headlines_reply("Articles:", listed, 1, 3, ENGLISH)
    assert reply.html == (
        "<b>Articles:</b>\n\n• <i>A &lt;1&gt;</i> · 8 January 2024\n"
        '• <a href="https://example.org/">B</a>\n\n<i>Page 2 of 3</i>'
    )
    assert [button.data for button in reply.buttons[0]] == ["sources:0", "sources:2"]
    assert headlines_reply("Articles:", [], 0, 1, ENGLISH) == Reply(f"<b>Articles:</b>\n\n{ENGLISH.no_articles}")
