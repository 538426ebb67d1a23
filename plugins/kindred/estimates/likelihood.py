"""Maximum likelihood for a few positive parameters, and how much each customer moved them.

The search runs over logarithms, where a parameter cannot turn negative and a step means a share. A
search by first derivatives alone can stop short where two parameters nearly stand in for each
other; Newton's method ends it.
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
_FLAT = 1e-5  # a customer's mean slope that counts as none: a sampling error is 1/sqrt(customers)
_STEPS = 30
_SINGULAR = 1e-10  # share of the greatest curvature under which a direction counts as level
_APART = 1e-4  # of the logarithms between which slopes are compared


@dataclass(frozen=True)
class Fit:
    """The most likely parameters.

    Attributes:
        logs: their logarithms.
        log_likelihood: of all customers.
        influence: customers by parameters: by how much each customer moved each logarithm, to first
            order (the influence function). Sums to nothing; its products sum to the covariance
            that resampling customers would give, whether or not the model is true.
    """

    logs: Floats
    log_likelihood: float
    influence: Floats


def maximise(each: Each, start: Floats) -> Fit:
    """Return the fit of greatest likelihood.

    Args:
        each: from logarithms of parameters to the log-likelihood of each customer, and its slopes
            (customers by parameters).
        start: logarithms to begin with.

    Raises:
        DidNotConverge: no point was found where the likelihood is level.
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
    """Search with first derivatives: from anywhere into the neighbourhood of the best point."""

    def loss(logs: Floats) -> tuple[float, Floats]:
        likelihoods, slopes = each(logs)
        return -float(likelihoods.mean()), -slopes.mean(axis=0)

    bounds = [(-_EDGE, _EDGE)] * len(start)
    found = minimize(
        loss, np.clip(start, -_EDGE, _EDGE), jac=True, method="L-BFGS-B", bounds=bounds
    )
    return np.asarray(found.x, dtype=np.float64)


def _is_free(logs: Floats, slope: Floats) -> npt.NDArray[np.bool_]:
    """Say which parameters can move: not those at an edge that would be better beyond it."""
    is_free: npt.NDArray[np.bool_] = (np.abs(logs) < _EDGE) | (np.sign(slope) != np.sign(logs))
    return is_free


def _climbed(each: Each, logs: Floats, step: Floats) -> Floats:
    """Take the step, or the half, quarter, ... of it that leads up; else stay."""
    height = each(logs)[0].sum()
    step = step / max(1.0, float(np.abs(step).max()))
    for share in 0.5 ** np.arange(20):
        there: Floats = np.clip(logs + share * step, -_EDGE, _EDGE)
        if each(there)[0].sum() > height:
            return there
    return logs


def _inverse_curvature(each: Each, logs: Floats, is_free: npt.NDArray[np.bool_]) -> Floats:
    """Invert the curvature of all customers' likelihood among the parameters that can move.

    A direction without curvature is not moved in; one that bends the wrong way, which happens only
    far from the best point, counts as if it bent the right way, so that steps lead up.
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
