"""Commands that run a night, or days of the past again."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

import typer

from kindred.cli.commands.invocation import (
    Customers,
    NoSandbox,
    OnlySources,
    Replay,
    Scenario,
    exit_on_error,
    interrupt_on_signal,
    open_services,
    sandbox_settings,
)

DAY = "%Y-%m-%d"


def run(
    through: Annotated[
        datetime | None,
        typer.Option(help="The last day to load (2026-11-01).", formats=[DAY]),
    ] = None,
    scenario: Scenario = None,
    customers: Customers = None,
    replay: Replay = None,
    no_sandbox: NoSandbox = False,
) -> None:
    """Run one night now and show what it found; services stay up afterwards."""
    with exit_on_error():
        from rich.console import Console

        from kindred.cli import night

        console = Console(highlight=False)
        services = open_services()
        began = time.monotonic()
        try:
            with interrupt_on_signal():
                services.up(sandbox_settings(services, scenario, customers, replay, no_sandbox))
                typer.echo(f"Services are up after {time.monotonic() - began:.0f} s.")
                chosen = night.next_night(services, through.date() if through else None)
                snapshot = night.run(console, services, chosen)
        except KeyboardInterrupt:
            typer.echo("\nStopping everything; `kindred run` resumes the night.", err=True)
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
    at_once: Annotated[int, typer.Option(help="Days at once per source.", min=1, max=16)] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would run, and run nothing.")
    ] = False,
) -> None:
    """Load days of the past again and refresh the marts once; the same command resumes it."""
    with exit_on_error():
        from rich.console import Console

        from kindred.cli import airflow_runs, business_days
        from kindred.cli.backfill import display, plan, report, watch

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
        display.show_plan(console, chosen)
        if dry_run or not chosen.runs:
            raise typer.Exit(0)
        try:
            with interrupt_on_signal():
                started = watch.start(services.airflow, chosen)
                snapshot = watch.watch(console, services, started)
        except KeyboardInterrupt:
            typer.echo(report.left_running(services, chosen), err=True)
            raise typer.Exit(130) from None
        went_well = report.report(console, services, started, snapshot)
    raise typer.Exit(0 if went_well else 1)
