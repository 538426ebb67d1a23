"""Estimate which touchpoints and motivators are associated with connection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from kindred.estimates.quadrants import quadrants
from kindred.estimates.relative_importance import (
    CUSTOMERS_A_TOUCHPOINT,
    Importance,
    derive_importance,
)

Floats = npt.NDArray[np.float64]

_TOUCHPOINTS = """
    select month, customer_id, touchpoint as item, rating, connection_score as outcome
    from build.int_touchpoint_scores
    order by month, customer_id collate "C", touchpoint collate "C"
"""
# The connection score is computed from motivators, but not from the words of the same customers.
_MOTIVATORS = """
    select month, customer_id, motivator as item, fulfilment as rating, emotion_score as outcome
    from build.int_motivator_scores
    join build.customer_segments using (month, customer_id)
    where emotion_score is not null
    order by month, customer_id collate "C", motivator collate "C"
"""
_STATED = """
    select month, touchpoint as item, importance
    from build.int_stated_importance
    cross join build.segment_thresholds
    where customers_stated >= minimum_group
"""


def estimate(read: Callable[[str], pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return `estimated.driver_weights` and `.driver_fits`."""
    stated = read(_STATED).set_index(["month", "item"])["importance"]
    least = read("select minimum_group from build.segment_thresholds")["minimum_group"].max()
    parts = [
        _weights(topic, month, rows, stated, int(least))
        for topic, query in (("touchpoint", _TOUCHPOINTS), ("motivator", _MOTIVATORS))
        for month, rows in read(query).groupby("month")
    ]
    weights = pd.concat(parts) if parts else pd.DataFrame()
    return {"driver_weights": weights, "driver_fits": _fits(weights, int(least))}


def no_model(months: list[str], reason: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a month without weights."""
    fits = [
        {"topic": topic, "month": month, "reason": reason}
        for topic in ("touchpoint", "motivator")
        for month in months
    ]
    return {"driver_weights": pd.DataFrame(), "driver_fits": pd.DataFrame(fits)}


def _fits(weights: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return a row for each topic and month, with a reason if no item has a weight."""
    if weights.empty:
        return pd.DataFrame()
    groups = weights.groupby(["topic", "month"])
    fits = [
        {"topic": topic, "month": month, "reason": _reason(rows, least)}
        for (topic, month), rows in groups
    ]
    return pd.DataFrame(fits)


def _reason(rows: pd.DataFrame, least: int) -> str | None:
    """Return why no item of a month has a weight; None if one has."""
    if "weight" in rows and rows["weight"].notna().any():
        return None
    customers, needed = (
        int(rows["customers"].iloc[0]),
        max(least, CUSTOMERS_A_TOUCHPOINT * len(rows)),
    )
    if customers < needed:
        return f"{customers} customers have rated and are measured, of {needed} needed"
    return "among those who rated, no rating differs, or what it is set against does not"


def _weights(
    topic: str, month: object, rows: pd.DataFrame, stated: pd.Series, least: int
) -> pd.DataFrame:
    """Return a row for each item of one month; only touchpoints have a stated importance."""
    customers, who = pd.factorize(rows["customer_id"])
    items, names = pd.factorize(rows["item"], sort=True)
    ratings = np.full((len(who), len(names)), np.nan)
    ratings[customers, items] = rows["rating"]
    outcome = np.empty(len(who))
    outcome[customers] = rows["outcome"]
    found = derive_importance(ratings, outcome, minimum=least) if np.ptp(outcome) > 0 else None
    frame = pd.DataFrame({"topic": topic, "month": month, "item": names})
    frame["customers"] = len(who)
    frame["rated"] = np.count_nonzero(~np.isnan(ratings), axis=0)
    if found is None:
        return frame
    said = stated.reindex(pd.MultiIndex.from_product([[month], names])).to_numpy(float)
    place = quadrants(said, found)
    return frame.assign(
        quadrant=np.array(place.quadrant, dtype=object),
        is_certain=place.is_certain,
        **_figures(found),
    )


def _figures(found: Importance) -> dict[str, Floats]:
    return {
        "correlation": found.correlation.value,
        "weight": found.weight.value,
        "weight_low": found.weight.low,
        "weight_high": found.weight.high,
        "share": found.share.value,
        "share_low": found.share.low,
        "share_high": found.share.high,
        "r_squared": found.r_squared.value,
        "chance": found.chance,
    }
