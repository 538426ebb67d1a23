"""Texts of one's own, scored."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kindred.cli.commands import exits


class Format(StrEnum):
    """How a table of texts is written."""

    CSV = "csv"
    JSONL = "jsonl"


def score(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or JSON lines in UTF-8; - is standard input.")
    ],
    column: Annotated[
        str | None, typer.Option(help="The texts' column (first: text, or the only one).")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Where the file's name does not say it.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write here, whole or not at all (first: standard output).")
    ] = None,
) -> None:
    """Add to a file's texts what they express, on this machine; needs nothing running."""
    with exits.exit_on_error():
        from kindred.cli import score_file

        try:
            with exits.interrupt_on_signal():
                said = score_file.score_file(file, column, form.value if form else None, output)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    typer.echo(said, err=True)
