"""The same method on GoEmotions' own 28 labels and on Ekman's: to compare with published figures.

The weights that ship know the groups of METRICS only; this trains the fine labels aside, takes
thresholds from out-of-fold probabilities of the training split, and reads them once on dev.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kindred.text_emotions.labels import EMOTIONS
from training.calibration import best_threshold, f1_scores, micro_f1
from training.corpus import Corpus
from training.fit import Floats, fit
from training.heads import heads_of
from training.labels import EKMAN, EMOTION_OF, FINE
from training.stack import cross_fitted, mix, out_of_fold

Groups = Mapping[str, Sequence[str]]


def compare(known: Corpus) -> dict[str, dict[str, float]]:
    """Return macro and micro F1, in five folds and on dev, of each way to group the labels."""
    everything = np.ones(len(known.folds), dtype=bool)
    sums = out_of_fold(known, FINE)
    unseen = cross_fitted(known, sums, FINE, FINE)
    rows, constants = fit(known.features, heads_of(known, everything, FINE))
    mixture = mix(known, sums, FINE, FINE, everything)
    dev = (known.sources == "goemotions") & known.is_dev
    train = (known.sources == "goemotions") & ~known.is_dev
    on_dev = mixture.probabilities(known.features[dev] @ rows + constants)
    found = {}
    for name, groups in _groupings().items():
        folds, truth = _grouped(unseen[train], groups), _true(known, train, groups)
        thresholds = [best_threshold(*pair) for pair in zip(folds.T, truth.T, strict=True)]
        dev_said, dev_truth = _grouped(on_dev, groups), _true(known, dev, groups) > 0.5
        found[name] = {
            "labels": len(groups),
            "folds_macro_f1": _mean_f1(folds >= thresholds, truth > 0.5),
            "folds_micro_f1": round(micro_f1(folds >= thresholds, truth > 0.5), 4),
            "dev_macro_f1": _mean_f1(dev_said >= thresholds, dev_truth),
            "dev_micro_f1": round(micro_f1(dev_said >= thresholds, dev_truth), 4),
        }
    return found


def _groupings() -> dict[str, Groups]:
    kindred = {e: [label for label, of in EMOTION_OF.items() if of == e] for e in EMOTIONS}
    nine = {e: labels for e, labels in kindred.items() if e not in ("gratitude", "neutral")}
    nine["trust"] = [*kindred["trust"], *kindred["gratitude"]]
    return {
        "goemotions": {label: [label] for label in EMOTION_OF},
        "ekman": EKMAN,
        "kindred": kindred,
        "nine (gratitude with trust, no neutral)": nine,
    }


def _columns(labels: Sequence[str]) -> list[int]:
    return [list(EMOTION_OF).index(label) for label in labels]


def _grouped(fine: Floats, groups: Groups) -> Floats:
    """Return the probability that at least one of a group's labels is there."""
    chances = [1 - np.prod(1 - fine[:, _columns(labels)], axis=1) for labels in groups.values()]
    return np.stack(chances, axis=1)


def _true(known: Corpus, rows: np.ndarray, groups: Groups) -> Floats:
    fine = np.stack([known.column(label)[rows] for label in FINE], axis=1)
    return np.stack([fine[:, _columns(labels)].max(axis=1) for labels in groups.values()], axis=1)


def _mean_f1(said: np.ndarray, truth: np.ndarray) -> float:
    return round(float(f1_scores(said, truth).mean()), 4)
