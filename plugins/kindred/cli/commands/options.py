"""Options that several commands take, and what those of the sandbox come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kindred.embedded.sandbox import SandboxSettings
    from kindred.embedded.services import Services

Scenario = Annotated[str | None, typer.Option(help="The sandbox's population (first: retailer).")]
Customers = Annotated[int | None, typer.Option(help="Make the population this large.", min=1)]
Replay = Annotated[Path | None, typer.Option(help="Serve recorded answers from this folder.")]
NoSandbox = Annotated[bool, typer.Option("--no-sandbox", help="Real sources only.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs instead of people.")]


def choice(
    services: Services,
    scenario: str | None,
    customers: int | None,
    replay: Path | None,
    no_sandbox: bool,
) -> SandboxSettings | None:
    """What was asked for; None (as last time) when nothing was."""
    from kindred.embedded.sandbox import SandboxSettings

    if no_sandbox:
        return SandboxSettings(is_on=False)
    if scenario is None and customers is None and replay is None:
        return None
    known = SandboxSettings.remembered(services.home)
    return SandboxSettings(
        scenario or known.scenario, customers, str(replay.absolute()) if replay else None
    )
