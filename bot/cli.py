"""The `kabar` command: the only place that wires the parts together."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from index.types import Article, ConfigurationError, KabarError, Progress, UnusableError

if TYPE_CHECKING:
    from bot.answering import Answer, Answerer
    from bot.settings import Settings
    from index.build import BuildReport
    from index.types import Embedder

NOT_ANSWERED, UNUSABLE, FAILED, INTERRUPTED = 1, 2, 3, 130
"""Exit codes; 0 is done."""

ARTICLE_KEYS = ("article", "title", "published", "author", "url", "language", "path", "chunks")

HELP = "Ask a folder of news articles, here or in Telegram, and get the sentence that proves the answer."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
index_app = typer.Typer(help="Make the articles searchable, and see what is in the index.", no_args_is_help=True)
app.add_typer(index_app, name="index")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
IndexDir = Annotated[
    Path | None, typer.Option(help="Where the index is kept, instead of INDEX_DIR.", show_default=False)
]
ArticlesDir = Annotated[
    Path | None,
    typer.Option("--articles", help="The articles' folder, instead of ARTICLES_DIR.", show_default=False),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the whole traceback when something fails.")]

out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kabar {version('kabar')}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an old locale shall not turn an answer into an error


@app.command()
def ask(
    question: Annotated[
        str | None,
        typer.Argument(help="What you want to know. Without it, a prompt opens.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Answer a question from the articles; exits with 1 when they do not say."""
    with _plain_errors(debug):
        if question is not None and not question.strip():
            raise ConfigurationError('The question is empty. Write it behind the command: kabar ask "who met whom?"')
        answerer = _answerer(_settings(index_dir))
        if question is None:
            _converse(answerer, as_json)
        elif _show(answerer.ask(_clean(question)), as_json).answer is None:
            raise typer.Exit(NOT_ANSWERED)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What you want to know.", show_default=False)],
    count: Annotated[int, typer.Option("--count", "-k", min=1, max=1000, help="How many passages.")] = 5,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Show the passages that fit a question best, with their scores: for seeing why."""
    with _plain_errors(debug):
        from bot.render import passage_json, passages_table
        from index.search import Searcher
        from index.snapshots import open_current

        settings = _settings(index_dir)
        with open_current(settings.index_dir) as snapshot:
            embedder = _embedder(settings)
            snapshot.require(embedder)
            passages = Searcher(snapshot.store, embedder).search(_clean(question), count)
        if as_json:
            found = [passage_json(passage) for passage in passages]
            _print_json({"question": question, "passages": found, "snapshot": snapshot.name})
        else:
            out.print(passages_table(passages))


@index_app.command()
def build(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders that stand in for the articles' folder this once.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    articles: ArticlesDir = None,
    debug: Debug = False,
) -> None:
    """Make the index hold exactly what stands in the articles' folder."""
    with _plain_errors(debug):
        from index.build import build as build_index

        settings = _settings(index_dir, articles)
        embedder = _embedder(settings)
        with _progress() as progress:
            report = build_index(paths or [settings.articles_dir], settings.index_dir, embedder, progress)
        if as_json:
            _print_json(_report_json(report))
        else:
            out.print(_report_text(report), soft_wrap=True)


@index_app.command("list")
def list_articles(as_json: AsJson = False, index_dir: IndexDir = None, debug: Debug = False) -> None:
    """List the articles in the index, newest first."""
    with _plain_errors(debug):
        from index.snapshots import open_current

        with open_current(_settings(index_dir).index_dir) as snapshot:
            articles = list(snapshot.store.articles())
            name = snapshot.name
        if as_json:
            _print_json({"snapshot": name, "articles": [_article_json(*article) for article in articles]})
            return
        table = Table("date", "article", "title", "passages", box=None, header_style="dim", pad_edge=False)
        for article, chunks in articles:
            day = article.published.isoformat() if article.published else "no date"
            table.add_row(day, Text(article.id, "cyan"), Text(article.title), str(chunks))
        out.print(table)


@index_app.command()
def status(as_json: AsJson = False, index_dir: IndexDir = None, debug: Debug = False) -> None:
    """Tell what the live index holds and how it was made."""
    with _plain_errors(debug):
        from index.snapshots import open_current

        with open_current(_settings(index_dir).index_dir) as snapshot:
            facts = {
                "snapshot": snapshot.name,
                "created": snapshot.manifest.created,
                "parent": snapshot.manifest.parent,
                "model": snapshot.manifest.model,
                "articles": snapshot.manifest.articles,
                "chunks": snapshot.manifest.chunks,
                "newest": snapshot.store.newest(),
                "bytes": sum(file.stat().st_size for file in snapshot.folder.iterdir()),
            }
        if as_json:
            _print_json(facts)
            return
        table = Table.grid(padding=(0, 2))
        for name, value in facts.items():
            table.add_row(Text(name, "dim"), Text("none" if value is None else str(value)))
        out.print(table)


