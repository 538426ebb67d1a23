"""Johnson's relative weights: how much of an outcome each of many correlated touchpoints explains.

J. W. Johnson, "A heuristic method for estimating the relative weight of predictor variables in
multiple regression", Multivariate Behavioral Research 35 (2000): regress the outcome on the
orthogonal variables nearest to the predictors, and share each one's explained variance among the
predictors in proportion to squared correlation. One eigendecomposition, where the average over all
orders of entry (Lindeman, Merenda and Gold; Shapley) needs 2^p regressions and agrees closely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kindred.estimates.pairwise_moments import Correlations, Floats

# The smallest eigenvalue if all joint ratings are missing; in proportion if some are. Noise makes a
# sparse matrix indefinite, and a nearly singular one inflates weights without bound.
FLOOR = 0.2
_ZERO = 1e-10


class RelativeWeights(NamedTuple):
    """Relative weights [..., p], which sum to R squared [...], and the share of each, sum 1."""

    weight: Floats
    share: Floats
    r_squared: Floats


def relative_weights(found: Correlations) -> RelativeWeights:
    """Return each touchpoint's weight: the sum over k of lambda_jk squared times beta_k squared.

    Sparse pairs may together explain more than the whole outcome. All weights are then scaled by
    one factor to a sum of 1, as if each correlation with the outcome were weaker by the same
    factor, which keeps the shares. If no touchpoint explains anything, the shares are NaN.
    """
    root, inverse = _roots(found)
    beta = _times(inverse, found.outcome)
    raw = _times(np.square(root), np.square(beta))
    total = raw.sum(-1)
    share = np.full_like(raw, np.nan)
    np.divide(raw, total[..., None], out=share, where=total[..., None] > _ZERO)
    return RelativeWeights(raw / np.maximum(total, 1)[..., None], share, np.minimum(total, 1))


def chance_weights(found: Correlations) -> Floats:
    """Return the expected weights [p] if the outcome is associated with no touchpoint.

    A weight is a square, so chance makes it positive: 1/n on complete data, more on sparse data.
    Then the correlations with the outcome have the covariance r_jk n_jk / (n_j n_k), and the
    expectation of beta squared is the diagonal of this covariance, transformed like beta.
    """
    root, inverse = _roots(found)
    raters = np.diagonal(found.joint)
    spread = found.touchpoints * found.joint / np.outer(raters, raters)
    expected = np.diagonal(inverse @ spread @ inverse)
    claimed = float(np.square(_times(inverse, found.outcome)).sum())
    return _times(np.square(root), expected) / max(claimed, 1)


def _roots(found: Correlations) -> tuple[Floats, Floats]:
    """Return R^(1/2) and R^(-1/2), with R shrunk toward independence until it is definite.

    The shrinkage is the smallest after which no eigenvalue is below FLOOR times the missing share
    (linear shrinking: Rousseeuw and Molenberghs 1993; Higham, Strabic and Sego 2016), so there is
    none on complete data. It keeps the unit diagonal and the eigenvectors. Directions without
    variance (collinear columns) are left out, and their columns share what they explain together.
    """
    values, vectors = np.linalg.eigh(found.touchpoints)
    smallest = values[..., :1]
    floor = FLOOR * found.missing[..., None]
    shrink = np.maximum((floor - smallest) / np.maximum(1 - smallest, _ZERO), 0)
    values = (1 - shrink) * values + shrink
    has_variance = values > _ZERO
    root = np.sqrt(np.where(has_variance, values, 0))
    inverse = np.where(has_variance, 1 / np.where(has_variance, root, 1), 0)
    turned = vectors.swapaxes(-2, -1)
    return (vectors * root[..., None, :]) @ turned, (vectors * inverse[..., None, :]) @ turned


def _times(matrix: Floats, vector: Floats) -> Floats:
    return np.asarray((matrix @ vector[..., None])[..., 0])
