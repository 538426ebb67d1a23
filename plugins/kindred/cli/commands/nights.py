"""A night now, and days of the past again."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

import typer

from kindred.cli.commands import exits
from kindred.cli.commands.options import (
    Customers,
    NoSandbox,
    Replay,
    Scenario,
    open_services,
    sandbox_settings,
)

DAY = "%Y-%m-%d"


def _known(sources: list[str] | None) -> list[str] | None:
    """Refuse a source that no vendor is of; the vendors are imported only where one is named."""
    if sources:
        from kindred.sources import SOURCES

        for source in sources:
            if source not in SOURCES:
                raise typer.BadParameter(f"{source!r} is not one of {', '.join(SOURCES)}")
    return sources


OnlySources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only this source; can be repeated.", callback=_known),
]


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
    with exits.exit_on_error():
        from rich.console import Console

        from kindred.cli import night

        console = Console(highlight=False)
        services = open_services()
        began = time.monotonic()
        try:
            with exits.interrupt_on_signal():
                services.up(sandbox_settings(services, scenario, customers, replay, no_sandbox))
                typer.echo(f"Services are up after {time.monotonic() - began:.0f} s.")
                chosen = night.next_night(services, through.date() if through else None)
                snapshot = night.run(console, services, chosen)
        except KeyboardInterrupt:
            typer.echo("\nStopping everything; `kindred run` takes the night up again.", err=True)
            services.down()
            raise typer.Exit(130) from None
        typer.echo(f"\nFrom start to end: {time.monotonic() - began:.0f} s.")
        went_well = night.report(console, services, snapshot)
    raise typer.Exit(0 if went_well else 1)


def backfill(
    first: Annotated[datetime, typer.Option("--from", help="The first day.", formats=[DAY])],
    last: Annotated[datetime, typer.Option("--to", help="The last day.", formats=[DAY])],
    source: OnlySources = None,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Only days that failed or never ran.")
    ] = False,
    at_once: Annotated[int, typer.Option(help="Days at once, a source.", min=1, max=16)] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run.")] = False,
) -> None:
    """Ask for days of the past again and refresh the marts once; the same command resumes it."""
    with exits.exit_on_error():
        from rich.console import Console

        from kindred.cli import airflow_runs, business_days
        from kindred.cli.backfill import plan, report, watch

        console = Console(highlight=False)
        wanted = business_days.asked(first.date(), last.date())
        services = open_services()
        services.up()
        airflow_runs.wait_until_known(
            services.airflow, (*airflow_runs.INGESTS, airflow_runs.REFRESH)
        )
        chosen = plan.make(
            services.airflow,
            services.postgres.dsn("admin"),
            wanted,
            source or [],
            business_days.now(services),
            only_failed=only_failed,
            at_once=at_once,
        )
        plan.show(console, chosen)
        if dry_run or not chosen.runs:
            raise typer.Exit(0)
        try:
            with exits.interrupt_on_signal():
                started = watch.start(services.airflow, chosen)
                snapshot = watch.watch(console, services, started)
        except KeyboardInterrupt:
            typer.echo(report.left_running(services, chosen), err=True)
            raise typer.Exit(130) from None
        went_well = report.report(console, services, started, snapshot)
    raise typer.Exit(0 if went_well else 1)


def reconcile(
    source: OnlySources = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is gone; end nothing.")
    ] = False,
) -> None:
    """Find what the vendors have deleted unseen, and end it in the warehouse too."""
    with exits.exit_on_error():
        from rich.console import Console

        from kindred.cli import deletions
        from kindred.sources import SOURCES

        services = open_services()
        services.up()
        sources = source or list(SOURCES)
        run_id, went_well = deletions.ask(services, sources, is_dry_run=dry_run)
        found = deletions.compared(services.postgres.dsn("admin"), run_id)
        Console(highlight=False).print(deletions.table(found))
        for line in deletions.advice(found, sources):
            typer.echo(line)
        if not went_well:
            page = f"{services.airflow.base}/dags/reconcile/runs/{run_id}"
            typer.echo(f"FAILED  reconcile: its tasks' logs are at {page}", err=True)
    raise typer.Exit(0 if went_well else 1)
