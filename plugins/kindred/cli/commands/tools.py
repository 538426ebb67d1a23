"""dbt and Airflow as their own documentation has them, with the settings of this home.

The process becomes the tool: its options, its terminal, its signals and its exit code are its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from kindred.cli.commands import exits
from kindred.cli.commands.options import open_services

if TYPE_CHECKING:
    from kindred.embedded.services import Services

PASSED_THROUGH = {"ignore_unknown_options": True, "allow_extra_args": True}


def dbt(context: typer.Context) -> None:
    """Run dbt on this project and warehouse: `kindred dbt ls`, `kindred dbt docs generate`."""
    with exits.exit_on_error():
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
    with exits.exit_on_error():
        _become(("airflow", *context.args), _with_warehouse().environment())


def _with_warehouse() -> Services:
    """Return the home's services if the warehouse runs, which both tools need."""
    from kindred.errors import SetupError

    services = open_services(quiet=True)
    if not services.postgres.is_alive():
        raise SetupError("the warehouse does not run: `kindred up` starts it")
    return services


def _become(words: tuple[str, ...], environment: dict[str, str]) -> NoReturn:
    """Replace this process with a program that is installed beside this Python."""
    program = str(Path(sys.executable).with_name(words[0]))
    os.execve(program, words, environment)  # noqa: S606  (a list of our own words, no shell)
