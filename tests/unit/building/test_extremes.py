"""Every estimate over extreme inputs: figures that can be, or no model and the reason."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kindred.building import estimation
from kindred.building.ranges import RANGES

MONTH = "2026-06-01"
FIT = {"importance": "driver_fits", "lapse_risk": "risk_fits", "expected_value": "value_fits"}
CUSTOMERS = 160
AMOUNTS = (0.01, 1.0, 1e10, 1e15)


def made(name: str, **tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make an estimate of these tables of `build`; what it says can be, or it says why not."""
    tables["int_driver_months"] = pd.DataFrame({"month": [MONTH]})

    def read(query: str) -> pd.DataFrame:
        return next(frame for table, frame in tables.items() if f"build.{table}" in query)

    found, reason = estimation.made(estimation.ESTIMATES[name], read)
    for table, frame in found.items():
        for column, declared in RANGES.get(table, {}).items():
            if column in frame:
                assert declared.holds(frame[column].dropna().to_numpy(float)).all(), (table, column)
    fits = found[FIT[name]]
    if reason is not None:
        assert set(fits["reason"]) == {reason}
    return found


def histories(days: Any, amounts: Any, reach: float) -> pd.DataFrame:
    """Return customers who ordered on so many days over a part of the time there was."""
    order_days = np.resize(np.asarray(days), CUSTOMERS)
    first = np.resize([9000, 9100, 9290], CUSTOMERS)
    return pd.DataFrame(
        {
            "customer_id": [f"c_{who}" for who in range(CUSTOMERS)],
            "month": MONTH,
            "tier": np.resize(["fully_connected", "unmeasured"], CUSTOMERS),
            "first_day": first,
            "last_day": np.where(order_days > 1, first + np.floor((9300 - first) * reach), first),
            "today": 9300,
            "order_days": order_days,
            "paid_days": order_days,
            "paid": np.resize(np.asarray(amounts, float), CUSTOMERS) * order_days,
        }
    )


@pytest.mark.parametrize(
    ("days", "amounts", "reach"),
    list(
        itertools.product(
            ([2], [1, 2], [2, 900], [1, 9, 2000]),
            (*([amount] for amount in AMOUNTS), AMOUNTS, (5.0, 5.0, 5.0, 1e15)),
            (0.01, 0.5, 1.0),
        )
    ),
)
def test_what_customers_will_buy_can_be_or_has_a_reason(
    days: Any, amounts: Any, reach: float
) -> None:
    found = made("expected_value", int_order_histories=histories(days, amounts, reach))
    has_reason = "reason" in found["value_fits"]
    assert len(found["order_expectations"]) == (0 if has_reason else CUSTOMERS)


@pytest.mark.parametrize("scale", [0.0, 1e-12, 1.0, 1e15, 1e150])
@pytest.mark.parametrize("left", ["nobody", "one", "half", "all", "told apart"])
def test_who_may_leave_can_be_or_has_a_reason(scale: float, left: str) -> None:
    rng = np.random.default_rng(5)
    rows = [
        (month, who, rng.standard_normal())
        for month in ("2025-12-01", "2026-03-01", MONTH)
        for who in range(200)
    ]
    frame = pd.DataFrame(rows, columns=["month", "customer_id", "felt"])
    gone = {
        "nobody": np.zeros(len(frame)),
        "one": frame.customer_id == 0,
        "half": frame.customer_id % 2,
        "all": np.ones(len(frame)),
        "told apart": frame.felt > 0,
    }[left]
    is_past = frame.month < MONTH
    frame = frame.assign(
        felt=frame.felt * scale, has_left_since=np.where(is_past, np.asarray(gone, float), np.nan)
    )
    rules = pd.DataFrame({"risk_months": [3]})
    found = made("lapse_risk", int_risk_features=frame, lapse_rules=rules)
    (reason,) = found["risk_fits"]["reason"]
    assert found["lapse_risks"].empty == (reason is not None)


@pytest.mark.parametrize("customers", [1, 2, 29, 200])
@pytest.mark.parametrize("spread", [0.0, 1e-300, 1e-9, 1.0, 1e150])
@pytest.mark.parametrize("outcome", ["same", "rating", "other"])
def test_what_goes_with_connection_can_be_or_has_a_reason(
    customers: int, spread: float, outcome: str
) -> None:
    rng = np.random.default_rng(6)
    felt = rng.standard_normal((customers, 2)) * spread
    against = {
        "same": np.full(customers, 50.0),
        "rating": felt[:, 0],
        "other": rng.standard_normal(customers),
    }[outcome]
    rows = [
        {"month": MONTH, "customer_id": who, "item": item, "rating": felt[who, at]}
        | {"outcome": against[who]}
        for who in range(customers)
        for at, item in enumerate(("events", "price"))
    ]
    scores = pd.DataFrame(rows)
    found = made(
        "importance",
        int_touchpoint_scores=scores,
        int_motivator_scores=scores,
        int_stated_importance=pd.DataFrame({"month": [], "item": [], "importance": []}),
        segment_thresholds=pd.DataFrame({"minimum_group": [30]}),
    )
    fits = found["driver_fits"].set_index("topic")["reason"]
    assert sorted(fits.index) == ["motivator", "touchpoint"]
    weights = found["driver_weights"]
    for topic, reason in fits.items():
        has_weight = "weight" in weights and weights[weights.topic == topic].weight.notna().any()
        assert has_weight == (reason is None)
