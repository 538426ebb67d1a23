"""What the published marts say, on one page: segments, attrition, advocacy, the board's figures.

Read through the reader role, so the page shows what any BI tool would see and nothing else.
Every share stands with its 95 % interval, and a group too small to read says so: a bare figure
of nine customers looks as sure as one of nine thousand.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from rich.console import Console
from rich.table import Table

from kindred.warehouse.connections import connect

TOO_FEW = "too few"
TIERS = {
    "fully_connected": "fully connected",
    "perceives_difference": "perceives difference",
    "highly_satisfied": "highly satisfied",
    "not_connected": "not connected",
    "connected_let_down": "connected, let down",
    "unmeasured": "unmeasured",
    "all": "all",
}
Number = Decimal | float | None


def show(console: Console, dsn: str) -> None:
    """Print the page for the last complete month."""
    with connect(dsn) as session, session.cursor(row_factory=dict_row) as cursor:
        if not _is_published(cursor):
            console.print("\nNo marts are published yet: there is nothing to show.")
            return
        month = _month(cursor)
        if month is None:
            console.print("\nThe marts have no complete month yet.")
            return
        console.print(f"\n[bold]{month:%B %Y}[/bold]  (95 % intervals in brackets)\n")
        for table in (_segments(cursor, month), _loyalty(cursor, month), _board(cursor, month)):
            console.print(table)
            console.print()
        console.print(_freshness(cursor))


def _is_published(cursor: psycopg.Cursor[DictRow]) -> bool:
    found = cursor.execute("select to_regclass('marts.segment_summary') as mart").fetchone()
    return found is not None and found["mart"] is not None


def _month(cursor: psycopg.Cursor[DictRow]) -> date | None:
    found = cursor.execute(
        "select max(month) as month from marts.segment_summary where is_complete_month"
    ).fetchone()
    month: date | None = found["month"] if found else None
    return month


def _segments(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Who they are and what they are worth beside the highly satisfied."""
    table = _table("tier", "customers", "share of all", "value index*")
    for row in _by_tier(cursor, "marts.segment_summary", month):
        value = _interval(row, "value_index", row["is_suppressed"], scale=1, digits=0)
        share = "" if row["tier"] == "all" else _interval(row, "share")
        table.add_row(TIERS[row["tier"]], f"{row['customers']:,}", share, value)
    table.caption = "* revenue of twelve months, the highly satisfied = 100."
    table.caption_justify = "left"
    return table


def _loyalty(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Attrition of those who began the year in a tier, and advocacy of those in it now."""
    table = _table("tier", "left in 12 months*", "advocates", "net promoter")
    leavers = {row["tier"]: row for row in _by_tier(cursor, "marts.segment_attrition", month)}
    for row in _by_tier(cursor, "marts.segment_advocacy", month):
        left = leavers.get(row["tier"])
        attrition = "-"
        if left is not None:
            attrition = _interval(left, "annual_attrition_rate", left["is_annual_suppressed"])
        table.add_row(
            TIERS[row["tier"]],
            attrition,
            _interval(row, "advocacy_rate", row["is_suppressed"]),
            _interval(row, "nps", row["is_nps_suppressed"], scale=1, digits=0),
        )
    table.caption = "* by the tier they were in a year before. Association, not cause."
    table.caption_justify = "left"
    return table


def _board(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """The board's page, against a year before."""
    table = _table("true north", "this month", "a year before", width=29)
    row = cursor.execute("select * from marts.true_north where month = %s", [month]).fetchone()
    if row is None:
        return table
    for name, label in (
        ("connected_share", "connected, of the measured"),
        ("measured_share", "measured, of all"),
        ("annual_attrition_rate", "left within 12 months"),
        ("advocacy_rate", "advocates"),
        ("repeat_rate", "bought twice in 12 months"),
    ):
        table.add_row(label, _interval(row, name), _percent(row.get(f"{name}_year_ago")))
    for name, label in (("active_customers", "active customers"), ("revenue", "revenue")):
        table.add_row(label, _whole(row[name]), _whole(row[f"{name}_year_ago"]))
    return table


def _freshness(cursor: psycopg.Cursor[DictRow]) -> Table:
    """How far each source reaches, and what is held back."""
    table = _table("source", "data through", "rows", "held", "quarantined", width=12)
    rows = cursor.execute(
        """
        select
            source,
            min(data_through) as data_through,
            sum(rows_published) as rows_published,
            sum(held_batches) as held_batches,
            sum(quarantined_rows) as quarantined_rows
        from marts.freshness
        group by source
        order by source
        """
    )
    for row in rows:
        through = row["data_through"]
        reach = f"{through:%Y-%m-%d %H:%M} UTC" if through else "never published"
        figures = [row["rows_published"], row["held_batches"], row["quarantined_rows"]]
        table.add_row(row["source"], reach, *map(_whole, figures))
    return table


def _by_tier(cursor: psycopg.Cursor[DictRow], mart: str, month: date) -> list[dict[str, Any]]:
    found = cursor.execute(f"select * from {mart} where month = %s".encode(), [month]).fetchall()  # noqa: S608
    return sorted(found, key=lambda row: list(TIERS).index(row["tier"]))


def _table(first: str, *others: str, width: int = 20) -> Table:
    """A table without lines, narrow enough for eighty columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(first, min_width=width, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _interval(
    row: dict[str, Any],
    name: str,
    is_suppressed: bool = False,
    scale: int = 100,
    digits: int = 1,
) -> str:
    """`26.1 % (25.0-27.3)`, or why there is none."""
    value: Number = row[name]
    if is_suppressed:
        return TOO_FEW
    if value is None:
        return "-"
    sign = " %" if scale == 100 else ""
    text = f"{float(value) * scale:.{digits}f}{sign}"
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None or high is None or low == high:  # a base has no interval
        return text
    # A hyphen would read as a minus beside a negative bound.
    between = "-" if float(low) >= 0 else " to "
    return f"{text} ({float(low) * scale:.{digits}f}{between}{float(high) * scale:.{digits}f})"


def _percent(value: Number) -> str:
    return "-" if value is None else f"{float(value) * 100:.1f} %"


def _whole(value: Number) -> str:
    return "-" if value is None else f"{value:,.0f}"
