"""A run of a few customers whose marts and truth are written by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.truth.hidden import Truth
from bench.truth.runs import Run
from sandbox.scenario_files import load_scenario

MONTH, YEAR_BEFORE = "2026-10-01", "2025-10-01"
HIDDEN: dict[str, Any] = {
    "is_active": True,
    "is_connected": False,
    "is_satisfied": False,
    "hazard": 0.0,
    "advocacy": 0.2,
    "satisfaction": 0.0,
    "tier": "not_connected",
}


def lives(*customers: dict[str, Any]) -> Truth:
    """Return a truth of two years in which each customer is the same in every month."""
    months = pd.date_range("2025-01-01", "2027-01-01", freq="MS")
    rows = [HIDDEN | customer | {"month": month} for customer in customers for month in months]
    return Truth(pd.DataFrame(rows), {"c_twin": "c_1"}, {})


def rows(*given: dict[str, Any], month: str = MONTH, **same: Any) -> pd.DataFrame:
    """Return a mart's rows of a month."""
    return pd.DataFrame([{"month": pd.Timestamp(month), **same, **row} for row in given])


SEEDS = {
    "segment_thresholds": pd.DataFrame([{"confidence_z": 1.959964, "window_months": 12}]),
    "lapse_rules": pd.DataFrame([{"annual_months": 12, "lapse_floor_days": 150}]),
    "true_north": pd.concat(
        [
            rows({"connected_share": 0.5, "connected_share_low": 0.3, "connected_share_high": 0.7},
                 month=MONTH, is_complete_month=True),
            rows({"connected_share": 0.2, "connected_share_low": 0.1, "connected_share_high": 0.4},
                 month=YEAR_BEFORE, is_complete_month=True),
            rows({}, month="2026-11-01", is_complete_month=False),
        ]
    ),
}  # fmt: skip


def run(truth: Truth, **tables: pd.DataFrame) -> Run:
    """Return a run over the seeds and the given tables of the schema `build`."""
    return Run(load_scenario("tiny"), truth, (SEEDS | tables).__getitem__)


def people(*given: dict[str, Any], month: str = MONTH) -> pd.DataFrame:
    """Return rows of int_customer_months: customers of the month who have not left."""
    return rows(*given, month=month, is_customer_of_month=True, has_left=False, referrals_made=0)