@app.command()
def bot(index_dir: IndexDir = None, debug: Debug = False) -> None:
    """Run the Telegram bot until it is told to stop (Ctrl-C or SIGTERM)."""
    with _plain_errors(debug):
        from bot.app import run
        from bot.logs import configure_logging

        settings = _settings(index_dir)
        if settings.telegram_bot_token is None:
            raise ConfigurationError(
                "TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather in Telegram and put it into .env."
            )
        token = settings.telegram_bot_token.get_secret_value()
        configure_logging(settings.log_level, token)
        run(_answerer(settings), settings, token)


def _settings(index_dir: Path | None, articles: Path | None = None) -> Settings:
    """The settings, with what the command line says instead."""
    from bot.settings import read_settings

    given = {"index_dir": index_dir, "articles_dir": articles}
    return read_settings().model_copy(update={key: path for key, path in given.items() if path})


def _embedder(settings: Settings) -> Embedder:
    from index.embedding import load_embedder

    with err.status("Loading the model …") as shown:
        return load_embedder(settings.embedding_model, settings.model_cache, shown.update)


@contextlib.contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on standard error, for as long as the build goes."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with ProgressBar(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Indexing articles", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report_json(report: BuildReport) -> dict[str, object]:
    return {
        "snapshot": report.snapshot,
        **asdict(report.changes),
        "unchanged": report.unchanged,
        "skipped": [{"path": error.path, "reason": error.reason} for error in report.skipped],
        "chunks": report.chunks,
        "embedded": report.embedded,
        "reused": report.chunks - report.embedded,
        "seconds": round(report.seconds, 3),
    }


def _report_text(report: BuildReport) -> Text:
    text = Text(
        f"The index holds {report.articles} articles in {report.chunks} passages: {report.embedded} embedded, "
        f"{report.chunks - report.embedded} reused, {report.seconds:.1f} s. Snapshot {report.snapshot}"
    )
    for change, ids in asdict(report.changes).items():
        if ids:
            text.append(f"\n  {change}: ", "bold").append(", ".join(ids))
    for error in report.skipped:
        text.append("\n  skipped: ", "bold yellow").append(str(error))
    return text


def _article_json(article: Article, chunks: int) -> dict[str, object]:
    facts = asdict(article) | {"article": article.id, "chunks": chunks}
    return {key: facts[key] for key in ARTICLE_KEYS}


def _answerer(settings: Settings) -> Answerer:
    from bot.answering import Answerer
    from bot.reader import load_reader
    from index.snapshots import open_current

    snapshot = open_current(settings.index_dir)  # before the model: a missing index is told at once
    embedder = _embedder(settings)
    return Answerer(snapshot, embedder, load_reader(settings.reader_model, embedder), settings.answer_threshold)


def _converse(answerer: Answerer, as_json: bool) -> None:
    """Answer one question after another until the input ends."""
    for question in _questions_typed(answerer) if sys.stdin.isatty() else sys.stdin:
        if question.strip():
            with contextlib.suppress(KeyboardInterrupt):
                _show(answerer.ask(_clean(question.strip())), as_json)
                err.print()


def _questions_typed(answerer: Answerer) -> Iterator[str]:
    from prompt_toolkit import PromptSession

    from bot.phrases import ENGLISH

    knowledge = ENGLISH.knowledge(answerer.snapshot.manifest.articles, answerer.snapshot.store.newest())
    err.print(f"Ask about {knowledge}. The arrow keys bring earlier questions back; Ctrl-D ends.\n", style="dim")
    session: PromptSession[str] = PromptSession("? ")
    while True:
        try:
            yield session.prompt()
        except KeyboardInterrupt:
            continue  # as in a shell: the line is dropped, the prompt stays
        except EOFError:
            return


def _clean(question: str) -> str:
    """Without what a terminal of another encoding left as half characters."""
    return question.encode("utf-8", "replace").decode()


def _show(answer: Answer, as_json: bool) -> Answer:
    from bot.render import answer_json, terminal

    if as_json:
        _print_json(answer_json(answer))
    else:
        out.print(terminal(answer), soft_wrap=not out.is_terminal)  # a pipe gets whole lines
    return answer


def _print_json(result: object) -> None:
    typer.echo(json.dumps(result, ensure_ascii=False, default=str))


@contextlib.contextmanager
def _plain_errors(debug: bool) -> Iterator[None]:
    """Turn errors into one sentence and an exit code, unless the traceback is asked for."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:  # `kabar index list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        err.print("Interrupted; nothing was changed.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as exc:
        if debug:
            raise
        known = isinstance(exc, KabarError)
        err.print(
            Text(
                str(exc) if known else f"Something failed that should not ({exc!r}). --debug shows where.",
                "red",
            ),
            soft_wrap=True,
        )
        raise typer.Exit(UNUSABLE if isinstance(exc, UnusableError) else FAILED) from None


if __name__ == "__main__":
    app()
