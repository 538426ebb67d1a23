"""The commands: they read options, call the modules beside them, and print."""

from __future__ import annotations

import json
import time
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kindred.cli import shell

if TYPE_CHECKING:
    from kindred.embedded.sandbox import Choice
    from kindred.embedded.services import Services

DAY = "%Y-%m-%d"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Which customers feel connected to us, what made them so, and what is it worth?",
)


class Format(StrEnum):
    """How a table of texts is written."""

    CSV = "csv"
    JSONL = "jsonl"


class Source(StrEnum):
    """Where data come from."""

    CRM = "crm"
    CALL_CENTER = "call_center"
    SOCIAL = "social"


class Role(StrEnum):
    """Who connects to the warehouse."""

    READER = "reader"
    LOADER = "loader"
    TRANSFORMER = "transformer"
    PUBLISHER = "publisher"
    ADMIN = "admin"


Scenario = Annotated[str | None, typer.Option(help="The sandbox's population (first: retailer).")]
Customers = Annotated[int | None, typer.Option(help="Make the population this large.", min=1)]
Replay = Annotated[Path | None, typer.Option(help="Serve recorded answers from this folder.")]
NoSandbox = Annotated[bool, typer.Option("--no-sandbox", help="Real sources only.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs instead of people.")]


@app.command()
def up(
    scenario: Scenario = None,
    customers: Customers = None,
    replay: Replay = None,
    no_sandbox: NoSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Start Postgres, Airflow and the sandbox; what runs already stays."""
    with shell.mending():
        from kindred.cli import report
        from kindred.embedded import settings

        services = shell.services(quiet=as_json)
        began = time.monotonic()
        services.up(_choice(services, scenario, customers, replay, no_sandbox))
    if as_json:
        place = {
            "ui": services.airflow.base,
            "user": settings.USER,
            "password_file": str(settings.password_file(services.home)),
            "home": str(services.home.folder),
            "services": services.running(),
        }
        typer.echo(json.dumps(place, indent=2))
        return
    typer.echo(f"Everything runs after {time.monotonic() - began:.0f} s.")
    report.where(services)


@app.command()
def run(
    through: Annotated[
        datetime | None,
        typer.Option(help="The last day to have (2026-11-01).", formats=[DAY]),
    ] = None,
    scenario: Scenario = None,
    customers: Customers = None,
    replay: Replay = None,
    no_sandbox: NoSandbox = False,
) -> None:
    """Run one night now and show what it found; services stay up afterwards."""
    with shell.mending():
        from rich.console import Console

        from kindred.cli import night, report

        console = Console(highlight=False)
        services = shell.services()
        began = time.monotonic()
        try:
            with shell.stopping():
                services.up(_choice(services, scenario, customers, replay, no_sandbox))
                typer.echo(f"Services are up after {time.monotonic() - began:.0f} s.")
                chosen = night.choose(services, through.date() if through else None)
                picture = report.follow(console, services, chosen)
        except KeyboardInterrupt:
            typer.echo("\nStopping everything; `kindred run` takes the night up again.", err=True)
            services.down()
            raise typer.Exit(130) from None
        typer.echo(f"\nFrom start to end: {time.monotonic() - began:.0f} s.")
        went_well = report.finish(console, services, picture)
    raise typer.Exit(0 if went_well else 1)


@app.command()
def backfill(
    first: Annotated[datetime, typer.Option("--from", help="The first day.", formats=[DAY])],
    last: Annotated[datetime, typer.Option("--to", help="The last day.", formats=[DAY])],
    source: Annotated[
        list[Source] | None, typer.Option(help="Only this source; can be repeated.")
    ] = None,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only days that failed or never ran.")
    ] = False,
    at_once: Annotated[int, typer.Option(help="Days at once, a source.", min=1, max=16)] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run.")] = False,
) -> None:
    """Ask for days of the past again and refresh the marts once; the same command resumes it."""
    with shell.mending():
        from rich.console import Console

        from kindred.cli import following, night
        from kindred.cli.backfill import days, plan, planned, report, starting

        console = Console(highlight=False)
        wanted = days.asked(first.date(), last.date())
        services = shell.services()
        services.up()
        night.wait_until_known(services.airflow, (*night.INGESTS, following.REFRESH))
        chosen = plan.make(
            services.airflow,
            services.postgres.dsn("admin"),
            wanted,
            source or [],
            days.now(services),
            only_failed=only_failed,
            at_once=at_once,
        )
        planned.show(console, chosen)
        if dry_run or not chosen.runs:
            raise typer.Exit(0)
        try:
            with shell.stopping():
                started = starting.start(services.airflow, chosen)
                picture = report.follow(console, services, started)
        except KeyboardInterrupt:
            typer.echo(report.left_running(services, chosen), err=True)
            raise typer.Exit(130) from None
        went_well = report.finish(console, services, started, picture)
    raise typer.Exit(0 if went_well else 1)


@app.command()
def down(
    erase: Annotated[bool, typer.Option("--erase", help="Delete all data too.")] = False,
) -> None:
    """Stop everything that `up` or `run` started."""
    with shell.mending():
        services = shell.services()
        services.down()
        if erase:
            services.erase()
    typer.echo("Stopped, and the data are deleted." if erase else "Stopped; the data are kept.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say what runs, how fresh each source is, and what is held."""
    with shell.mending():
        from kindred.cli import status as statuses

        found = statuses.read(shell.services(quiet=True))
    if as_json:
        typer.echo(json.dumps(found, default=str, indent=2))
    else:
        statuses.show(found)


@app.command()
def dsn(
    role: Annotated[Role, typer.Option(help="Whose connection string.")] = Role.READER,
) -> None:
    """Print a connection string with its password, for a BI tool or psql."""
    with shell.mending():
        services = shell.services(quiet=True)
        if not services.postgres.port:
            shell.fail("there is no warehouse yet: `kindred up` makes it")
    typer.echo(services.postgres.dsn(role.value))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check the machine and every part; say how to mend what is broken."""
    with shell.mending():
        from kindred.cli import doctor as doctors

        findings = doctors.examine()
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        doctors.show(findings)
    raise typer.Exit(1 if any(finding.is_broken for finding in findings) else 0)


@app.command()
def release(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
    reason: Annotated[str, typer.Option(help="Why it may pass; kept in the ledger.")],
) -> None:
    """Let a held batch through after a look at it: merge it and refresh the marts."""
    with shell.mending():
        from kindred.cli import held

        said = held.release(shell.services(quiet=True), batch_id, reason)
    typer.echo(said)


@app.command()
def replace(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
) -> None:
    """Ask the vendor again for a held batch's window; a good answer takes the batch's place."""
    with shell.mending():
        from kindred.cli import held

        said, went_well = held.replace(shell.services(quiet=True), batch_id)
    typer.echo(said, err=not went_well)
    raise typer.Exit(0 if went_well else 1)


@app.command("score")
def score_file(
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
    with shell.mending():
        from kindred.cli import texts

        try:
            with shell.stopping():
                said = texts.score_file(file, column, form.value if form else None, output)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    typer.echo(said, err=True)


@app.command()
def migrate(
    admin_dsn: Annotated[
        str | None,
        typer.Option(envvar="KINDRED_ADMIN_DSN", help="The warehouse; ours when not given."),
    ] = None,
) -> None:
    """Bring the warehouse's tables and grants up to date; never drops anything."""
    with shell.mending():
        from kindred.sources import LOADS
        from kindred.warehouse import schema

        if admin_dsn is None:
            services = shell.services()
            services.postgres.start()
            admin_dsn = services.postgres.dsn("admin")
        schema.migrate(admin_dsn, LOADS.values())
    typer.echo("The warehouse is up to date.")


def _choice(
    services: Services,
    scenario: str | None,
    customers: int | None,
    replay: Path | None,
    no_sandbox: bool,
) -> Choice | None:
    """What was asked for; None (as last time) when nothing was."""
    from kindred.embedded.sandbox import Choice

    if no_sandbox:
        return Choice(is_on=False)
    if scenario is None and customers is None and replay is None:
        return None
    known = Choice.remembered(services.home)
    return Choice(scenario or known.scenario, customers, str(replay.absolute()) if replay else None)
