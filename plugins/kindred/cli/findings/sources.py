"""How far each source reaches, and what is held back."""

from __future__ import annotations

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.findings.formatting import grid, whole


def table(cursor: psycopg.Cursor[DictRow]) -> Table:
    """A row a source."""
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
