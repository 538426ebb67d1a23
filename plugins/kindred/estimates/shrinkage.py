"""Shrink correlations of touchpoints that few customers rated together toward the common mean.

Ratings have a common correlation (satisfied customers rate everything higher), around which pairs
vary. A pair with few joint ratings carries little information on its deviation, so it is shrunk to
the mean by empirical Bayes. The mean and the variance of the deviations are estimated from all
pairs, and a pair's noise follows from its joint ratings; together they determine the shrinkage (the
mean correlation as target: Ledoit and Wolf 2004; the variance by moments: DerSimonian and Laird
1986). Noise counts only as far as ratings are missing: complete data keep their correlations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kindred.estimates.pairwise_moments import Correlations, Floats


class Prior(NamedTuple):
    """The prior of a pair's correlation: the mean of all pairs, and their true variance."""

    mean: float
    variance: float


def learn_prior(found: Correlations) -> Prior:
    """Return the mean of all pairs' correlations, and their variance minus that of noise."""
    upper = np.triu_indices(found.joint.shape[-1], 1)
    weight, pair = found.joint[upper], found.touchpoints[upper]
    if not weight.sum():
        return Prior(0.0, 0.0)
    mean = float(np.average(pair, weights=weight))
    noise = _noise(found, mean)[upper]
    variance = float(np.average(np.square(pair - mean) - noise, weights=weight))
    return Prior(mean, max(variance, 0.0))


def shrink(found: Correlations, prior: Prior) -> Correlations:
    """Return the correlations [..., p, p] with each pair shrunk to the mean by its noise.

    Correlations with the outcome are unchanged: few ratings must widen a touchpoint's interval, but
    not lower its importance.
    """
    noise = _noise(found, prior.mean)
    belief = (found.joint > 0).astype(np.float64)
    np.divide(prior.variance, prior.variance + noise, out=belief, where=(noise > 0) & (belief > 0))
    pairs = belief * found.touchpoints + (1 - belief) * prior.mean
    diagonal = np.arange(pairs.shape[-1])
    pairs[..., diagonal, diagonal] = 1
    return found._replace(touchpoints=pairs)


def _noise(found: Correlations, mean: float) -> Floats:
    """Return the variance [..., p, p] due to missing ratings: their part of (1 - mean^2)^2 / n."""
    missing = 1 - found.joint / found.customers[..., None, None]
    return missing * (1 - mean**2) ** 2 / np.maximum(found.joint, 1)
