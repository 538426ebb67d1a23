"""The moments that the mart `recovery` counts, customer by customer, and the chance to return.

The mart keeps no customers, so its choice of moments is repeated here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.truth import expected
from bench.truth.runs import Run

Floats = npt.NDArray[np.float64]

# Points and weights of a normal distribution, for a mean over customers' own rates: each buys at
# one of their own around what the state makes likely, lognormal (`sandbox/simulation/orders.py`).
_POINTS, _GAUSS = np.polynomial.hermite_e.hermegauss(7)
_OWN, _WEIGHTS = np.exp(-0.125 + 0.5 * _POINTS), _GAUSS / _GAUSS.sum()


def counted_moments(run: Run) -> pd.DataFrame:
    """Return the measured customers' moments that the mart counts, with the tier before them."""
    found = run.table("int_moments")
    found = found.assign(month=found["moment_on"].dt.to_period("M").dt.to_timestamp())
    of_month = found.groupby(["customer_id", "month"])
    is_calm = ~of_month["is_negative"].transform("max").astype(bool)
    is_first = found["moment_on"] == of_month["moment_on"].transform("min")
    counts = found["is_counted"].astype(bool) | (is_calm & is_first)
    # The return days are over where they end on a day before the world's present.
    is_over = found["return_until"] < pd.Timestamp(run.scenario.now.date())
    found = found[counts & is_over & (found["month"] <= run.month)]
    found = found.merge(_tiers_before(run), on=["customer_id", "month"])
    own = run.truth.known(found["customer_id"].unique())
    found = found[found["customer_id"].isin(own.index)]
    return found.assign(own=found["customer_id"].map(own))


def _tiers_before(run: Run) -> pd.DataFrame:
    rows = run.table("int_customer_months")[["customer_id", "month", "tier", "has_left"]]
    rows = rows[~rows["has_left"].astype(bool) & (rows["tier"] != "unmeasured")]
    return rows.assign(month=rows["month"] + pd.DateOffset(months=1))[
        ["customer_id", "month", "tier"]
    ]


def chance_to_return(run: Run, moments: pd.DataFrame) -> pd.Series:
    """Return the chance of an order within the return days of each moment.

    A customer may leave at the end of each month, and then has ordered until then or never.
    """
    days = run.number("segment_thresholds", "return_days")
    hazard = run.truth.wide("hazard")
    there, none = np.ones(len(moments)), np.zeros(len(moments))
    *before, whole = _orders(run, moments, int(days // 28) + 2)
    for number, orders in enumerate(before):
        month = moments["month"] + pd.DateOffset(months=number)
        leaves = there * _at(hazard, month, moments["own"])
        none += leaves * _none_of(orders)
        there = there - leaves
    return pd.Series(1 - none - there * _none_of(whole), index=moments.index)


def _orders(run: Run, moments: pd.DataFrame, months: int) -> list[Floats]:
    """Return the orders that are likely after each moment until the end of each month."""
    rate = expected.order_rate(run.truth, run.scenario) * (1 - expected.CANCELLED)
    day = pd.Timedelta(days=1)
    likely, found = np.zeros(len(moments)), []
    for number in range(months):
        month = moments["month"] + pd.DateOffset(months=number)
        end = month + pd.DateOffset(months=1) - day
        first = month.where(month > moments["moment_on"], moments["moment_on"] + day)
        last = end.where(end < moments["return_until"], moments["return_until"])
        watched = (last - first).dt.days + 1
        share = watched.clip(lower=0) / ((end - month).dt.days + 1)
        likely = likely + share.to_numpy() * _at(rate, month, moments["own"])
        found.append(likely)
    return found


def _none_of(orders: Floats) -> Floats:
    """Return the chance that none of so many likely orders is made, over customers' own rates."""
    return np.asarray(np.exp(-orders[:, None] * _OWN) @ _WEIGHTS)


def _at(frame: pd.DataFrame, months: pd.Series, names: pd.Series) -> Floats:
    """Return a frame's values at pairs of month and customer, 0 where the world has ended."""
    rows, columns = (
        frame.index.get_indexer(pd.Index(months)),
        frame.columns.get_indexer(pd.Index(names)),
    )
    found = frame.to_numpy(dtype=float)[rows, columns]
    return np.where((rows >= 0) & np.isfinite(found), found, 0.0)
