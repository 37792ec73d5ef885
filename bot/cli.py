"""The `kabar` command: the only place that wires the parts together."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer

from bot.commands.ask import ask, search
from bot.commands.console import (
    Debug,
    IndexDir,
    live_answerer,
    plain_errors,
    settings_with,
)
from bot.commands.evaluate import evaluate
from bot.commands.index import index_app
from bot.commands.model import model_app
from bot.commands.people import feedback_app, invite
from index.types import ConfigurationError

HELP = "Ask a folder of news articles, here or in Telegram, and get the sentence that proves the answer."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(ask)
app.command()(search)
app.add_typer(index_app, name="index")
app.command("eval")(evaluate)
app.add_typer(model_app, name="model")
app.command()(invite)
app.add_typer(feedback_app, name="feedback")


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


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
def bot(
    log_format: Annotated[
        LogFormat | None, typer.Option(help="Log lines as text or as JSON, instead of LOG_FORMAT.", show_default=False)
    ] = None,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Run the Telegram bot until it is told to stop (Ctrl-C or SIGTERM)."""
    with plain_errors(debug):
        from bot.logs import configure_logging
        from bot.telegram.app import run

        settings = settings_with(index_dir)
        if settings.telegram_bot_token is None:
            raise ConfigurationError(
                "TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather in Telegram and put it into .env."
            )
        token = settings.telegram_bot_token.get_secret_value()
        configure_logging(settings.log_level, *settings.secrets, as_json=(log_format or settings.log_format) == "json")
        run(live_answerer(settings), settings, token)


if __name__ == "__main__":
    app()
