"""Format counts, durations, and figures with their interval or the reason for its absence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table

TOO_FEW = "too few"
Number = Decimal | float | None


def grid(first: str, *others: str, width: int = 20, gap: int = 2) -> Table:
    """Return a table without lines, narrow enough for eighty columns."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column(first, min_width=width, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    table.caption_justify = "left"
    return table


def interval(
    row: dict[str, Any],
    name: str,
    is_suppressed: bool = False,
    scale: int = 100,
    digits: int = 1,
) -> str:
    """Return a figure as `26.1 % (25.0-27.3)`, or why there is none."""
    value: Number = row.get(name)  # absent from marts published before the column existed
    if is_suppressed:
        return TOO_FEW
    if value is None:
        return "-"
    sign = " %" if scale == 100 else ""
    text = f"{_scaled(value, scale, digits):,.{digits}f}{sign}"
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None or high is None or low == high:  # a base has no interval
        return text
    # A hyphen would read as a minus beside a negative bound.
    between = "-" if float(low) >= 0 else " to "
    ends = (f"{_scaled(end, scale, digits):,.{digits}f}" for end in (low, high))
    return f"{text} ({between.join(ends)})"


def _scaled(value: Decimal | float, scale: int, digits: int) -> float:
    """Return the figure rounded for display; adding 0.0 turns -0.0 into 0.0."""
    return round(float(value) * scale, digits) + 0.0


def percent(value: Number) -> str:
    """Return a share as a percentage."""
    return "-" if value is None else f"{float(value) * 100:.1f} %"


def whole(value: Number) -> str:
    """Return a number without decimals."""
    return "-" if value is None else f"{value:,.0f}"


def counts(names: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Table:
    """Return a table without lines: a column of names, then columns of numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        made.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        made.add_row(*(f"{cell:,}" if isinstance(cell, int) else cell for cell in row))
    return made


def plural_days(number: int) -> str:
    """Return a number of days with its noun."""
    return f"{number:,} day{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """Return a duration in seconds below a hundred, else in minutes."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:,.0f} min"
