"""From heads' sums to probabilities that mean what they say, and the thresholds they are read at.

Each score is a logistic regression on several heads' out-of-fold sums: what usually comes together
(gratitude with trust) supports each other, and over- and under-confidence are evened out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_BINS = 10
_SMOOTHED_OVER = 15  # neighbouring thresholds: one lucky text is no reason


def expected_calibration_error(probabilities: Floats, truths: Floats) -> float:
    """Return the mean distance between what is said and what is true, over ten bins.

    Weighted by the texts in each bin (Naeini, Cooper & Hauskrecht, AAAI 2015).
    """
    _, said, true = binned(probabilities, truths)
    return float(np.abs(said - true).sum() / len(truths))


def binned(probabilities: Floats, truths: Floats) -> tuple[Floats, Floats, Floats]:
    """Return texts, sum of probabilities and sum of truths in each of ten bins of equal width."""
    bin_of = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    texts, said, true = (
        np.bincount(bin_of, each, minlength=_BINS).astype(np.float64)
        for each in (np.ones_like(probabilities), probabilities, truths)
    )
    return texts, said, true


def best_threshold(probabilities: Floats, truths: Floats, weights: Floats | None = None) -> float:
    """Return the probability from which on saying "yes" gives the highest F1."""
    weights = np.ones_like(truths) if weights is None else weights
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum((truths * weights)[order])
    said = np.cumsum(weights[order])
    f1 = 2 * right / (said + (truths * weights).sum())
    window = min(_SMOOTHED_OVER, len(f1))
    smooth = np.convolve(f1, np.ones(window) / window, "same")
    best = int(smooth.argmax())
    following = order[min(best + 1, len(order) - 1)]
    return float((probabilities[order[best]] + probabilities[following]) / 2)


def f1_scores(said: npt.NDArray[np.bool_], truths: npt.NDArray[np.bool_]) -> Floats:
    """Return F1 of each label (columns): the harmonic mean of precision and recall."""
    right = (said & truths).sum(axis=0)
    return np.asarray(2 * right / np.maximum(said.sum(axis=0) + truths.sum(axis=0), 1))


def micro_f1(said: npt.NDArray[np.bool_], truths: npt.NDArray[np.bool_]) -> float:
    """Return F1 over all decisions of all labels at once."""
    return float(2 * (said & truths).sum() / max(said.sum() + truths.sum(), 1))
