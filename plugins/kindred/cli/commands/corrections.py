"""Commands that correct loads: release or replace a held batch, find deletions no night saw."""

from __future__ import annotations

from typing import Annotated

import typer

from kindred.cli.commands.invocation import OnlySources, exit_on_error, open_services


def release(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
    reason: Annotated[str, typer.Option(help="Why it may pass; kept in the ledger.")],
) -> None:
    """Publish a held batch after you have inspected it, and refresh the marts."""
    with exit_on_error():
        from kindred.cli import held

        said = held.release(open_services(quiet=True), batch_id, reason)
    typer.echo(said)


def replace(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
) -> None:
    """Extract a held batch's window again; a new batch that passes replaces it."""
    with exit_on_error():
        from kindred.cli import held

        said, went_well = held.replace(open_services(quiet=True), batch_id)
    typer.echo(said, err=not went_well)
    raise typer.Exit(0 if went_well else 1)


def reconcile(
    source: OnlySources = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what is gone, and change nothing.")
    ] = False,
) -> None:
    """Find deletions at the vendors that no night saw, and repeat them in the warehouse."""
    with exit_on_error():
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
            typer.echo(f"FAILED  reconcile: the logs of its tasks are at {page}", err=True)
    raise typer.Exit(0 if went_well else 1)
