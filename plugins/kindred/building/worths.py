"""Estimate what customers will buy in the next twelve months."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from kindred.building.ranges import Unsayable
from kindred.estimates.expected_value import Buyers, ExpectedValue, expected_value, mean_value
from kindred.estimates.logistic import DidNotConverge
from kindred.estimates.no_model import NoModel
from kindred.estimates.order_value import Baskets
from kindred.estimates.purchase_frequency import Purchases

_HISTORIES = """
    select
        histories.*,
        case when months.is_customer_of_month then months.tier end as tier,
        histories.first_order_on - date '2000-01-01' as first_day,
        histories.last_order_on - date '2000-01-01' as last_day,
        histories.observed_until - date '2000-01-01' as today
    from build.int_order_histories as histories
    left join build.int_customer_months as months using (month, customer_id)
    order by customer_id collate "C"
"""


def estimate(read: Callable[[str], pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return `estimated.order_expectations`, `.tier_values` and `.value_fits`."""
    rows = read(_HISTORIES)
    if rows.empty:
        raise Unsayable("nobody has ordered")
    fit = {"month": rows["month"].iloc[0], "customers": len(rows)}
    try:
        found = expected_value(_buyers(rows))
    except DidNotConverge:
        found = NoModel("no model of repeat buying fits these orders")
    if isinstance(found, NoModel):
        return no_model([fit["month"]], found.reason, len(rows))
    return {
        "order_expectations": _expectations(rows, found),
        "tier_values": pd.DataFrame(_tiers(rows, found)),
        "value_fits": pd.DataFrame([{**fit, "likeness": found.likeness}]),
    }


def no_model(months: list[str], reason: str, customers: int = 0) -> dict[str, pd.DataFrame]:
    """Return the tables of a month without expectations."""
    fits = [{"month": month, "reason": reason, "customers": customers} for month in months]
    return {
        "order_expectations": pd.DataFrame(),
        "tier_values": pd.DataFrame(),
        "value_fits": pd.DataFrame(fits),
    }


def _buyers(rows: pd.DataFrame) -> Buyers:
    first, last, today = (rows[name].to_numpy(float) for name in ("first_day", "last_day", "today"))
    paid, revenue = rows["paid_days"].to_numpy(float), rows["paid"].to_numpy(float)
    return Buyers(
        Purchases(rows["order_days"].to_numpy(float) - 1, (last - first) / 7, (today - first) / 7),
        Baskets(paid, np.divide(revenue, paid, out=np.ones(len(paid)), where=paid > 0)),
    )


def _expectations(rows: pd.DataFrame, found: ExpectedValue) -> pd.DataFrame:
    return rows[["customer_id", "month"]].assign(
        probability_active=found.is_buying,
        expected_orders=found.orders,
        expected_order_value=found.order_value,
        expected_value=found.value,
    )


def _tiers(rows: pd.DataFrame, found: ExpectedValue) -> list[dict[str, object]]:
    """Return the mean expectation of the month's customers, for each tier and for all."""
    groups = {"all": rows["tier"].notna().to_numpy()}
    groups |= {tier: (rows["tier"] == tier).to_numpy() for tier in rows["tier"].dropna().unique()}
    return [
        {
            "month": rows["month"].iloc[0],
            "tier": tier,
            "customers": int(members.sum()),
            **dict(zip(("mean", "low", "high"), mean_value(found, members), strict=True)),
        }
        for tier, members in sorted(groups.items())
        if members.any()
    ]
