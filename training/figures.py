"""What cross-validation says of the scores: how often they are right, and how honest they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from kindred.text_emotions.labels import EMOTIONS, SCORES
from training.calibration import expected_calibration_error, f1_scores, micro_f1
from training.corpus import Corpus
from training.fit import Floats
from training.stack import counted, truths


def cross_validation(known: Corpus, probabilities: Floats, thresholds: Floats) -> dict[str, Any]:
    """Return the figures by source of the texts: every text was scored by folds without it."""
    found: dict[str, Any] = {}
    for source in ("goemotions", "own"):
        found[source] = {
            score: _of_label(known, probabilities, thresholds, source, column)
            for column, score in enumerate(SCORES)
            if score != "valence" and (source == "own" or score in EMOTIONS)
        }
        found[source]["macro_f1"] = _round(
            np.mean([found[source][score]["f1"] for score in EMOTIONS])
        )
    columns = [SCORES.index(emotion) for emotion in EMOTIONS]
    rows = (known.sources == "goemotions") & ~known.is_dev
    found["goemotions"]["micro_f1"] = _round(
        micro_f1(
            probabilities[np.ix_(rows, columns)] >= thresholds[columns],
            known.targets[np.ix_(rows, columns)] > 0.5,
        )
    )
    for source in ("tweets", "reviews", "own"):
        rows = known.sources == source
        r = np.corrcoef(probabilities[rows, 0], known.targets[rows, 0])[0, 1]
        found.setdefault("valence_r", {})[source] = _round(r)
    return found


def _of_label(
    known: Corpus, probabilities: Floats, thresholds: Floats, source: str, column: int
) -> dict[str, Any]:
    rows = counted(known, SCORES[column]) & (known.sources == source)
    truth = truths(known, SCORES[column])[rows] > 0.5
    said = probabilities[rows, column]
    f1 = f1_scores(said[:, None] >= thresholds[column], truth[:, None])[0]
    error = expected_calibration_error(said, truth.astype(float))
    return {"texts": int(truth.sum()), "f1": _round(f1), "ece": _round(error)}


def _round(number: float) -> float:
    return round(float(number), 4)
