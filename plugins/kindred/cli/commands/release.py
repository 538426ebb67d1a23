"""What a person does with a batch that a gate holds."""

from __future__ import annotations

from typing import Annotated

import typer

from kindred.cli.commands import exits
from kindred.cli.commands.options import open_services


def release(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
    reason: Annotated[str, typer.Option(help="Why it may pass; kept in the ledger.")],
) -> None:
    """Let a held batch through after a look at it: merge it and refresh the marts."""
    with exits.exit_on_error():
        from kindred.cli import held

        said = held.release(open_services(quiet=True), batch_id, reason)
    typer.echo(said)


def replace(
    batch_id: Annotated[int, typer.Argument(metavar="BATCH", help="As `kindred status` names it.")],
) -> None:
    """Ask the vendor again for a held batch's window; a good answer takes the batch's place."""
    with exits.exit_on_error():
        from kindred.cli import held

        said, went_well = held.replace(open_services(quiet=True), batch_id)
    typer.echo(said, err=not went_well)
    raise typer.Exit(0 if went_well else 1)
