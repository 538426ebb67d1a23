"""Validate estimates: each figure must be finite and inside its declared range.

An invalid figure becomes null if its column allows null. Otherwise its row is dropped or the whole
model is rejected, because a part of a model's customers would pass for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Tables = dict[str, pd.DataFrame]


class Unsayable(ArithmeticError):
    """There is no model; the message is the reason that readers see, without any customer."""


@dataclass(frozen=True)
class Range:
    """The valid numbers of a figure, and what happens to an invalid one."""

    low: float
    high: float
    loses: Literal["figure", "row", "model"] = "figure"

    def holds(self, figures: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return which figures lie in the range; NaN does not."""
        is_inside: npt.NDArray[np.bool_] = (figures >= self.low) & (figures <= self.high)
        return is_inside


SHARE, CORRELATION = Range(0, 1), Range(-1, 1)
QUALITY = Range(-1e6, 1e6)  # of a check; as wide as the marts' columns
# As wide as the marts' columns: 8 digits of orders, 16 of money.
ORDERS, MONEY = Range(0, 1e8, "model"), Range(0, 1e16, "model")
PROBABILITY, GROUP_MONEY = Range(0, 1, "model"), Range(0, 1e16, "row")

RANGES: dict[str, dict[str, Range]] = {
    "driver_weights": {
        "correlation": CORRELATION,
        **dict.fromkeys(("weight", "weight_low", "weight_high"), SHARE),
        **dict.fromkeys(("share", "share_low", "share_high"), SHARE),
        **dict.fromkeys(("r_squared", "chance"), SHARE),
    },
    "lapse_risks": {"probability": PROBABILITY},
    "risk_checks": {"predicted": PROBABILITY},
    "risk_fits": {
        **dict.fromkeys(("brier", "brier_base", "auc", "auc_low", "auc_high"), SHARE),
        **dict.fromkeys(("skill", "skill_low", "skill_high"), QUALITY),
        **dict.fromkeys(("lift", "lift_low", "lift_high"), QUALITY),
        **dict.fromkeys(("slope", "slope_low", "slope_high"), QUALITY),
    },
    "order_expectations": {
        "probability_active": PROBABILITY,
        "expected_orders": ORDERS,
        "expected_order_value": MONEY,
        "expected_value": MONEY,
    },
    "tier_values": dict.fromkeys(("mean", "low", "high"), GROUP_MONEY),
    "value_fits": {"likeness": CORRELATION},
}


def keep_to_ranges(tables: Tables, digits: int) -> Tables:
    """Return the tables rounded and without invalid figures and rows.

    Raises:
        Unsayable: A figure that the whole model needs is invalid.
    """
    with np.errstate(all="ignore"):  # infinite figures are found, not rounded
        return {name: _kept(name, frame.round(digits)) for name, frame in tables.items()}


def _kept(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    for column, declared in RANGES.get(table, {}).items():
        if column not in frame:
            continue
        is_inside = declared.holds(pd.to_numeric(frame[column]).to_numpy(np.float64))
        if is_inside.all():
            continue
        if declared.loses == "model":
            wrong = int((~is_inside).sum())
            raise Unsayable(
                f"the model gives figures that cannot be: {column} of {wrong} in {len(frame)}"
                f" rows is not a number from {declared.low:g} to {declared.high:g}"
            )
        if declared.loses == "row":
            frame = frame[is_inside]
        else:
            frame = frame.assign(**{column: frame[column].where(is_inside)})
    return frame
