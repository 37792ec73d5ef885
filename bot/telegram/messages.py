"""What the bot sends: answers, refusals, passages and lists, as Telegram HTML with their buttons. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import xxhash

from bot.answers.showing import (
    HEADLINES,
    LONGEST_LINK,
    LONGEST_QUOTE,
    LONGEST_TITLE,
    articles,
    marked,
    read_as,
    shortened,
)
from bot.answers.types import Answer, Finding
from bot.phrases import Phrases
from index.store.disk import Headline
from index.types import Passage

OTHERS, LONGEST_OTHER, LONGEST_OTHER_TITLE = 3, 80, 60
LONGEST_PASSAGE = 1700
LONGEST_LABEL = 60
PAGE = 10
"""Headlines of a page."""


class Button(NamedTuple):
    """A button below a message, and what the bot is told when it is pressed; at most 64 bytes."""

    label: str
    data: str


Rows = Sequence[Sequence[Button]]

BACK, MORE, WITHIN, GOOD, BAD, SOURCES = "answer", "passage", "within", "good", "bad", "sources"
"""What buttons ask for; behind a colon stands which one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message: HTML that holds no tag but b, i, a and blockquote, and rows of buttons."""

    html: str
    buttons: Rows = ()


def plain(text: str, buttons: Rows = ()) -> Reply:
    """A text of the bot's own."""
    return Reply(_text(text), buttons)


# --- answers ----------------------------------------------------------------------------------------------------


def answer_reply(answer: Answer, phrases: Phrases, *, within: str | None = None) -> Reply:
    """An answer or a refusal; `within` is the title of the article that was asked within and did not say."""
    told = _refusal_html(answer, phrases) if answer.quote is None else _answer_html(answer, phrases)
    notes = read_as(answer, phrases)
    if within and answer.quote:
        notes.append(phrases.elsewhere.format(title=shortened(within, LONGEST_OTHER_TITLE)))
    html = "\n\n".join([*(f"<i>{_text(line)}</i>" for line in notes), told])
    return Reply(html, _answer_buttons(answer, phrases))


def article_key(article: str) -> str:
    """A short name of an article's id, for what a button may carry."""
    return xxhash.xxh3_64_hexdigest(article.encode())


def _answer_html(answer: Answer, phrases: Phrases) -> str:
    assert answer.quote
    assert answer.source
    before, fact, after = marked(answer.quote)
    quote = f"<blockquote expandable>{_text(before)}<b>{_text(fact)}</b>{_text(after)}</blockquote>"
    parts = [quote, _headline_html(answer.source, phrases)]
    if before or after:  # a sentence that is its own answer is shown once
        parts.insert(0, _fact_html(fact, answer.gloss))
    if answer.others:
        others = [_other_html(other, phrases) for other in answer.others[:OTHERS]]
        parts.append("\n".join([_text(phrases.others), *others]))
    return "\n\n".join(parts)


def _fact_html(fact: str, told: str | None) -> str:
    return f"<b>{_text(fact)}</b> ({_text(told)})" if told else f"<b>{_text(fact)}</b>"


def _other_html(other: Finding, phrases: Phrases) -> str:
    source = _headline_html(other.passage, phrases, LONGEST_OTHER_TITLE)
    return f"• {_fact_html(shortened(other.answer, LONGEST_OTHER), other.gloss)} – {source}"


def _refusal_html(answer: Answer, phrases: Phrases) -> str:
    lines = [f"• {_headline_html(passage, phrases)}" for passage in articles(answer.sources)[:HEADLINES]]
    closest = ["", _text(phrases.closest), *lines, "", _text(phrases.ask_within)] if lines else []
    return "\n".join([_text(phrases.not_in_articles), *closest])


def _answer_buttons(answer: Answer, phrases: Phrases) -> Rows:
    judging = [Button("👍", GOOD), Button("👎", BAD)]
    if not answer.sources:
        return [judging]
    if answer.source is None:
        closest = articles(answer.sources)[:HEADLINES]
        within = [
            [Button(shortened(one.title, LONGEST_LABEL), f"{WITHIN}:{article_key(one.article)}")] for one in closest
        ]
        return [*within, [Button(phrases.more_passages, f"{MORE}:0"), *judging]]
    own = answer.sources.index(answer.source)
    reading = [Button(phrases.whole_passage, f"{MORE}:{own}")]
    if len(answer.sources) > 1:
        reading.insert(0, Button(phrases.more_passages, f"{MORE}:{0 if own else 1}"))
    return [reading, judging]


# --- passages ---------------------------------------------------------------------------------------------------


