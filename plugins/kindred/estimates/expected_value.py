"""Each customer's expected orders and spending over the next year, and their uncertainty.

The expected value is the expected number of orders (`purchase_frequency`) times their mean value
(`order_value`), undiscounted. It is an expectation, never an amount that was spent. Both models
begin with the first order, so customers who never ordered are not included and have no number. The
models ignore contracts: the caller leaves out customers whose contract has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kindred.estimates.no_model import NoModel
from kindred.estimates.order_value import Baskets, OrderValue, fit_spending, mean_order
from kindred.estimates.purchase_frequency import (
    PurchaseFrequency,
    Purchases,
    expected_orders,
    fit_buying,
    is_buying,
)
from kindred.estimates.reliability import Interval, Z, ranks

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
YEAR_WEEKS = 365.25 / 7
_APART = 1e-4  # the step in logarithms of the numeric gradient


@dataclass(frozen=True)
class Buyers:
    """Customers with at least one order: when they ordered, and the value of their orders."""

    purchases: Purchases
    baskets: Baskets

    def __post_init__(self) -> None:
        """Refuse unequal lengths.

        Raises:
            ValueError: Purchases and baskets have different numbers of customers.
        """
        if len(self.purchases.repeats) != len(self.baskets.orders):
            raise ValueError("purchases and baskets must be of the same customers")


@dataclass(frozen=True)
class ValueRules:
    """The numbers of the method.

    Attributes:
        least_repeaters: The fewest customers who bought again, and who have two orders of a known
            value.
    """

    least_repeaters: int = 100


@dataclass(frozen=True)
class ExpectedValue:
    """Expectations for the next `weeks`, one entry per customer, in the order given.

    Attributes:
        is_buying: The probability that the customer has not left for good.
        orders: The expected number of orders.
        order_value: The expected mean value of an order.
        value: The product of both.
        likeness: The rank correlation of orders and mean value among those who bought again. The
            product is valid if it is near 0.
        gradient: [customers, parameters], the value's slope in each parameter's logarithm.
        influence: [customers, parameters], how far each customer moved them (`likelihood.Fit`).
    """

    weeks: float
    buying: PurchaseFrequency
    spending: OrderValue
    is_buying: Floats
    orders: Floats
    order_value: Floats
    value: Floats
    likeness: float
    gradient: Floats
    influence: Floats


def expected_value(
    buyers: Buyers, weeks: float = YEAR_WEEKS, rules: ValueRules | None = None
) -> ExpectedValue | NoModel:
    """Fit both models to the buyers and return the expectations of each.

    Raises:
        DidNotConverge: A model has no best fit.
    """
    short = _too_little(buyers, rules or ValueRules())
    if short:
        return NoModel(short)
    times, first = fit_buying(buyers.purchases)
    values = fit_spending(buyers.baskets)
    logs = np.concatenate([times.logs, values.logs])
    buying, spending = _models(logs, first)
    if spending.q <= 1:
        return NoModel("orders' values are spread so widely that they have no mean")

    def orders(logs: Floats) -> Floats:
        return expected_orders(_models(logs, first)[0], buyers.purchases, weeks)

    def value(logs: Floats) -> Floats:
        return orders(logs) * mean_order(_models(logs, first)[1], buyers.baskets)

    return ExpectedValue(
        weeks=weeks,
        buying=buying,
        spending=spending,
        is_buying=is_buying(buying, buyers.purchases),
        orders=orders(logs),
        order_value=mean_order(spending, buyers.baskets),
        value=value(logs),
        likeness=_frequency_value_correlation(buyers),
        gradient=_gradient(value, logs),
        influence=np.hstack([times.influence, values.influence]),
    )


def mean_value(worth: ExpectedValue, members: Bools | None = None) -> Interval:
    """Return a group's mean expected value and its 95 % interval.

    To first order, the interval is that of drawing other customers and fitting again (the
    infinitesimal jackknife). It covers the composition of the group and the uncertainty of the
    parameters. It applies to customers like these; what exactly these will spend varies more.
    """
    chosen = np.ones(len(worth.value), dtype=bool) if members is None else members
    customers = int(chosen.sum())
    if not customers:
        raise ValueError("a group of nobody has no mean")
    mean = float(worth.value[chosen].mean())
    influence = worth.influence @ worth.gradient[chosen].mean(axis=0)
    influence[chosen] += (worth.value[chosen] - mean) / customers
    ratio = float(np.exp(Z * np.sqrt(np.square(influence).sum()) / mean))
    return Interval(mean, mean / ratio, mean * ratio)


def _models(logs: Floats, first: int) -> tuple[PurchaseFrequency, OrderValue]:
    return PurchaseFrequency.of(logs[:4], first), OrderValue.of(logs[4:])


def _gradient(of: Callable[[Floats], Floats], logs: Floats) -> Floats:
    steps = np.eye(len(logs)) * _APART
    slopes = [(of(logs + step) - of(logs - step)) / (2 * _APART) for step in steps]
    return np.column_stack(slopes)


def _frequency_value_correlation(buyers: Buyers) -> float:
    """Return Spearman's correlation of frequency and mean value among those who bought again."""
    again = (buyers.purchases.repeats > 0) & (buyers.baskets.orders > 1)
    often, much = ranks(buyers.purchases.repeats[again]), ranks(buyers.baskets.mean[again])
    if not (often.std() and much.std()):
        return 0.0
    return float(np.corrcoef(often, much)[0, 1])


def _too_little(buyers: Buyers, rules: ValueRules) -> str | None:
    found = {
        "ordered again": int((buyers.purchases.repeats > 0).sum()),
        "have two orders of a known value": int((buyers.baskets.orders > 1).sum()),
    }
    for what, customers in found.items():
        if customers < rules.least_repeaters:
            return f"{customers} customers {what}, of {rules.least_repeaters} needed"
    return None
