"""Brute force: a touchpoint's part of R squared, averaged over all orders of entry.

Lindeman, Merenda and Gold (1980), Shapley's value of a regression: 2^p of them.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def shapley_weights(touchpoints: Floats, outcome: Floats) -> Floats:
    """Return the weights [p], which sum to R squared.

    Args:
        touchpoints: [p, p], their correlations.
        outcome: [p], their correlations with the outcome.
    """
    p = len(outcome)
    weights = np.zeros(p)
    for at in range(p):
        others = [other for other in range(p) if other != at]
        for size in range(p):
            gains = [
                _r_squared(touchpoints, outcome, [*before, at])
                - _r_squared(touchpoints, outcome, [*before])
                for before in combinations(others, size)
            ]
            weights[at] += sum(gains) / comb(p - 1, size) / p
    return weights


def _r_squared(touchpoints: Floats, outcome: Floats, entered: list[int]) -> float:
    r = outcome[entered]
    return float(r @ np.linalg.solve(touchpoints[np.ix_(entered, entered)], r))
