"""Who to call first: what is at stake, why, and how far such a forecast was right."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.findings.formatting import grid, interval, percent, whole

MOST = 5


def table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """The customers with the most value at risk in the ninety days after the month."""
    shown = grid("call first", "may leave*", "at risk", width=18)
    shown.add_column("what speaks for it most", no_wrap=True)
    rows = cursor.execute(
        "select * from marts.attrition_risk where month = %s and risk_rank <= %s"
        " order by risk_rank",
        [month, MOST],
    ).fetchall()
    for row in rows:
        shown.add_row(
            row["customer_id"],
            percent(row["lapse_probability"]),
            whole(row["value_at_risk"]),
            row["reason_1"] or "-",
        )
    if not rows:
        shown.add_row("nobody yet: too few have left, or no forecast held on a later month")
    shown.caption = _quality(cursor)
    return shown


def _quality(cursor: psycopg.Cursor[DictRow]) -> str:
    """Say how the same forecast of three months before came true."""
    row = cursor.execute("select * from marts.risk_reliability limit 1").fetchone()
    if row is None:
        return "* within three months."
    return (
        "* within three months. As foretold three months before, the\n"
        f"tenth at most risk left {interval(row, 'lift', scale=1)} times as often as all."
    )
