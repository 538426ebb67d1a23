"""Whether expected orders and values came true: fitted up to a day, compared with what came after.

Nothing from after that day is in what the models saw. Where orders have seasons, take whole years
on both sides of the day: a model fitted on spring and summer knows no Christmas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kindred.estimates.expected_value import Buyers, ValueRules, expected_value
from kindred.estimates.no_model import NoModel
from kindred.estimates.reliability import Interval, Z

Floats = npt.NDArray[np.float64]
_MANY = 6  # repeat orders; from here on customers share a row


@dataclass(frozen=True)
class Total:
    """All customers' sum as predicted and as observed; `ratio` is observed / predicted.

    Its interval is what drawing other customers, fitting to them and waiting again would give, to
    first order, as in `worth.mean_worth`. Where 1 lies outside, the models were wrong in sum.
    """

    predicted: float
    observed: float
    ratio: Interval


@dataclass(frozen=True)
class Row:
    """Customers by their repeat orders before the day: mean orders after it, and mean distance."""

    repeats: int
    is_or_more: bool
    customers: int
    mean_predicted: float
    mean_observed: float
    mean_absolute_error: float


@dataclass(frozen=True)
class HoldOut:
    """What a check found over the `weeks` after the day."""

    customers: int
    weeks: float
    orders: Total
    value: Total
    rows: tuple[Row, ...]


def hold_out(
    before: Buyers, orders: Floats, value: Floats, weeks: float, rules: ValueRules | None = None
) -> HoldOut | NoModel:
    """Fit on what was known on a day, predict the weeks after it, compare.

    Args:
        before: customers with an order by that day, as they stood then.
        orders: what each of them ordered in the `weeks` after it, as many as in `before`.
        value: what those orders were worth.
        weeks: how long after.
        rules: the numbers of the method.

    Raises:
        DidNotConverge: a model has no best fit.
    """
    said = expected_value(before, weeks, rules)
    if isinstance(said, NoModel):
        return said
    past = np.minimum(before.purchases.repeats, _MANY).astype(np.intp)
    return HoldOut(
        customers=len(orders),
        weeks=weeks,
        orders=_total(said.orders, orders, said.pull @ said.order_moves.sum(axis=0)),
        value=_total(said.value, value, said.pull @ said.moves.sum(axis=0)),
        rows=tuple(
            _row(int(count), said.orders[past == count], orders[past == count])
            for count in np.unique(past)
        ),
    )


def _total(predicted: Floats, observed: Floats, pull: Floats) -> Total:
    """Add up; `pull` is by how much each customer moved the sum that was predicted."""
    ratio = float(observed.sum() / predicted.sum())
    influence = observed - ratio * (predicted + pull)
    half = Z * float(np.sqrt(np.square(influence).sum()) / predicted.sum())
    interval = Interval(ratio, max(ratio - half, 0), ratio + half)
    return Total(float(predicted.sum()), float(observed.sum()), interval)


def _row(repeats: int, predicted: Floats, observed: Floats) -> Row:
    return Row(
        repeats=repeats,
        is_or_more=repeats == _MANY,
        customers=len(predicted),
        mean_predicted=float(predicted.mean()),
        mean_observed=float(observed.mean()),
        mean_absolute_error=float(np.abs(predicted - observed).mean()),
    )
