"""From labelled examples to the weights that ship, and what cross-validation says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from kindred.text_emotions.labels import SCORES
from kindred.text_emotions.model import HEADS, gated
from kindred.text_emotions.weights import Weights
from training.calibration import best_threshold
from training.corpus import PRECISION, Corpus, corpus
from training.data import Example
from training.figures import cross_validation
from training.fit import Floats, fit
from training.heads import heads_of
from training.stack import counted, counts, cross_fitted, mix, out_of_fold, truths

_NAME = "kindred-1"


class Trained(NamedTuple):
    """The weights, named without their digest yet, and the figures of cross-validation."""

    weights: Weights
    figures: dict[str, Any]


def train(examples: Sequence[Example], say: Callable[[str], None]) -> Trained:
    """Fit, calibrate and judge; the same examples give the same weights. Tells `say` how far."""
    known = corpus(examples)
    say(f"{known.features.shape[0]:,} texts, {known.features.shape[1]:,} features")
    inputs = gated(out_of_fold(known, HEADS))
    say("fitted five times on four fifths")
    everything = np.ones(len(known.folds), dtype=bool)
    mixture = mix(known, inputs, HEADS, SCORES, everything)
    probabilities = cross_fitted(known, inputs, HEADS, SCORES)
    thresholds = _thresholds(known, probabilities)
    say("calibrated")
    rows, constants = fit(known.features, heads_of(known, everything))
    say("fitted on everything")
    rows *= known.vocabulary.emphasis[:, None]
    step = np.abs(rows).max(axis=0) / 127
    weights = Weights(
        version=_NAME,
        scores=SCORES,
        features=known.vocabulary.features,
        values=np.round(known.vocabulary.values * PRECISION).astype(np.uint16),
        rated=list(known.vocabulary.ratings),
        ratings=np.array(list(known.vocabulary.ratings.values()), dtype=np.int8),
        rows=np.round(rows / step).astype(np.int8),
        step=step,
        constants=constants,
        mixture=mixture.shares,
        intercepts=mixture.constants,
        thresholds=thresholds,
    )
    return Trained(weights, cross_validation(known, probabilities, thresholds))


def _thresholds(known: Corpus, probabilities: Floats) -> Floats:
    found = np.full(len(SCORES), np.nan)
    for column, score in enumerate(SCORES):
        if score != "valence":
            rows = counted(known, score)
            found[column] = best_threshold(
                probabilities[rows, column], truths(known, score)[rows], counts(known, score)[rows]
            )
    return np.round(found, 3)
