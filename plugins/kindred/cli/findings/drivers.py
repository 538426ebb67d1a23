"""Tables of touchpoints associated with connection, and of customers to call first."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.rows import DictRow
from rich.table import Table

from kindred.cli.formatting import grid, interval, percent, whole

TOUCHPOINTS_SHOWN = 3
QUADRANTS = {
    "key_driver": "key driver",
    "hidden_driver": "hidden driver",
    "claimed": "only claimed",
}


def touchpoints_table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Return the most important touchpoints of each quadrant that is informative."""
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
        if row["place"] <= TOUCHPOINTS_SHOWN:
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
        "* share of what touchpoints explain of connection; said: importance as\n"
        "stated. Drivers are associated with connection, not shown to cause it."
    )
    return shown


CUSTOMERS_SHOWN = 5


def calls_table(cursor: psycopg.Cursor[DictRow], month: date) -> Table:
    """Return the customers with the most value at risk in the ninety days after the month."""
    shown = grid("call first", "may leave*", "at risk", width=18)
    shown.add_column("main reason", no_wrap=True)
    rows = cursor.execute(
        "select * from marts.attrition_risk where month = %s and risk_rank <= %s"
        " order by risk_rank",
        [month, CUSTOMERS_SHOWN],
    ).fetchall()
    for row in rows:
        shown.add_row(
            row["customer_id"],
            percent(row["lapse_probability"]),
            whole(row["value_at_risk"]),
            row["reason_1"] or "-",
        )
    if not rows:
        shown.add_row("none yet: too few have left, or no forecast held up on a later month")
    shown.caption = _quality(cursor)
    return shown


def _quality(cursor: psycopg.Cursor[DictRow]) -> str:
    """Return a caption with the accuracy of the same forecast made three months before."""
    row = cursor.execute("select * from marts.risk_reliability limit 1").fetchone()
    if row is None:
        return "* within three months."
    return (
        "* within three months. Of the forecast made three months before, the\n"
        f"tenth at most risk left {interval(row, 'lift', scale=1)} times as often as all."
    )
