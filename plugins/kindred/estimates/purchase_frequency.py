"""How often customers order, and whether they still do: BG/NBD and the related MBG/NBD.

Each customer orders at an individual rate (gamma: r, alpha), and after an order leaves for good
with an individual probability (beta: a, b). In BG/NBD (Fader, Hardie & Lee, "Counting your
customers" the easy way, Marketing Science 24, 2005) customers cannot leave after the first order,
so a customer with one order counts as active for ever. In MBG/NBD (Batislam, Denizel & Filiztekin,
International Journal of Research in Marketing 24, 2007) they can. The formulas differ only in the
number of chances to leave. Which model fits better depends on the business and is decided by its
orders. Time is in weeks and begins with the first order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, digamma, expit, gammaln, hyp2f1

from kindred.estimates.likelihood import Fit, maximise

Floats = npt.NDArray[np.float64]
_NUDGE = 1e-6  # away from a point where the formula, but not the expectation, is undefined
_SLACK = 1e-3  # share by which rounding may raise an expectation above its maximum
_QUANTILES = 200  # of the probability of leaving; the mean is right to three digits
_LEAST = 1e-12  # a probability below which nobody leaves


class PurchaseFrequency(NamedTuple):
    """The parameters of rates (r, alpha in weeks) and of leaving (a, b), and the model.

    `first` is 1 if the first order can be the last (MBG/NBD), and 0 if it cannot (BG/NBD).
    """

    r: float
    alpha: float
    a: float
    b: float
    first: int

    @classmethod
    def of(cls, logs: Floats, first: int) -> PurchaseFrequency:
        """Return the model of the logarithms of r, the mean rate, the odds of leaving, and b.

        The data determine the rate r / alpha and the odds a / b much better than alpha and a, so a
        search converges faster with them.
        """
        r, rate, odds, b = np.exp(logs).tolist()
        return cls(r, r / rate, odds * b, b, first)


@dataclass(frozen=True)
class Purchases:
    """The order histories, one entry per customer.

    Attributes:
        repeats: The number of orders after the first.
        last: The weeks from the first order to the last; 0 without repeats.
        age: The weeks from the first order to now.
    """

    repeats: Floats
    last: Floats
    age: Floats

    def __post_init__(self) -> None:
        """Reject impossible histories.

        Raises:
            ValueError: A last order is before the first or after now, or the lengths differ.
        """
        if not len(self.repeats) == len(self.last) == len(self.age):
            raise ValueError("repeats, last and age must be equally long")
        is_right = (self.last >= 0) & (self.last <= self.age) & np.isfinite(self.age)
        is_right &= np.where(self.repeats == 0, self.last == 0, self.repeats >= 1)
        if not is_right.all():
            raise ValueError(f"{int((~is_right).sum())} customers have an impossible history")

    def where(self, chosen: npt.NDArray[np.bool_]) -> Purchases:
        """Return the chosen customers."""
        return Purchases(self.repeats[chosen], self.last[chosen], self.age[chosen])


def fit_buying(known: Purchases) -> tuple[Fit, int]:
    """Fit both models and return the one with the greater likelihood, and its `first`.

    Both have four parameters, so the likelihood alone decides. Some customers must have ordered
    again.

    Raises:
        DidNotConverge: A model has no best fit.
    """
    fits = [(fit_one(known, first), first) for first in (0, 1)]
    return max(fits, key=lambda fit: fit[0].log_likelihood)


def fit_one(known: Purchases, first: int) -> Fit:
    """Fit BG/NBD (0) or MBG/NBD (1)."""
    repeats, at = np.unique(known.repeats, return_inverse=True)
    start = np.log([1.0, known.repeats.sum() / known.age.sum(), 0.25, 4.0])
    return maximise(
        lambda logs: _each(PurchaseFrequency.of(logs, first), known, repeats, at), start
    )


def is_buying(model: PurchaseFrequency, known: Purchases) -> Floats:
    """Return the probability that each customer has not left for good."""
    return np.asarray(expit(-_odds_of_gone(model, known)))


def expected_orders(model: PurchaseFrequency, known: Purchases, weeks: float) -> Floats:
    """Return the expected orders of each customer in the coming weeks (2005, equation 10).

    The hypergeometric function is computed after Euler's transformation, 2F1(A, B; C; z) =
    (1 - z)^(C - A - B) 2F1(C - A, C - B; C; z), after which only C grows with the orders. In the
    printed form it overflows for customers with many orders. If it overflows nevertheless, with
    extreme parameters, the mean over the probabilities of leaving replaces it.
    """
    here = is_buying(model, known)
    found = _by_series(model, known, weeks)
    most = (model.r + known.repeats) / (model.alpha + known.age) * weeks  # if nobody ever left
    is_wrong = ~((found >= 0) & (found <= most * (1 + _SLACK)))
    if is_wrong.any():
        found[is_wrong] = _by_chances(model, known.where(is_wrong), weeks)
    return found * here


def _by_series(model: PurchaseFrequency, known: Purchases, weeks: float) -> Floats:
    """Return the expected orders of customers who are still buying, by equation 10."""
    a = _beside(model.a, 1.0)
    more = a + model.b + model.first - 1
    most = more + known.repeats
    most = np.where(np.abs(most) < _NUDGE, _NUDGE, most)
    z = weeks / (model.alpha + known.age + weeks)
    remaining = (1 - z) ** (a - 1) * hyp2f1(more - model.r, a - 1, most, z)
    return np.asarray(most / (a - 1) * (1 - remaining))


def _by_chances(model: PurchaseFrequency, known: Purchases, weeks: float) -> Floats:
    """Return the same as a mean over quantiles of the probability of leaving, for any parameters.

    A customer who leaves with probability p after each order, and whose rate is gamma (s, h), makes
    (1 - (1 + p * weeks / h)^-s) / p orders. Logarithms avoid overflow and cancellation.
    """
    repeats, at = np.unique(known.repeats, return_inverse=True)
    chances = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    stays = (model.b + repeats + model.first)[None, :]
    shape, waited = model.r + known.repeats, weeks / (model.alpha + known.age)
    total = np.zeros(len(at))
    for level in betaincinv(model.a, stays, chances[:, None]).clip(_LEAST):
        leaves = level[at]
        total -= np.expm1(-shape * np.log1p(leaves * waited)) / leaves
    return total / _QUANTILES


def _beside(figure: float, hole: float) -> float:
    return hole + _NUDGE if abs(figure - hole) < _NUDGE else figure


def _odds_of_gone(model: PurchaseFrequency, known: Purchases) -> Floats:
    """Return the log-odds of having left; nobody can have left before the first chance."""
    chances = known.repeats + model.first
    waited = np.log1p((known.age - known.last) / (model.alpha + known.last))
    stayed = np.log(model.b + np.maximum(chances, 1) - 1)
    odds = np.log(model.a) - stayed + (model.r + known.repeats) * waited
    return np.where(chances > 0, odds, -np.inf)


def _each(
    model: PurchaseFrequency, known: Purchases, repeats: Floats, at: npt.NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return log-likelihoods (2005, equation 6), and slopes by `PurchaseFrequency.of`'s logarithms.

    Gamma functions depend only on the number of repeats, so they are computed once per number.
    """
    r, alpha, a, b, first = model
    odds, orders, chances = _odds_of_gone(model, known), r + known.repeats, repeats + first
    left = np.asarray(expit(odds))
    waiting, ordering = np.log(alpha + known.age), np.log(alpha + known.last)
    of_rates = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    of_staying = gammaln(a + b) - gammaln(b) + gammaln(b + chances) - gammaln(a + b + chances)
    likelihoods = (of_rates + of_staying)[at] - orders * waiting + np.logaddexp(0, odds)
    rates = (digamma(r + repeats) - digamma(r) + np.log(alpha))[at]
    both = digamma(a + b) - digamma(a + b + chances)
    staying = (both + digamma(b + chances) - digamma(b))[at]
    by_r = r * (rates - _mixed(waiting, ordering, left))
    by_alpha = r - alpha * orders * _mixed(1 / (alpha + known.age), 1 / (alpha + known.last), left)
    by_a = a * both[at] + left
    by_b = b * (staying - left / (b + np.maximum(chances[at], 1) - 1))
    return likelihoods, np.column_stack([by_r + by_alpha, -by_alpha, by_a, by_a + by_b])


def _mixed(if_here: Floats, if_gone: Floats, left: Floats) -> Floats:
    return if_here + left * (if_gone - if_here)
