"""An answer as people see it: HTML for Telegram, rich text for the terminal. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.answering import Answer, Quote
from bot.phrases import ENGLISH, Phrases
from index.types import Passage

LONGEST_QUOTE, LONGEST_TITLE, LONGEST_LINK = 800, 200, 500
"""Characters. An answer, its quote and three headlines stay below the 4,096 that Telegram takes in one message."""
HEADLINES = 3


def answer_json(answer: Answer) -> dict[str, object]:
    """An answer as `kabar ask --json` prints it."""
    return asdict(answer) | {"sources": [passage_json(passage) for passage in answer.sources]}


def passage_json(passage: Passage) -> dict[str, object]:
    """A passage as JSON, with its scores."""
    facts = asdict(passage)
    del facts["sentences"]
    return facts | {"published": passage.published.isoformat() if passage.published else None}


def telegram_html(answer: Answer, phrases: Phrases) -> str:
    """An answer as one Telegram message; its HTML holds no tag but b, i, a and blockquote."""
    if answer.quote is None or answer.source is None:
        return _refusal_html(answer, phrases)
    before, fact, after = _marked(answer.quote)
    quote = f"<blockquote>{_text(before)}<b>{_text(fact)}</b>{_text(after)}</blockquote>"
    parts = [quote, _headline_html(answer.source, phrases)]
    if before or after:  # a sentence that is its own answer is shown once
        parts.insert(0, f"<b>{_text(fact)}</b>")
    return "\n\n".join(parts)


def _refusal_html(answer: Answer, phrases: Phrases) -> str:
    lines = [f"• {_headline_html(passage, phrases)}" for passage in articles(answer.sources)[:HEADLINES]]
    closest = ["", phrases.closest, *lines] if lines else []
    return "\n".join([phrases.not_in_articles, *closest])


def _headline_html(passage: Passage, phrases: Phrases) -> str:
    title = _text(_shortened(passage.title, LONGEST_TITLE))
    if passage.url and len(passage.url) <= LONGEST_LINK:
        title = f'<a href="{escape(passage.url)}">{title}</a>'
    else:
        title = f"<i>{title}</i>"
    return f"{title} · {phrases.date(passage.published)}" if passage.published else title


def _text(text: str) -> str:
    return escape(text, quote=False)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _marked(quote: Quote) -> tuple[str, str, str]:
    """What stands before the answer, the answer, and what stands behind; shortened from the outside."""
    fact = quote.text[quote.start : quote.end]
    room = max(LONGEST_QUOTE - len(fact), 0) // 2
    before, after = quote.text[: quote.start], quote.text[quote.end :]
    if len(before) > room:
        before = "…" + before[len(before) - room :].lstrip()
    return before, _shortened(fact, LONGEST_QUOTE), _shortened(after, room) if room else ""


def articles(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each article, in the order of the passages."""
    best: dict[str, Passage] = {}
    for passage in passages:
        best.setdefault(passage.article, passage)
    return list(best.values())


def terminal(answer: Answer) -> RenderableType:
    """An answer for a terminal: set off, the quote with the answer marked, and the source."""
    if answer.quote is None or answer.source is None:
        closest = [_source_text(passage) for passage in articles(answer.sources)[:HEADLINES]]
        label = [Text(), Text("What comes closest:", "dim")] if closest else []
        return Group(Text("The articles do not say.", "bold yellow"), *label, *closest)
    before, fact, after = _marked(answer.quote)
    quote = [Text(), Text.assemble("“", before, (fact, "bold reverse"), after, "”")] if before or after else []
    return Group(Text(fact, "bold green"), *quote, Text(), _source_text(answer.source))


def _source_text(passage: Passage) -> Text:
    day = ENGLISH.date(passage.published) if passage.published else "no date"
    return Text.assemble((passage.title, "bold"), f" · {day}\n", (passage.url or passage.path, "cyan"))


def passages_table(passages: Sequence[Passage]) -> RenderableType:
    """Passages with their scores, best first."""
    panels = [
        Panel(
            Text(passage.text),
            title=Text(f"{place}. {passage.title}"),
            title_align="left",
            subtitle=Text(
                f"score {passage.score:.3f} · meaning {passage.dense:.3f} · words {passage.keyword:.1f} · "
                f"{passage.article}[{passage.start}:{passage.end}]"
            ),
            subtitle_align="right",
        )
        for place, passage in enumerate(passages, 1)
    ]
    return Group(*panels)
