"""Counts in columns, and spans of time as people say them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table


def counts(names: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Table:
    """Return a table without lines: a name, then numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        made.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        made.add_row(*(f"{cell:,}" if isinstance(cell, int) else cell for cell in row))
    return made


def plural_days(number: int) -> str:
    """Return a number with its noun."""
    return f"{number:,} day{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """Return seconds up to a hundred, minutes beyond."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:,.0f} min"
