"""Correlations of ratings with many missing values, from sums that a bootstrap can reweight.

A pair is correlated over the customers who gave both ratings (pairwise complete), so a touchpoint
that few customers meet or are asked about is not weakened by those who did not rate it. Such a
correlation needs only sums over customers. They are computed for blocks of customers: a bootstrap
draw is then a weighting of blocks, one row of a matrix product, not a pass over all customers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-10  # of the mean square: a smaller variance is zero up to rounding


class Correlations(NamedTuple):
    """Correlations of touchpoints and the outcome, of one or many draws (leading axes `...`).

    touchpoints: [..., p, p], of each pair. Sparse pairs may contradict each other.
    outcome: [..., p], of each touchpoint with the outcome.
    joint: [..., p, p], the customers who rated both; on the diagonal, those who rated one.
    customers: [...], the number of customers.
    """

    touchpoints: Floats
    outcome: Floats
    joint: Floats
    customers: Floats

    @property
    def missing(self) -> Floats:
        """Return the share of missing joint ratings over all pairs; 0 if complete."""
        p = self.joint.shape[-1]
        if p == 1:
            return np.zeros_like(self.customers)
        pairs: Floats = self.joint.sum((-2, -1)) - np.trace(self.joint, axis1=-2, axis2=-1)
        share: Floats = 1 - pairs / (self.customers * p * (p - 1))
        return share


def block_sums(ratings: Floats, outcome: Floats, block: npt.NDArray[np.intp]) -> Floats:
    """Return the sums of each block of customers: [blocks, 4, p + 1, p + 1], the outcome last.

    Element j, k of the four: the number of customers who gave both, and over them the sums of j, of
    j squared, and of j times k. Values are standardised first, so that squares lose no digits.

    Args:
        ratings: [customers, p], NaN for a missing one; each column varies.
        outcome: [customers], complete.
        block: [customers], each customer's block, from 0 on.
    """
    width = ratings.shape[1] + 1
    order = np.argsort(block, kind="stable")
    bounds = np.searchsorted(block[order], np.arange(block.max() + 2))
    mean, deviation = _scales(ratings, outcome)
    sums = np.empty((len(bounds) - 1, 4, width, width))
    for at, (start, end) in enumerate(pairwise(bounds)):
        members = order[start:end]
        values = (np.column_stack([ratings[members], outcome[members]]) - mean) / deviation
        is_given = np.isfinite(values)
        values[~is_given] = 0
        given = is_given.astype(np.float64)
        beside = np.column_stack([given, values, np.square(values)])
        np.matmul(beside.T, given, out=sums[at, :3].reshape(-1, width))
        np.matmul(values.T, values, out=sums[at, 3])
    return sums


def _scales(ratings: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Return mean and deviation of each column, column by column to avoid a copy of all."""
    columns = [*ratings.T, outcome]
    mean = np.array([np.nanmean(column) for column in columns])
    deviation = np.array([np.nanstd(column) for column in columns])
    return mean, deviation


def correlations(sums: Floats) -> Correlations:
    """Return the correlations from sums over customers, [..., 4, p + 1, p + 1].

    A pair that does not vary among those who gave both has correlation 0: it shows no association.
    """
    given, total, square, product = np.moveaxis(sums, -3, 0)
    count = np.maximum(given, 1)
    mean = total / count
    variance = square / count - np.square(mean)
    variance[variance < _ROUNDING * square / count] = 0
    deviations = np.sqrt(variance * variance.swapaxes(-2, -1))
    covariance = product / count - mean * mean.swapaxes(-2, -1)
    found = np.zeros_like(covariance)
    np.divide(covariance, deviations, out=found, where=deviations > 0)
    joint, customers = given[..., :-1, :-1], given[..., -1, -1]
    diagonal = np.arange(found.shape[-1])
    found[..., diagonal, diagonal] = 1
    found = np.clip(found, -1, 1)
    return Correlations(found[..., :-1, :-1], found[..., :-1, -1], joint, customers)
