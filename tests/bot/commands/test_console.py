"""What others wrote is shown in a terminal, and never obeyed by it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from kabar_process import Kabar

from bot.telegram.state import SentAnswer, State

OBEYED = "\x1b]0;mine\x07 \x1b[2J \x9b31m \u202eesrever"
SHOWN = "\ufffd]0;mine"
STORY = "The bakery on Mill Street opened in May, and its owner had worked in the harbour for eleven years before that."
PAGE = f"""<!-- saved from url=(0030)https://news.example/\x9b31m\u202ebakery -->
<html><head><title>Bakery</title></head><body><article><h1>Bakery</h1><p>{STORY}</p><p>{STORY[::-1]}</p></article>"""


def is_harmless(text: str) -> bool:
    return not set(text) & set("\x1b\x07\x9b\u202e")


@pytest.fixture
def hostile_dir(articles_dir: Path) -> Path:
    """Articles among which one, and what is none, have names that a terminal would obey."""
    (articles_dir / f"{OBEYED}.txt").write_text(STORY)
    (articles_dir / f"{OBEYED}.jpg").write_text("")
    (articles_dir / "page.html").write_text(PAGE)
    return articles_dir


def test_names_links_and_errors_are_shown_and_not_obeyed(kabar: Kabar, hostile_dir: Path) -> None:
    runs = [kabar("index", "build", "--articles", str(hostile_dir))]
    assert SHOWN in runs[0].stdout
    runs += [kabar("index", command) for command in ("list", "history", "status")]
    assert SHOWN in runs[1].stdout
    runs += [kabar("ask", "When did the bakery on Mill Street open?"), kabar("search", "bakery")]
    runs += [kabar("index", "doctor", "--articles", str(hostile_dir))]
    runs += [kabar("index", "remove", OBEYED), kabar("index", "build", OBEYED)]
    assert all(SHOWN in run.stderr for run in runs[-2:])
    assert all(is_harmless(run.stdout + run.stderr) for run in runs)


def test_json_is_exact_and_harmless_too(kabar: Kabar, hostile_dir: Path) -> None:
    kabar("index", "build", "--articles", str(hostile_dir))
    run = kabar("index", "list", "--json")
    assert str(hostile_dir / f"{OBEYED}.txt") in [one["path"] for one in json.loads(run.stdout)["articles"]]
    assert is_harmless(run.stdout)


def test_feedback_is_shown_and_not_obeyed(kabar: Kabar, tmp_path: Path) -> None:
    with closing(State(tmp_path / "var" / "state.sqlite")) as state:
        state.keep(SentAnswer(1, 2, 3, 4, f"who? {OBEYED}", "who?", f"[red]{OBEYED}[/]", "quote", "harbour", "title"))
        state.expect(1, 2, 4, OBEYED)
    listed, exported = kabar("feedback", "list"), kabar("feedback", "export")
    assert "[red]" in listed.stdout
    assert is_harmless(listed.stdout + exported.stdout)
    assert json.loads(exported.stdout) == {"question": f"who? {OBEYED}", "answers": [OBEYED]}
