"""What all commands share: their options, their output, and errors told in one sentence."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.segment import Segment
from rich.text import Text

from index.text.characters import UNPRINTABLE, escaped
from index.types import KabarError, Progress, UnusableError

if TYPE_CHECKING:
    from bot.readers.types import Reader
    from bot.settings import Settings
    from index.types import Embedder
if TYPE_CHECKING:
    from bot.answers.live import LiveAnswerer

UNUSABLE, FAILED, INTERRUPTED = 2, 3, 130
"""Exit codes; 0 is done, and 1 is a "no" that is no error."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
IndexDir = Annotated[
    Path | None, typer.Option(help="Where the index is kept, instead of INDEX_DIR.", show_default=False)
]
ArticlesDir = Annotated[
    Path | None,
    typer.Option("--articles", help="The articles' folder, instead of ARTICLES_DIR.", show_default=False),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the whole traceback when something fails.")]


class _PlainConsole(Console):
    """Shows what is printed and obeys none of it, since names, links and questions are words of others."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=UNPRINTABLE.sub("\ufffd", segment.text))


out, err = _PlainConsole(), _PlainConsole(stderr=True)


def settings_with(index_dir: Path | None, articles: Path | None = None) -> Settings:
    """The settings, with what the command line says instead."""
    from bot.settings import read_settings

    given = {"index_dir": index_dir, "articles_dir": articles}
    return read_settings().model_copy(update={key: path for key, path in given.items() if path})


def embedder_of(settings: Settings) -> Embedder:
    """The embedder that the settings name, loaded."""
    from index.embedding.loading import load_embedder

    with err.status("Loading the model …") as shown:
        return load_embedder(settings.embedding_model, settings.model_cache, shown.update)


def reader_of(settings: Settings, embedder: Embedder) -> Reader:
    """The reader that the settings name, loaded."""
    from bot.readers.loading import load_reader

    with err.status("Loading the reader …") as shown:
        return load_reader(settings.reader_model, embedder, settings.model_cache, shown.update)


@contextlib.contextmanager
def shown_progress() -> Iterator[Progress]:
    """A progress bar on standard error, where that is a terminal; lines of JSON for a program that asks for them."""
    from bot.settings import PROGRESS_LINES

    if os.environ.get(PROGRESS_LINES):
        yield lambda step, done, total: err.print_json(data={"step": step, "done": done, "total": total}, indent=None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProgressBar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


def print_json(result: object) -> None:
    """Print a result for programs: in UTF-8, as JSON is, whatever the terminal's encoding."""
    typer.echo(json_line(result).encode())


def json_line(result: object) -> str:
    """JSON in which half characters, and what a terminal would obey, are escaped, as JSON has always allowed."""
    text = json.dumps(result, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()
    return escaped(text)


@contextlib.contextmanager
def plain_errors(debug: bool) -> Iterator[None]:
    """Turn errors into one sentence and an exit code, unless the traceback is asked for."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:  # `kabar index list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        err.print("Interrupted; the live index is as it was.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as exc:
        if debug:
            raise
        print_error(exc)
        raise typer.Exit(UNUSABLE if isinstance(exc, UnusableError) else FAILED) from None


def print_error(exc: Exception) -> None:
    """Print an error in one sentence."""
    known = isinstance(exc, KabarError)
    text = str(exc) if known else f"Something failed that should not ({exc!r}). --debug shows where."
    err.print(Text(text, "red"), soft_wrap=True)


def live_answerer(settings: Settings) -> LiveAnswerer:
    """The answerer of the live snapshot. Raises UnusableError where there is none that can be trusted."""
    from index.store.snapshots import Snapshot, open_current

    first = open_current(settings.index_dir)  # before the model: a missing index is told at once
    embedder = embedder_of(settings)
    reader = reader_of(settings, embedder)

    from bot.answers.answerer import Answerer  # while the models load in the background
    from bot.answers.live import LiveAnswerer

    def answerer(snapshot: Snapshot) -> Answerer:
        return Answerer(snapshot, embedder, reader, settings.answer_threshold)

    return LiveAnswerer(settings.index_dir, first, answerer)
