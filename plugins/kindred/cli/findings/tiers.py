"""Tables of true north against a year before, and of each tier's value, attrition, advocacy."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.formatting import grid, interval, percent, whole

TIERS = {
    "fully_connected": "fully connected",
    "perceives_difference": "perceives difference",
    "highly_satisfied": "highly satisfied",
    "not_connected": "not connected",
    "connected_let_down": "connected, let down",
    "unmeasured": "unmeasured",
    "all": "all",
}


def segments_table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Return each tier's size, and its value relative to the highly satisfied."""
    table = grid("tier", "customers", "share of all", "value index*", "next year", gap=1)
    for row in _by_tier(cursor, "marts.segment_summary", month):
        is_few = row["is_suppressed"]
        value = interval(row, "value_index", is_few, scale=1, digits=0)
        share = "" if row["tier"] == "all" else interval(row, "share")
        expected = interval(row, "expected_value_12m", is_few, scale=1, digits=0)
        table.add_row(TIERS[row["tier"]], f"{row['customers']:,}", share, value, expected)
    table.caption = (
        "* revenue of twelve months, the highly satisfied = 100; next year: the value\n"
        "expected of one customer in twelve months. Association, not cause."
    )
    return table


def outcomes_table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Return attrition by the tier of a year before, and advocacy by the present tier."""
    table = grid("tier", "left in 12 months*", "advocates", "net promoter")
    leavers = {row["tier"]: row for row in _by_tier(cursor, "marts.segment_attrition", month)}
    for row in _by_tier(cursor, "marts.segment_advocacy", month):
        left = leavers.get(row["tier"])
        attrition = "-"
        if left is not None:
            attrition = interval(left, "annual_attrition_rate", left["is_annual_suppressed"])
        table.add_row(
            TIERS[row["tier"]],
            attrition,
            interval(row, "advocacy_rate", row["is_suppressed"]),
            interval(row, "nps", row["is_nps_suppressed"], scale=1, digits=0),
        )
    table.caption = "* by the tier they were in a year before."
    return table


def _by_tier(cursor: psycopg.Cursor[DictRow], mart: str, month: date) -> list[dict[str, Any]]:
    found = cursor.execute(f"select * from {mart} where month = %s".encode(), [month]).fetchall()  # noqa: S608
    return sorted(found, key=lambda row: list(TIERS).index(row["tier"]))


RATES = {
    "connected_share": "connected, of the measured",
    "measured_share": "measured, of all",
    "annual_attrition_rate": "left within 12 months",
    "advocacy_rate": "advocates",
    "repeat_rate": "bought twice in 12 months",
}
AMOUNTS = {"active_customers": "active customers", "revenue": "revenue"}


def true_north_table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Return the figures of the month and of the same month a year before."""
    shown = grid("true north", "this month", "a year before", width=29)
    row = cursor.execute("select * from marts.true_north where month = %s", [month]).fetchone()
    if row is None:
        return shown
    for name, label in RATES.items():
        shown.add_row(label, interval(row, name), percent(row.get(f"{name}_year_ago")))
    for name, label in AMOUNTS.items():
        shown.add_row(label, whole(row[name]), whole(row[f"{name}_year_ago"]))
    return shown
