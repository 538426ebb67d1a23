"""Commands beside the nights: score texts, and run dbt or Airflow with the settings of this home.

The process is replaced by dbt or Airflow, which therefore owns options, signals and exit code.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kindred.cli.commands.invocation import exit_on_error, interrupt_on_signal, open_services

if TYPE_CHECKING:
    from kindred.embedded.services import Services

PASSED_THROUGH = {"ignore_unknown_options": True, "allow_extra_args": True}


class Format(StrEnum):
    """The file format of a table of texts."""

    CSV = "csv"
    JSONL = "jsonl"


def score(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or JSON lines in UTF-8; - is standard input.")
    ],
    column: Annotated[
        str | None, typer.Option(help="The column of texts (default: the only one, or text).")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="The format, if the name has no known suffix.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write here, completely or not at all (default: stdout).")
    ] = None,
) -> None:
    """Score the texts of a file on this machine; no service needs to run."""
    with exit_on_error():
        from kindred.cli import score_file

        try:
            with interrupt_on_signal():
                said = score_file.score_file(file, column, form.value if form else None, output)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    typer.echo(said, err=True)


def dbt(context: typer.Context) -> None:
    """Run dbt on this project and warehouse: `kindred dbt ls`, `kindred dbt docs generate`."""
    with exit_on_error():
        from kindred.building import entities
        from kindred.embedded import airflow_settings
        from kindred.embedded.home import REPOSITORY

        services = _with_warehouse()
        _become(
            ("dbt", *context.args),
            services.environment()
            | airflow_settings.dbt_environment(services.home)
            | entities.variable(REPOSITORY / "dbt_project"),
        )


def airflow(context: typer.Context) -> None:
    """Run Airflow's command line on this home: `kindred airflow dags list`."""
    with exit_on_error():
        _become(("airflow", *context.args), _with_warehouse().environment())


def _with_warehouse() -> Services:
    """Return the home's services; raise SetupError unless the warehouse is running."""
    from kindred.errors import SetupError

    services = open_services(quiet=True)
    if not services.postgres.is_alive():
        raise SetupError("the warehouse is not running: `kindred up` starts it")
    return services


def _become(words: tuple[str, ...], environment: dict[str, str]) -> NoReturn:
    """Replace this process with a program that is installed beside this Python."""
    program = str(Path(sys.executable).with_name(words[0]))
    os.execve(program, words, environment)  # noqa: S606  (a list of our own words, no shell)
