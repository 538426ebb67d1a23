"""What commands share: options, the services they act on, and how they end.

An error that a person can correct ends a command with one sentence and exit code 2.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from kindred.embedded.sandbox import SandboxSettings
    from kindred.embedded.services import Services

Scenario = Annotated[
    str | None, typer.Option(help="The sandbox's population (at first: retailer).")
]
Customers = Annotated[int | None, typer.Option(help="Make the population this large.", min=1)]
Replay = Annotated[Path | None, typer.Option(help="Serve recorded responses from this folder.")]
NoSandbox = Annotated[bool, typer.Option("--no-sandbox", help="Real sources only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _known(sources: list[str] | None) -> list[str] | None:
    """Reject an unknown source; import the vendors only if a source is named."""
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


def open_services(*, quiet: bool = False) -> Services:
    """Return the services of the home, which report what they do unless `quiet`."""
    from kindred.embedded.home import Home
    from kindred.embedded.services import Services

    def say(line: str) -> None:
        typer.echo(line, file=sys.stdout)  # looked up at each call: rich replaces it while drawing

    return Services(Home.open(), (lambda _: None) if quiet else say)


def sandbox_settings(
    services: Services,
    scenario: str | None,
    customers: int | None,
    replay: Path | None,
    no_sandbox: bool,
) -> SandboxSettings | None:
    """Return the sandbox's settings by the options; None, which keeps the last, without any."""
    from kindred.embedded.sandbox import SandboxSettings

    if no_sandbox:
        return SandboxSettings(is_on=False)
    if scenario is None and customers is None and replay is None:
        return None
    known = SandboxSettings.remembered(services.home)
    return SandboxSettings(
        scenario or known.scenario, customers, str(replay.absolute()) if replay else None
    )


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn an error that a person can correct into one sentence and exit code 2."""
    from kindred.errors import KindredError

    try:
        yield
    except KindredError as trouble:
        exit_with(str(trouble))


@contextmanager
def interrupt_on_signal() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt, even if the shell set SIGINT to ignored."""

    def interrupt(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def exit_with(reason: str) -> NoReturn:
    """Print one sentence and exit with code 2."""
    sys.stdout.flush()
    typer.echo(f"kindred: {reason}", err=True)
    raise typer.Exit(2)