def passage_reply(answer: Answer, passages: Sequence[Passage], number: int, phrases: Phrases) -> Reply:
    """One of the passages, with the answer's sentence marked where it stands in it."""
    passage = passages[number]
    place = phrases.passage_of.format(number=number + 1, count=len(passages))
    html = "\n\n".join([f"<i>{_text(place)}</i>", _passage_html(answer, passage), _headline_html(passage, phrases)])
    turning = [Button(phrases.previous, f"{MORE}:{number - 1}")] if number else []
    turning += [Button(phrases.next, f"{MORE}:{number + 1}")] if number + 1 < len(passages) else []
    return Reply(html, [row for row in (turning, [Button(phrases.back_to_answer, BACK)]) if row])


def within_reply(answer: Answer, phrases: Phrases) -> Reply:
    """What one article says; if it does not, its closest passage."""
    if answer.quote is None:
        closest = [_passage_html(answer, one) + "\n\n" + _headline_html(one, phrases) for one in answer.sources[:1]]
        html = "\n\n".join([_text(phrases.not_in_article), *closest])
    else:
        html = _answer_html(answer, phrases)
    return Reply(html, [[Button(phrases.back_to_answer, BACK)]])


def _passage_html(answer: Answer, passage: Passage) -> str:
    text = shortened(passage.text, LONGEST_PASSAGE)
    quote = answer.quote
    if quote and quote.article == passage.article and quote.text in text:
        start = text.index(quote.text)
        end = start + len(quote.text)
        marked = f"{_text(text[:start])}<b>{_text(text[start:end])}</b>{_text(text[end:])}"
    else:
        marked = _text(text)
    return f"<blockquote>{marked}</blockquote>"


# --- inline ------------------------------------------------------------------------------------------------------


class Card(NamedTuple):
    """A result of an inline query, and the message that choosing it sends."""

    title: str
    description: str
    html: str


def answer_card(answer: Answer, phrases: Phrases) -> Card:
    """The answer, or that there is none."""
    asked = f"<i>{_text(shortened(answer.question, LONGEST_QUOTE))}</i>"
    if answer.quote is None:
        headlines = " · ".join(one.title for one in articles(answer.sources)[:HEADLINES])
        closest = [f"• {_headline_html(one, phrases)}" for one in articles(answer.sources)[:HEADLINES]]
        told = "\n".join([_text(phrases.not_in_articles), *closest])
        return Card(phrases.not_in_articles, shortened(headlines, LONGEST_TITLE), f"{asked}\n\n{told}")
    fact = f"{answer.answer} ({answer.gloss})" if answer.gloss else answer.answer or ""
    description = shortened(answer.quote.text, LONGEST_TITLE)
    return Card(shortened(fact, LONGEST_LABEL), description, f"{asked}\n\n{_answer_html(answer, phrases)}")


def passage_card(answer: Answer, passage: Passage, phrases: Phrases) -> Card:
    """A passage with its source."""
    html = f"{_passage_html(answer, passage)}\n\n{_headline_html(passage, phrases)}"
    return Card(shortened(passage.title, LONGEST_LABEL), shortened(passage.text, LONGEST_TITLE), html)


# --- lists ------------------------------------------------------------------------------------------------------


def headlines_reply(title: str, headlines: Sequence[Headline], page: int, pages: int, phrases: Phrases) -> Reply:
    """A page of articles, numbered from 0."""
    lines = [f"• {_headline_html(one, phrases)}" for one in headlines] or [_text(phrases.no_articles)]
    html = "\n".join([f"<b>{_text(title)}</b>", "", *lines])
    if pages < 2:
        return Reply(html)
    place = phrases.page_of.format(number=page + 1, count=pages)
    turning = [Button(phrases.previous, f"{SOURCES}:{page - 1}")] if page else []
    turning += [Button(phrases.next, f"{SOURCES}:{page + 1}")] if page + 1 < pages else []
    return Reply(f"{html}\n\n<i>{_text(place)}</i>", [turning])


# --- parts ------------------------------------------------------------------------------------------------------


def _headline_html(one: Passage | Headline, phrases: Phrases, longest: int = LONGEST_TITLE) -> str:
    title = _text(shortened(one.title, longest))
    if one.url and len(one.url) <= LONGEST_LINK:
        title = f'<a href="{escape(one.url)}">{title}</a>'
    else:
        title = f"<i>{title}</i>"
    return f"{title} · {_text(phrases.date(one.published))}" if one.published else title


def _text(text: str) -> str:
    return escape(text, quote=False)
