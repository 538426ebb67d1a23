"""What every command shares: the home's services, and errors that a person can mend."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from kindred.embedded.services import Services


def services(*, quiet: bool = False) -> Services:
    """Return the services of the home, which tell a person what they do unless `quiet`."""
    from kindred.embedded.home import Home
    from kindred.embedded.services import Services

    def say(line: str) -> None:
        typer.echo(line, file=sys.stdout)  # as it is now: rich stands in for it while it draws

    return Services(Home.open(), (lambda _: None) if quiet else say)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn an error that a person can mend into one sentence and exit code 2."""
    from kindred.errors import KindredError

    try:
        yield
    except KindredError as trouble:
        exit_with(str(trouble))


@contextmanager
def interrupt_on_signal() -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the run alike, also where a shell ignores Ctrl-C for us."""

    def interrupt(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def exit_with(reason: str) -> NoReturn:
    """End with one sentence and exit code 2."""
    sys.stdout.flush()
    typer.echo(f"kindred: {reason}", err=True)
    raise typer.Exit(2)
