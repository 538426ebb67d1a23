"""Corrections: a held batch released or asked for again, and deletions that no night saw."""

from __future__ import annotations

from typing import Annotated

import typer

from kindred.cli.commands.invocation import OnlySources, exit_on_error, open_services


def release(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
    reason: Annotated[str, typer.Option(help="Why it may pass; kept in the ledger.")],
) -> None:
    """Let a held batch through after a look at it: merge it and refresh the marts."""
    with exit_on_error():
        from kindred.cli import held

        said = held.release(open_services(quiet=True), batch_id, reason)
    typer.echo(said)


def replace(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
) -> None:
    """Ask the vendor again for a held batch's window; a good answer takes the batch's place."""
    with exit_on_error():
        from kindred.cli import held

        said, went_well = held.replace(open_services(quiet=True), batch_id)
    typer.echo(said, err=not went_well)
    raise typer.Exit(0 if went_well else 1)


def reconcile(
    source: OnlySources = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is gone; end nothing.")
    ] = False,
) -> None:
    """Find what the vendors have deleted unseen, and end it in the warehouse too."""
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
            typer.echo(f"FAILED  reconcile: its tasks' logs are at {page}", err=True)
    raise typer.Exit(0 if went_well else 1)
