"""The mean value of each customer's orders, by the Gamma-Gamma model.

Fader & Hardie, The Gamma-Gamma model of monetary value (2013). A customer's orders vary about the
customer's own mean (gamma: p), and these means vary among customers (gamma: q, gamma). The estimate
for a customer with few orders is close to the mean of all, and with many orders close to their own
mean. The model assumes that the value and the frequency of orders are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from kindred.estimates.likelihood import Fit, maximise

Floats = npt.NDArray[np.float64]


class OrderValue(NamedTuple):
    """The model's parameters: of orders (p), and of means, gamma in the currency (q, gamma)."""

    p: float
    q: float
    gamma: float

    @classmethod
    def of(cls, logs: Floats) -> OrderValue:
        """Return the model of the logarithms of p, of q, and of p * gamma / q, a middle order.

        The data determine the last much better than gamma, so a search converges faster with it.
        """
        p, q, middle = np.exp(logs).tolist()
        return cls(p, q, middle * q / p)


@dataclass(frozen=True)
class Baskets:
    """The known values of orders, one entry per customer.

    Attributes:
        orders: The number of orders with a known value above 0, the first included.
        mean: Their mean value; ignored without orders.
    """

    orders: Floats
    mean: Floats

    def __post_init__(self) -> None:
        """Reject impossible values.

        Raises:
            ValueError: A mean is not above 0, or the lengths differ.
        """
        if len(self.orders) != len(self.mean):
            raise ValueError("orders and mean must be equally long")
        known = self.mean[self.orders > 0]
        wrong = int((~(np.isfinite(known) & (known > 0))).sum()) + int((self.orders < 0).sum())
        if wrong:
            raise ValueError(f"{wrong} customers have impossible values of orders")


def fit_spending(known: Baskets) -> Fit:
    """Fit the model to customers with an order; the others have no influence.

    Raises:
        DidNotConverge: The model has no best fit.
    """
    has = known.orders > 0
    orders, mean = known.orders[has], known.mean[has]
    scale = float(mean.mean())  # in units of the mean, starting points and edges suit any currency
    found = maximise(
        lambda logs: _each(OrderValue.of(logs), orders, mean / scale), np.log([2.0, 3.0, 1.0])
    )
    influence = np.zeros((len(has), 3))
    influence[has] = found.influence
    return Fit(found.logs + np.array([0, 0, np.log(scale)]), found.log_likelihood, influence)


def mean_order(model: OrderValue, known: Baskets) -> Floats:
    """Return the expected mean value of each customer's orders; q must be above 1.

    Without a known order it is the mean of all customers, p * gamma / (q - 1).
    """
    spent = np.where(known.orders > 0, known.orders * known.mean, 0)
    return model.p * (model.gamma + spent) / (model.p * known.orders + model.q - 1)


def _each(model: OrderValue, orders: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Return log-likelihoods (equation 1a), and slopes in the logarithms of `OrderValue.of`."""
    p, q, gamma = model
    shape, total = p * orders, np.log(gamma + orders * mean)
    likelihoods = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    likelihoods += (shape - 1) * np.log(mean) + shape * np.log(orders) - (shape + q) * total
    more = digamma(shape + q)
    by_p = shape * (more - digamma(shape) + np.log(orders * mean) - total)
    by_q = q * (more - digamma(q) + np.log(gamma) - total)
    by_gamma = q - (shape + q) * gamma / (gamma + orders * mean)
    return likelihoods, np.column_stack([by_p - by_gamma, by_q + by_gamma, by_gamma])
