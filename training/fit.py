"""Fit the linear heads: one ridge-penalised logistic regression each, targets between 0 and 1.

A rated valence is a target like any other once it lies between 0 and 1, so every head is fitted,
and later read, in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]
_WORTH_TWO_CORES = 5_000  # texts


@dataclass(frozen=True)
class Head:
    """What one head learns from: rows of the matrix, their targets and weights, its penalty."""

    rows: npt.NDArray[np.int64]
    targets: Floats
    weights: Floats
    penalty: float


def fit(features: sparse.csr_matrix, heads: Sequence[Head]) -> tuple[Floats, Floats]:
    """Return weights (features by heads) and intercepts (heads), whichever core fits which head."""
    if features.shape[0] < _WORTH_TWO_CORES:
        _hold(features)
        fitted = list(map(_fit_head, heads))
        _rows.cache_clear()
        return _side_by_side(fitted)
    context = get_context("fork")  # the matrix is handed down, not copied
    with ProcessPoolExecutor(2, context, _hold, (features,)) as pool:
        fitted = list(pool.map(_fit_head, heads))
    return _side_by_side(fitted)


def _side_by_side(fitted: list[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    return np.stack([weights for weights, _ in fitted], axis=1), np.array([b for _, b in fitted])


_held: list[sparse.csr_matrix] = []


def _hold(features: sparse.csr_matrix) -> None:
    _held[:] = [features]


@lru_cache(maxsize=1)
def _rows(wanted: bytes) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return the wanted rows and their transpose; heads of one kind learn from the same ones."""
    x = _held[0][np.frombuffer(wanted, dtype=np.int64)].astype(np.float32)
    return x, x.T.tocsr()


def _fit_head(head: Head) -> tuple[Floats, float]:
    x, transposed = _rows(head.rows.tobytes())
    mean = float(np.average(head.targets, weights=head.weights))

    def loss(at: Floats) -> tuple[float, Floats]:
        weights, intercept = at[:-1], at[-1]
        z = (x @ weights.astype(np.float32)).astype(np.float64) + intercept
        error = head.weights * (expit(z) - head.targets)
        likelihood = head.weights * (np.logaddexp(0, z) - head.targets * z)
        pulled = transposed @ error.astype(np.float32)
        gradient = np.append(pulled + head.penalty * weights, error.sum())
        return float(likelihood.sum() + head.penalty / 2 * np.square(weights).sum()), gradient

    start = np.zeros(x.shape[1] + 1)
    start[-1] = np.log(mean / (1 - mean))
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "ftol": 1e-7}
    )
    return found.x[:-1], float(found.x[-1])
