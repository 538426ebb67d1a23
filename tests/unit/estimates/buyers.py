"""Buyers drawn from the models themselves, so that the truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kindred.estimates.expected_value import Buyers
from kindred.estimates.order_value import Baskets, OrderValue
from kindred.estimates.purchase_frequency import PurchaseFrequency, Purchases

Floats = npt.NDArray[np.float64]
BUYING = PurchaseFrequency(r=1.2, alpha=8.0, a=0.9, b=4.0, first=0)
SPENDING = OrderValue(p=4.0, q=5.0, gamma=60.0)


def drawn_orders(rng, rates, leaving, ages, first=0):
    """Return each customer's moments of repeat orders (weeks, NaN after the last) before `ages`.

    After every order (or, where `first` is 0, every repeat order) the customer stays away for good
    with their chance of `leaving`.
    """
    many = int(rng.poisson(rates * ages).max()) + 20
    moments = np.cumsum(rng.exponential(1 / rates[:, None], (len(rates), many)), axis=1)
    leaves = rng.random((len(rates), many)) < leaving[:, None]
    leaves[:, 0] &= bool(first)
    moments[(np.cumsum(leaves, axis=1) > 0) | (moments > ages[:, None])] = np.nan
    return moments


def draw(seed, customers, buying=BUYING, spending=SPENDING):
    """Return buyers over up to 78 weeks, and what each orders and spends in the year after."""
    rng = np.random.default_rng(seed)
    rates = rng.gamma(buying.r, 1 / buying.alpha, customers) + 1e-12
    leaving = rng.beta(buying.a, buying.b, customers)
    ages = rng.uniform(13, 78, customers)
    moments = drawn_orders(rng, rates, leaving, ages + 52, buying.first)
    before = moments <= ages[:, None]
    repeats = before.sum(axis=1).astype(float)
    last = np.where(before, moments, 0).max(axis=1)
    later = (~np.isnan(moments)).sum(axis=1) - repeats
    means = spending.p / rng.gamma(spending.q, 1 / spending.gamma, customers)
    shape = spending.p * (repeats + 1)
    spent = rng.gamma(shape, means / spending.p)
    baskets = Baskets(repeats + 1, spent / (repeats + 1))
    later_value = rng.gamma(np.maximum(spending.p * later, 1e-9), means / spending.p) * (later > 0)
    return Buyers(Purchases(repeats, last, ages), baskets), later, later_value
