"""Answers in the terminal."""

from __future__ import annotations

from io import StringIO

from made_answers import SENTENCE, answered, differing
from rich.console import Console

from bot.commands.render import answer_json, terminal


def test_the_terminal_sets_the_answer_off_and_marks_it_in_the_quote() -> None:
    console = Console(width=120, force_terminal=True, color_system="standard", record=True, file=StringIO())
    console.print(terminal(answered("312 pedagang", url=None)))
    styled = console.export_text(styles=True)
    assert "\x1b[1;32m312 pedagang" in styled
    assert "\x1b[1;7m312 pedagang" in styled
    assert "8 January 2024" in styled
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


def test_a_gloss_stands_behind_the_fact_and_others_below() -> None:
    console = Console(width=120, record=True, file=StringIO())
    console.print(terminal(differing()))
    shown = console.export_text()
    assert "312 pedagang (312 <traders>)" in shown
    assert shown.index("Other articles say otherwise:") < shown.index("300 pedagang") < shown.index("Hari kedua")


def test_a_quotation_is_not_quoted_twice() -> None:
    console = Console(width=120, record=True, file=StringIO())
    console.print(terminal(answered("312 pedagang", "“Ada 312 pedagang,” kata Wati.")))
    assert "““" not in (shown := console.export_text())
    assert "“Ada 312 pedagang,” kata Wati." in shown
