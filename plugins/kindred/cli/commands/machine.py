"""Commands for the services of this machine: start, stop, status, addresses, checks, tables."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import Annotated

import typer

from kindred import settings
from kindred.cli.commands.invocation import (
    AsJson,
    Customers,
    NoSandbox,
    Replay,
    Scenario,
    exit_on_error,
    exit_with,
    open_services,
    sandbox_settings,
)


class Role(StrEnum):
    """A role that can connect to the warehouse."""

    READER = "reader"
    LOADER = "loader"
    TRANSFORMER = "transformer"
    PUBLISHER = "publisher"
    ADMIN = "admin"


def up(
    scenario: Scenario = None,
    customers: Customers = None,
    replay: Replay = None,
    no_sandbox: NoSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Start Postgres, Airflow and the sandbox, unless they are running already."""
    with exit_on_error():
        from kindred.cli import night
        from kindred.embedded import airflow_settings

        services = open_services(quiet=as_json)
        began = time.monotonic()
        services.up(sandbox_settings(services, scenario, customers, replay, no_sandbox))
    if as_json:
        place = {
            "ui": services.airflow.base,
            "user": airflow_settings.USER,
            "password_file": str(airflow_settings.password_file(services.home)),
            "home": str(services.home.folder),
            "services": services.running(),
        }
        typer.echo(json.dumps(place, indent=2))
        return
    typer.echo(f"Everything is up after {time.monotonic() - began:.0f} s.")
    night.print_addresses(services)


def down(
    erase: Annotated[bool, typer.Option("--erase", help="Delete all data too.")] = False,
) -> None:
    """Stop everything that `up` or `run` started."""
    with exit_on_error():
        services = open_services()
        services.down()
        if erase:
            services.erase()
    typer.echo("Stopped, and the data are deleted." if erase else "Stopped; the data are kept.")


def status(as_json: AsJson = False) -> None:
    """Show what is running, how fresh each load is, and what is held."""
    with exit_on_error():
        from kindred.cli import status as statuses

        found = statuses.read(open_services(quiet=True))
    if as_json:
        typer.echo(json.dumps(found, default=str, indent=2))
    else:
        statuses.show(found)


def dsn(
    role: Annotated[Role, typer.Option(help="The role that connects.")] = Role.READER,
) -> None:
    """Print a connection string with its password, for a BI tool or psql."""
    with exit_on_error():
        services = open_services(quiet=True)
        if not services.postgres.port:
            exit_with("there is no warehouse yet: `kindred up` creates it")
    typer.echo(services.postgres.dsn(role.value))


def doctor(as_json: AsJson = False) -> None:
    """Check the machine and every component; show how to fix what is broken."""
    with exit_on_error():
        from kindred.cli import doctor as doctors

        findings = doctors.examine()
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        doctors.show(findings)
    raise typer.Exit(1 if any(finding.is_broken for finding in findings) else 0)


def migrate(
    admin_dsn: Annotated[
        str | None,
        typer.Option(
            envvar=settings.ADMIN_DSN.name, help="The warehouse (default: the local one)."
        ),
    ] = None,
) -> None:
    """Bring the warehouse's tables and grants up to date, without dropping anything."""
    with exit_on_error():
        from kindred.sources import VENDORS
        from kindred.warehouse import schema

        if admin_dsn is None:
            services = open_services()
            services.postgres.start()
            admin_dsn = services.postgres.dsn("admin")
        applied = schema.migrate(admin_dsn, VENDORS.values())
    for name in applied:
        typer.echo(f"Applied {name}.")
    typer.echo("The warehouse is up to date.")
