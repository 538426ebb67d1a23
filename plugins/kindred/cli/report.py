"""How a night ended: what failed and the next step, what was found, where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kindred.cli import findings, progress, reconcile
from kindred.cli import night as nights
from kindred.embedded import connections, settings

if TYPE_CHECKING:
    from rich.console import Console

    from kindred.cli.airflow_runs import RunSnapshot
    from kindred.cli.night import Night
    from kindred.embedded.services import Services


def follow(console: Console, services: Services, night: Night) -> RunSnapshot:
    """Run the night and show it while it runs."""
    _warn_of_mixture(services)
    typer.echo(f"The night of {night.last_day}:\n")
    with progress.shown(console) as view:
        if isinstance(view, progress.LinePrinter):
            return nights.run(services, night, view.update)
        return nights.run(services, night, lambda picture: view.update(progress.table(picture)))


def _warn_of_mixture(services: Services) -> None:
    """Say when made-up customers and real ones would meet in one warehouse."""
    owners = connections.connection_origins(services.airflow)
    own = sorted(vendor for vendor, owner in owners.items() if owner == "own")
    if own and connections.SANDBOX in owners.values():
        typer.echo(
            f"Note: {', '.join(own)} is your own and the other sources are the sandbox's: the "
            "figures mix both. `kindred down --erase`, then `kindred run --no-sandbox`, is real "
            "sources only."
        )


def finish(console: Console, services: Services, picture: RunSnapshot) -> bool:
    """Show what was found, and what failed with its next step; return whether all went well."""
    for task in picture.causes:
        page = f"{services.airflow.base}/dags/{task.dag}/runs/{task.run_id}/tasks/{task.name}"
        typer.echo(f"FAILED  {task.dag}.{task.name}: its log is at {page}", err=True)
    for batch in picture.unpublished:
        reason = batch.message or "`kindred status` names the rule"
        typer.echo(f"{batch.status.upper():7} {batch.load}: {reason}", err=True)
    went_well = not picture.failed and not picture.unpublished
    if not went_well:
        typer.echo(
            "What was published before stays. Next: `kindred status`, mend it, `kindred run`.",
            err=True,
        )
    for line in reconcile.due(services.postgres.dsn("admin")):
        typer.echo(f"DUE     {line}", err=True)
    findings.show(console, services.postgres.dsn("reader"))
    where(services)
    return went_well


def where(services: Services) -> None:
    """Say where the UI and the warehouse are and how to stop."""
    password = settings.password_file(services.home)
    typer.echo(
        f"\nAirflow    {services.airflow.base}  user {settings.USER}, password in {password}"
    )
    typer.echo("Warehouse  `kindred dsn --role reader` prints the address for a BI tool")
    typer.echo("Stop       `kindred down` (or `make down`)")
