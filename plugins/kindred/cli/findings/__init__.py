"""Print the findings of the published marts on one page.

    page_tables.py    the tables: true north, tiers, touchpoints, customers to call first

The marts are read through the reader role, so the page shows what any BI tool would see and nothing
else. Every share has its 95 % interval beside it, and a group that is too small is marked: without
them a figure of nine customers would look as certain as one of nine thousand.
"""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow, dict_row
from rich.console import Console
from rich.table import Table

from kindred.cli.findings import page_tables
from kindred.cli.formatting import grid, whole
from kindred.warehouse.connections import connect

# Each part with its main mart, which an older publication may lack.
PARTS = (
    (page_tables.true_north_table, "true_north"),
    (page_tables.segments_table, "segment_summary"),
    (page_tables.outcomes_table, "segment_attrition"),
    (page_tables.touchpoints_table, "touchpoint_importance"),
    (page_tables.calls_table, "attrition_risk"),
)


def show(console: Console, dsn: str) -> None:
    """Print the page for the last complete month."""
    with (
        connect(dsn) as session,
        session.transaction(),  # so that all parts come from one publication
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
        console.print(_sources_table(cursor))


def _is_published(cursor: psycopg.Cursor[DictRow], mart: str) -> bool:
    found = cursor.execute("select to_regclass(%s) as mart", [f"marts.{mart}"]).fetchone()
    return found is not None and found["mart"] is not None


def _month(cursor: psycopg.Cursor[DictRow]) -> date | None:
    found = cursor.execute(
        "select max(month) as month from marts.segment_summary where is_complete_month"
    ).fetchone()
    month: date | None = found["month"] if found else None
    return month


def _sources_table(cursor: psycopg.Cursor[DictRow]) -> Table:
    """Return a row for each source."""
    shown = grid("source", "data through", "rows", "held", "quarantined", width=12)
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
        shown.add_row(row["source"], reach, *map(whole, figures))
    return shown
