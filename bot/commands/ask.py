"""`kabar ask` and `kabar search`: questions from the command line."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.console import (
    AsJson,
    Debug,
    IndexDir,
    embedder_of,
    err,
    live_answerer,
    out,
    plain_errors,
    print_json,
    settings_with,
)
from index.store.schema import stand_ins
from index.types import ConfigurationError, Filter

if TYPE_CHECKING:
    from bot.answers.live import LiveAnswerer
    from bot.answers.types import Answer
    from bot.questions.conversation import Turn
    from index.store.disk import DiskStore

NOT_ANSWERED = 1
"""The exit code of a question that the articles do not answer."""


def _day(words: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", show_default=False, help=words
    )
    return option


Since = Annotated[datetime | None, _day("Only articles of this day or later.")]
Until = Annotated[datetime | None, _day("Only articles of this day or earlier.")]
Articles = Annotated[
    list[str] | None,
    typer.Option("--article", help="Only this article, as `kabar index list` names it; may be given again."),
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Only articles in this language, such as id; may be given again.")
]


def ask(
    question: Annotated[
        str | None,
        typer.Argument(help="What you want to know. Without it, a prompt opens.", show_default=False),
    ] = None,
    since: Since = None,
    until: Until = None,
    article: Articles = None,
    language: Languages = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what was considered, and why.")] = False,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Answer a question from the articles; exits with 1 when they do not say."""
    with plain_errors(debug):
        if question is not None:
            _require_words(question, "ask")
        only = _filter(since, until, article, language)
        live = live_answerer(settings_with(index_dir))
        with live.lend() as answerer:
            _require_articles(only, answerer.snapshot.store)
        show = partial(_show, explain=explain, as_json=as_json)
        if question is None:
            _converse(live, only, show)
        else:
            answer = _ask(live, question, only)
            show(answer)
            if answer.answer is None:
                raise typer.Exit(NOT_ANSWERED)


def search(
    question: Annotated[str, typer.Argument(help="What you want to know.", show_default=False)],
    count: Annotated[int, typer.Option("--count", "-k", min=1, max=1000, help="How many passages.")] = 5,
    since: Since = None,
    until: Until = None,
    article: Articles = None,
    language: Languages = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Show the passages that fit a question best, with their scores: for seeing why."""
    with plain_errors(debug):
        from bot.commands.render import passage_json, passages_table
        from index.search import Searcher
        from index.store.snapshots import open_current

        _require_words(question, "search")
        only, settings = _filter(since, until, article, language), settings_with(index_dir)
        with open_current(settings.index_dir) as snapshot:
            _require_articles(only, snapshot.store)
            embedder = embedder_of(settings)
            snapshot.require(embedder)
            passages = Searcher(snapshot.store, embedder).search(_clean(question), count, only)
        if as_json:
            found = [passage_json(passage) for passage in passages]
            print_json({"question": question, "passages": found, "snapshot": snapshot.name})
        else:
            out.print(passages_table(passages))


def _require_words(question: str, command: str) -> None:
    if not question.strip():
        raise ConfigurationError(f'The question is empty. Write it behind the command: kabar {command} "who met whom?"')


def _filter(
    since: datetime | None, until: datetime | None, articles: list[str] | None, languages: list[str] | None
) -> Filter:
    if since and until and since > until:
        raise ConfigurationError("--since is later than --until, so no article can be meant. Exchange the two.")
    return Filter(
        since=since.date() if since else None,
        until=until.date() if until else None,
        articles=frozenset(map(_clean, articles or ())),
        languages=frozenset(code.casefold() for code in languages or ()),
    )


def _require_articles(only: Filter, store: DiskStore) -> None:
    for id_ in sorted(only.articles):
        if store.article(id_) is None:
            links = store.links()
            link = next((link for link in links if link.article == id_), None)
            if link:
                which = f"a copy of {link.copy_of}" if link.copy_of else f"superseded by {link.superseded_by}"
                indexed = stand_ins(links)[id_]
                raise ConfigurationError(f"{id_} is {which}. Use what is indexed: --article {indexed}")
            raise ConfigurationError(f"There is no article {id_} in the index. See them all with: kabar index list")


def _converse(live: LiveAnswerer, only: Filter, show: Callable[[Answer], None]) -> None:
    """Answer one question after another until the input ends; "and when?" means the one before."""
    from bot.questions.conversation import Memory

    memory = Memory()
    for question in _questions_typed(live) if sys.stdin.isatty() else sys.stdin:
        if question.strip():
            with contextlib.suppress(KeyboardInterrupt):
                live.follow()
                answer = _ask(live, question, only, memory.before("prompt"))
                memory.add("prompt", answer.turn)
                show(answer)
                err.print()


def _questions_typed(live: LiveAnswerer) -> Iterator[str]:
    from prompt_toolkit import PromptSession

    from bot.phrases import phrases

    with live.lend() as answerer:
        knowledge = phrases(None).knowledge(answerer.snapshot.manifest.articles, answerer.snapshot.store.newest())
    err.print(f"Ask about {knowledge}. The arrow keys bring earlier questions back; Ctrl-D ends.\n", style="dim")
    session: PromptSession[str] = PromptSession("? ")
    while True:
        try:
            yield session.prompt()
        except KeyboardInterrupt:
            continue  # as in a shell: the line is dropped, the prompt stays
        except EOFError:
            return


def _ask(live: LiveAnswerer, question: str, only: Filter, context: Sequence[Turn] = ()) -> Answer:
    with live.lend() as answerer:
        return answerer.ask(_clean(question.strip()), only, context)


def _show(answer: Answer, *, explain: bool, as_json: bool) -> None:
    """Print an answer, and why it was given or refused."""
    from bot.commands import render

    if as_json:
        why = {"explanation": render.explanation_json(answer)} if explain else {}
        print_json(render.answer_json(answer) | why)
    else:
        out.print(render.terminal(answer), soft_wrap=not out.is_terminal)  # a pipe gets whole lines
        if explain:
            out.print(render.explanation(answer))


def _clean(question: str) -> str:
    """Without what a terminal of another encoding left as half characters."""
    return question.encode("utf-8", "replace").decode()
