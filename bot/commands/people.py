"""`kabar invite` and `kabar feedback`: who may ask, and what people said about answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from bot.commands.console import AsJson, Debug, err, json_line, out, plain_errors, print_json, settings_with
from index.atomic import replace_content
from index.types import ConfigurationError, KabarError

if TYPE_CHECKING:
    from bot.telegram.state import Feedback, State

feedback_app = typer.Typer(help="What people said about answers, and cases made of it.", no_args_is_help=True)


def invite(
    days: Annotated[int, typer.Option(min=1, max=365, help="For how long the code can be used.")] = 7,
    listed: Annotated[bool, typer.Option("--list", help="Show who was let in.")] = False,
    withdraw: Annotated[
        int | None, typer.Option(metavar="ID", help="Let this user or group in no longer.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a one-time code that lets a person, or a group, ask the bot."""
    with plain_errors(debug), closing(_state()) as state:
        if withdraw is not None:
            _withdraw(state, withdraw, as_json)
        elif listed:
            _list_admitted(state, as_json)
        else:
            _invite(state, days, as_json)


def _invite(state: State, days: int, as_json: bool) -> None:
    if not settings_with(None).telegram_allowed:
        err.print("TELEGRAM_ALLOWED is empty, so everybody may ask, with or without a code.", soft_wrap=True)
    code = state.invite(timedelta(days=days))
    if as_json:
        print_json({"code": code, "message": f"/start {code}", "days": days})
        return
    out.print(f"/start {code}", soft_wrap=True)
    whom = "Send this line to whom you invite; they send it to the bot (or into their group, once the bot is in it)."
    err.print(f"{whom} It works once, for {days} days.", style="dim", soft_wrap=True)


def _withdraw(state: State, id_: int, as_json: bool) -> None:
    if not state.withdraw(id_):
        raise ConfigurationError(f"{id_} was not let in by a code. See who was with: kabar invite --list")
    if as_json:
        print_json({"withdrawn": id_})
    else:
        out.print(f"{id_} may ask no longer.")


def _list_admitted(state: State, as_json: bool) -> None:
    admitted = state.admitted()
    if as_json:
        print_json({"admitted": [{"id": one.id, "at": one.at.isoformat()} for one in admitted]})
        return
    for one in admitted:
        out.print(f"{one.at:%Y-%m-%d %H:%M}  {one.id}", highlight=False)
    if not admitted:
        err.print("Nobody was let in by a code yet.")


@feedback_app.command("list")
def list_feedback(as_json: AsJson = False, debug: Debug = False) -> None:
    """Show what people said about answers, newest first."""
    with plain_errors(debug), closing(_state()) as state:
        feedback = state.feedback()
        if as_json:
            print_json({"feedback": [_feedback_json(one) for one in feedback]})
            return
        if not feedback:
            err.print("Nobody has said anything about an answer yet.")
            return
        table = Table("when", "", "question", "answer", "right would be", box=None, header_style="dim", pad_edge=False)
        for one in feedback:
            right = "(the articles do not say)" if not one.expected else one.expected
            table.add_row(
                f"{one.at:%Y-%m-%d %H:%M}",
                {True: "👍", False: "👎", None: ""}[one.good],
                Text(one.question),
                Text(one.answer or "(refused)"),
                Text("" if one.expected is None else right),
            )
        out.print(table)


@feedback_app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; else standard output.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    debug: Debug = False,
) -> None:
    """Write what people said as cases that `kabar eval` reads."""
    with plain_errors(debug), closing(_state()) as state:
        feedback = state.feedback()
        cases = cases_of(feedback)
        lines = "".join(json_line(case) + "\n" for case in cases)
        if file is None:
            typer.echo(lines.encode(), nl=False)
        else:
            _write(file, lines, force)
        silent = len({one.question for one in feedback}) - len(cases)
        summary = f"Cases: {len(cases)}." + (f" Questions with no word on what is right: {silent}." if silent else "")
        err.print(summary, style="dim", soft_wrap=True)


def cases_of(feedback: Sequence[Feedback]) -> list[dict[str, Any]]:
    """One case a question, newest first: what was expected, or else an answer that was found good.

    `feedback` is newest first. A thumbs-down alone does not say what is right, so that it makes no case.
    """
    cases: dict[str, dict[str, Any]] = {}
    for one in feedback:
        if one.expected is not None:
            cases.setdefault(one.question, _case(one, [one.expected] if one.expected else []))
    for one in feedback:
        if one.good and one.expected is None:
            cases.setdefault(one.question, _case(one, [one.answer] if one.answer else []))
    return list(cases.values())


def _case(one: Feedback, answers: list[str]) -> dict[str, Any]:
    case: dict[str, Any] = {"question": one.question, "answers": answers}
    # The article is known to hold the answer only where the answer given was the right one.
    return case | ({"article": one.article} if answers and one.article and answers == [one.answer] else {})


def _feedback_json(one: Feedback) -> dict[str, Any]:
    return one._asdict() | {"at": one.at.isoformat()}


def _write(file: Path, lines: str, force: bool) -> None:
    """The whole file, or nothing of it; people's words are for its owner alone."""

    def write(writing: Path) -> None:
        writing.touch(mode=0o600)
        writing.write_text(lines, encoding="utf-8")

    if file.exists() and not force:
        raise ConfigurationError(f"{file} is there already. Name another file, or add --force.")
    try:
        replace_content(file, write)
    except OSError as exc:
        raise KabarError(f"{file} cannot be written ({exc.strerror}). Name a file in a folder that can be.") from exc


def _state() -> State:
    from bot.telegram.state import State

    return State(settings_with(None).state_db)
