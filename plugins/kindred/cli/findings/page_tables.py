"""The tables of the page: true north, tiers, touchpoints, and the customers to call first."""

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
