"""What the published marts say, on one page.

    board.py      the board's figures against a year before
    tiers.py      who they are, what they are worth, who left and who advocates
    drivers.py    which touchpoints go with connection, said to matter or not
    calls.py      who to call first, and how far such a forecast was right
    sources.py    how far each source reaches
    figures.py    figures with their intervals

Read through the reader role, so the page shows what any BI tool would see and nothing else.
Every share stands with its 95 % interval, and a group too small to read says so: a bare figure
of nine customers looks as sure as one of nine thousand.
"""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow, dict_row
from rich.console import Console

from kindred.cli.findings import call_list, drivers, north_star, sources, tiers
from kindred.warehouse.connections import connect

# Each part with the mart it begins with: what was published before that mart existed lacks it.
PARTS = (
    (north_star.table, "true_north"),
    (tiers.segments_table, "segment_summary"),
    (tiers.outcomes_table, "segment_attrition"),
    (drivers.table, "touchpoint_importance"),
    (call_list.table, "attrition_risk"),
)


def show(console: Console, dsn: str) -> None:
    """Print the page for the last complete month."""
    with (
        connect(dsn) as session,
        session.transaction(),  # all of it of one publication
        session.cursor(row_factory=dict_row) as cursor,
    ):
        if not _is_published(cursor, "segment_summary"):
            console.print("\nNo marts are published yet: there is nothing to show.")
            return
        month = _month(cursor)
        if month is None:
            console.print("\nThe marts have no complete month yet.")
            return
        console.print(f"\n[bold]{month:%B %Y}[/bold]  (95 % intervals in brackets)\n")
        for part, mart in PARTS:
            if _is_published(cursor, mart):
                console.print(part(cursor, month))
                console.print()
        console.print(sources.table(cursor))


def _is_published(cursor: psycopg.Cursor[DictRow], mart: str) -> bool:
    found = cursor.execute("select to_regclass(%s) as mart", [f"marts.{mart}"]).fetchone()
    return found is not None and found["mart"] is not None


def _month(cursor: psycopg.Cursor[DictRow]) -> date | None:
    found = cursor.execute(
        "select max(month) as month from marts.segment_summary where is_complete_month"
    ).fetchone()
    month: date | None = found["month"] if found else None
    return month
