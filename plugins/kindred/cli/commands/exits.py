"""How a command ends: with one sentence for an error that a person can correct, or by a signal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer


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
