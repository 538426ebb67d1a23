"""Maximum likelihood for a few positive parameters, and each customer's influence on them.

The search runs over logarithms, so that parameters stay positive and steps are relative. A search
by first derivatives alone can stop early if two parameters can nearly replace each other, so
Newton's method completes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from kindred.estimates.logistic import DidNotConverge

Floats = npt.NDArray[np.float64]
Each = Callable[[Floats], tuple[Floats, Floats]]
_EDGE = 9.0  # logarithm: parameters between 1/8103 and 8103
_FLAT = 1e-5  # a customer's mean slope that counts as zero; a sampling error is 1/sqrt(customers)
_STEPS = 30
_SINGULAR = 1e-10  # share of the greatest curvature below which a direction counts as flat
_APART = 1e-4  # the step in logarithms of the numeric curvature


@dataclass(frozen=True)
class Fit:
    """The most likely parameters.

    Attributes:
        logs: Their logarithms.
        log_likelihood: The log-likelihood of all customers.
        influence: [customers, parameters], how far each customer moved each logarithm, to first
            order (the influence function). It sums to zero. Its products sum to the covariance
            that resampling customers would give, whether or not the model is true.
    """

    logs: Floats
    log_likelihood: float
    influence: Floats


def maximise(each: Each, start: Floats) -> Fit:
    """Return the fit of greatest likelihood.

    Args:
        each: A function of the parameters' logarithms that returns the log-likelihood of each
            customer, and its slopes, [customers, parameters].
        start: The initial logarithms.

    Raises:
        DidNotConverge: No stationary point of the likelihood was found.
    """

    logs = _searched(each, start)
    for _ in range(_STEPS):
        likelihoods, slopes = each(logs)
        is_free = _is_free(logs, slopes.sum(axis=0))
        inverse = _inverse_curvature(each, logs, is_free)
        if np.abs(slopes.mean(axis=0)[is_free]).max(initial=0) < _FLAT:
            return Fit(logs, float(likelihoods.sum()), slopes @ inverse)
        logs = _climbed(each, logs, inverse @ slopes.sum(axis=0))
    raise DidNotConverge("the likelihood has no level point that the search can find")


def _searched(each: Each, start: Floats) -> Floats:
    """Search with first derivatives, from any start to the neighbourhood of the best point."""

    def loss(logs: Floats) -> tuple[float, Floats]:
        likelihoods, slopes = each(logs)
        return -float(likelihoods.mean()), -slopes.mean(axis=0)

    bounds = [(-_EDGE, _EDGE)] * len(start)
    found = minimize(
        loss, np.clip(start, -_EDGE, _EDGE), jac=True, method="L-BFGS-B", bounds=bounds
    )
    return np.asarray(found.x, dtype=np.float64)


def _is_free(logs: Floats, slope: Floats) -> npt.NDArray[np.bool_]:
    """Return which parameters can move: not those at an edge whose optimum lies beyond it."""
    is_free: npt.NDArray[np.bool_] = (np.abs(logs) < _EDGE) | (np.sign(slope) != np.sign(logs))
    return is_free


def _climbed(each: Each, logs: Floats, step: Floats) -> Floats:
    """Take the step, or the first half, quarter, ... of it that increases; else stay."""
    height = each(logs)[0].sum()
    step = step / max(1.0, float(np.abs(step).max()))
    for share in 0.5 ** np.arange(20):
        there: Floats = np.clip(logs + share * step, -_EDGE, _EDGE)
        if each(there)[0].sum() > height:
            return there
    return logs


def _inverse_curvature(each: Each, logs: Floats, is_free: npt.NDArray[np.bool_]) -> Floats:
    """Invert the curvature of all customers' likelihood among the parameters that can move.

    There is no step in a direction without curvature. Where the curvature has the wrong sign, which
    happens only far from the best point, its sign is reversed, so that steps increase.
    """
    free = np.flatnonzero(is_free)
    bends = [
        (each(logs - step)[1] - each(logs + step)[1]).sum(axis=0)[free] / (2 * _APART)
        for step in np.eye(len(logs))[free] * _APART
    ]
    inverse = np.zeros((len(logs), len(logs)))
    if bends:
        curvature = (np.array(bends) + np.array(bends).T) / 2
        sizes, ways = np.linalg.eigh(curvature)
        sizes = np.abs(sizes)
        kept = sizes > _SINGULAR * sizes.max()
        inverse[np.ix_(free, free)] = (ways[:, kept] / sizes[kept]) @ ways[:, kept].T
    return inverse
