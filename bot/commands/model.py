"""`kabar model …`: the embedded model, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.commands.console import Debug, err, plain_errors

model_app = typer.Typer(help="The embedded model, for other programs.", no_args_is_help=True)


@model_app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder, or an empty one; it takes 480 MB.")],
    debug: Debug = False,
) -> None:
    """Write the model that passages are embedded with as an ordinary sentence-transformers model."""
    with plain_errors(debug):
        from index.embedding.exporting import export as export_model

        with err.status("") as shown:
            export_model(folder, say=shown.update)
        err.print(Text(f"{folder} is a model for sentence-transformers, in torch and with its ONNX backend."))
