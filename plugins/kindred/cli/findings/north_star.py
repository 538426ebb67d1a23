"""The board's page: connected share first, against a year before."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.findings.formatting import grid, interval, percent, whole

RATES = {
    "connected_share": "connected, of the measured",
    "measured_share": "measured, of all",
    "annual_attrition_rate": "left within 12 months",
    "advocacy_rate": "advocates",
    "repeat_rate": "bought twice in 12 months",
}
AMOUNTS = {"active_customers": "active customers", "revenue": "revenue"}


def table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """The figures of the month."""
    shown = grid("true north", "this month", "a year before", width=29)
    row = cursor.execute("select * from marts.true_north where month = %s", [month]).fetchone()
    if row is None:
        return shown
    for name, label in RATES.items():
        shown.add_row(label, interval(row, name), percent(row.get(f"{name}_year_ago")))
    for name, label in AMOUNTS.items():
        shown.add_row(label, whole(row[name]), whole(row[f"{name}_year_ago"]))
    return shown
