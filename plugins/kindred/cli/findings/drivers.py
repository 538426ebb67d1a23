"""Which touchpoints go with connection: the key ones, and those that nobody names."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.findings.formatting import grid, interval

MOST = 3
QUADRANTS = {
    "key_driver": "key driver",
    "hidden_driver": "hidden driver",
    "claimed": "only claimed",
}


def table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """The first few of each quadrant that says something."""
    shown = grid("touchpoint", "", "connection*", "said", "rated by", width=18)
    rows = cursor.execute(
        """
        select
            touchpoint_importance.*,
            row_number() over (
                partition by quadrant
                order by
                    case
                        when quadrant = 'claimed' then stated_importance
                        else derived_importance
                    end desc,
                    touchpoint
            ) as place
        from marts.touchpoint_importance
        where month = %s and quadrant <> 'low' and not is_suppressed
            and (quadrant = 'claimed' or is_quadrant_certain and correlation > 0)
        order by array_position(%s, quadrant), place
        """,
        [month, list(QUADRANTS)],
    ).fetchall()
    for row in rows:
        if row["place"] <= MOST:
            shown.add_row(
                row["label"] or row["touchpoint"],
                QUADRANTS[row["quadrant"]],
                interval(row, "derived_importance"),
                f"{row['stated_importance']:.1f} of 7",
                f"{float(row['reach']) * 100:.0f} %",
            )
    if not shown.row_count:
        shown.add_row("none yet: too few ratings of touchpoints")
    shown.caption = (
        "* share of what touchpoints explain of it; then how much it is said\n"
        "to matter. Key and hidden drivers go with connection, no more."
    )
    return shown
