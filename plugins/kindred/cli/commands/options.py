"""Options that several commands take, and the services that they are for."""

from __future__ import annotations

import sys
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


def open_services(*, quiet: bool = False) -> Services:
    """Return the services of the home, which print what they do unless `quiet`."""
    from kindred.embedded.home import Home
    from kindred.embedded.services import Services

    def say(line: str) -> None:
        typer.echo(line, file=sys.stdout)  # looked up now: rich replaces it while it draws

    return Services(Home.open(), (lambda _: None) if quiet else say)


def sandbox_settings(
    services: Services,
    scenario: str | None,
    customers: int | None,
    replay: Path | None,
    no_sandbox: bool,
) -> SandboxSettings | None:
    """Return what the options ask of the sandbox; None (as last time) when they ask nothing."""
    from kindred.embedded.sandbox import SandboxSettings

    if no_sandbox:
        return SandboxSettings(is_on=False)
    if scenario is None and customers is None and replay is None:
        return None
    known = SandboxSettings.remembered(services.home)
    return SandboxSettings(
        scenario or known.scenario, customers, str(replay.absolute()) if replay else None
    )
