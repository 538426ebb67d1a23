"""Measure how reliable predicted probabilities were, from what happened afterwards.

Each customer is included once, so that rows are independent and the intervals are valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kindred.estimates.logistic import fit

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Z = 1.959964  # of a 95 % interval
_SLOPE_PRIOR = (
    0.01  # precision; keeps the slope finite if predictions separate the outcomes completely
)


class Interval(NamedTuple):
    """A figure and its 95 % interval."""

    figure: float
    low: float
    high: float


@dataclass(frozen=True)
class Band:
    """A tenth of the customers by predicted risk: what was predicted and what happened."""

    customers: int
    mean_predicted: float
    observed: Interval


@dataclass(frozen=True)
class Reliability:
    """The results of a check.

    Attributes:
        brier: The mean squared distance of probability and outcome; 0 is best.
        brier_base: The same for predicting the actual share for everybody. No constant prediction
            could be better, and nobody knew it beforehand, so `skill` is conservative.
        skill: 1 - brier / brier_base.
        auc: The probability that a customer who left had a higher risk than one who stayed (DeLong,
            DeLong & Clarke-Pearson 1988).
        top_lift: How many times as often the tenth at most risk left as all did.
        shift: The log-odds by which all predictions were too low (Cox 1958; 0 is best).
        slope: The slope of outcomes on log-odds. Below 1, predictions were too extreme; 1 is best.
        bands: By predicted risk, lowest first; equal predictions share a band.
    """

    customers: int
    events: int
    mean_predicted: float
    brier: float
    brier_base: float
    skill: Interval
    auc: Interval
    top_lift: Interval
    shift: Interval
    slope: Interval
    bands: tuple[Band, ...]


def reliability(log_odds: Floats, probabilities: Floats, happened: Bools) -> Reliability:
    """Compare predictions with what happened, a row per customer; both outcomes must occur."""
    base = happened.mean()
    squares, base_squares = np.square(probabilities - happened), np.square(base - happened)
    bands = _band_of(probabilities)
    return Reliability(
        customers=len(happened),
        events=int(happened.sum()),
        mean_predicted=float(probabilities.mean()),
        brier=float(squares.mean()),
        brier_base=float(base_squares.mean()),
        skill=_skill(squares, base_squares),
        auc=auc(probabilities, happened),
        top_lift=_lift(bands == bands.max(), happened),
        shift=shift(log_odds, happened),
        slope=_slope(log_odds, happened),
        bands=tuple(
            _band(probabilities[bands == band], happened[bands == band])
            for band in np.unique(bands)
        ),
    )


def wilson(events: float, customers: float, z: float = Z) -> Interval:
    """Return a share and its interval (Wilson 1927)."""
    share = events / customers
    middle = (share + z * z / (2 * customers)) / (1 + z * z / customers)
    half = z * np.sqrt(share * (1 - share) / customers + z * z / (4 * customers**2))
    half /= 1 + z * z / customers
    return Interval(share, float(max(middle - half, 0)), float(min(middle + half, 1)))


def auc(scores: Floats, happened: Bools) -> Interval:
    """Return the area under the curve; equal scores count half."""
    left, stayed = scores[happened], scores[~happened]
    above = (ranks(scores)[happened] - ranks(left)) / len(stayed)
    below = 1 - (ranks(scores)[~happened] - ranks(stayed)) / len(left)
    return _normal(float(above.mean()), _square_error(above) + _square_error(below), 0, 1)


def ranks(scores: Floats) -> Floats:
    """Return ranks from 1 on; equal scores share their mean rank."""
    _, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[at]


def shift(log_odds: Floats, happened: Bools) -> Interval:
    """Return what to add to all log-odds so that the expected number of events is the actual."""
    found = fit(np.empty((len(happened), 0)), happened, 0, offset=log_odds)
    return _normal(found.intercept, found.covariance[0, 0])


def _slope(log_odds: Floats, happened: Bools) -> Interval:
    found = fit(log_odds[:, None], happened, _SLOPE_PRIOR, offset=log_odds)
    return _normal(1 + float(found.coefficients[0]), found.covariance[1, 1])


def _skill(squares: Floats, base_squares: Floats) -> Interval:
    ratio = squares.mean() / base_squares.mean()
    variance = _square_error(squares - ratio * base_squares) / base_squares.mean() ** 2
    return _normal(float(1 - ratio), variance, high=1)


def _lift(is_top: Bools, happened: Bools) -> Interval:
    """Divide the top's share of those who left by its share of all, which is not random."""
    caught = wilson((happened & is_top).sum(), happened.sum())
    return Interval(*(float(share / is_top.mean()) for share in caught))


def _band(probabilities: Floats, happened: Bools) -> Band:
    observed = wilson(float(happened.sum()), len(happened))
    return Band(len(happened), float(probabilities.mean()), observed)


def _band_of(probabilities: Floats) -> npt.NDArray[np.intp]:
    edges = np.quantile(probabilities, np.arange(1, 10) / 10)
    return np.searchsorted(edges, probabilities, side="right")


def _square_error(values: Floats) -> float:
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else float("inf")


def _normal(figure: float, variance: float, low: float = -np.inf, high: float = np.inf) -> Interval:
    half = Z * float(np.sqrt(variance))
    return Interval(figure, max(figure - half, low), min(figure + half, high))
