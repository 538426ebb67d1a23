"""Two layers: heads fitted on features, and scores fitted on what the heads say of unseen texts.

A head knows the texts it learned from too well. So the second layer learns from out-of-fold sums:
what the heads of the other folds say of a text. Its own figures are cross-fitted in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from kindred.text_emotions.labels import MOTIVATORS
from training.corpus import FOLDS, Corpus
from training.fit import Floats, Head, fit
from training.heads import ELSEWHERE_COUNTS, heads_of

_PENALTY = 1.0
_OWN_COUNTS = 2.0


@dataclass(frozen=True)
class Mixture:
    """Inputs by scores, and a constant a score: chances are expit(inputs @ shares + constants)."""

    shares: Floats
    constants: Floats

    def probabilities(self, inputs: Floats) -> Floats:
        """Return texts by scores."""
        return np.asarray(expit(inputs @ self.shares + self.constants))


def out_of_fold(corpus: Corpus, names: tuple[str, ...]) -> Floats:
    """Return texts by heads: each text's sums by heads that were taught without its fold."""
    sums = np.empty((len(corpus.folds), len(names)))
    for fold in range(FOLDS):
        unseen = corpus.folds == fold
        found, constants = fit(corpus.features, heads_of(corpus, ~unseen, names))
        sums[unseen] = corpus.features[unseen] @ found + constants
    return sums


def mix(
    corpus: Corpus,
    inputs: Floats,
    names: Sequence[str],
    scores: Sequence[str],
    within: npt.NDArray[np.bool_],
) -> Mixture:
    """Fit the second layer on the training texts that are `within`.

    Motivators are mixed with motivators, everything else with everything else: what is felt
    should not decide what it is about.

    Args:
        corpus: the texts and their targets.
        inputs: texts by what the first layer says of each.
        names: the inputs' names.
        scores: the targets.
        within: the texts to learn from.
    """
    shares, constants = np.zeros((len(names), len(scores))), np.zeros(len(scores))
    for about in (True, False):
        columns = [i for i, score in enumerate(scores) if (score in MOTIVATORS) == about]
        rows = [i for i, name in enumerate(names) if (name in MOTIVATORS) == about]
        if columns:
            heads = [_head(corpus, scores[column], within) for column in columns]
            found, constants[columns] = fit(sparse.csr_matrix(inputs[:, rows]), heads)
            shares[np.ix_(rows, columns)] = found
    return Mixture(shares, constants)


def cross_fitted(
    corpus: Corpus, inputs: Floats, names: Sequence[str], scores: Sequence[str]
) -> Floats:
    """Return the probabilities of each text by both layers taught without its fold."""
    found = np.empty((len(inputs), len(scores)))
    for fold in range(FOLDS):
        unseen = corpus.folds == fold
        mixture = mix(corpus, inputs, names, scores, ~unseen)
        found[unseen] = mixture.probabilities(inputs[unseen])
    return found


def counted(corpus: Corpus, score: str) -> npt.NDArray[np.bool_]:
    """Return the training texts that a score must be right about.

    Values held in an argument taught the motivators, but a probability is for customers' words.
    """
    known = ~np.isnan(corpus.column(score))
    if score in MOTIVATORS:
        known = (known | (corpus.sources == "goemotions")) & (corpus.sources != "valueeval")
    return known & ~corpus.is_dev


def truths(corpus: Corpus, score: str) -> Floats:
    """Return the target of each text, 0 for a motivator in a comment from elsewhere."""
    return np.nan_to_num(corpus.column(score), nan=0.0)


def counts(corpus: Corpus, score: str) -> Floats:
    """Return how much each text counts when a score is calibrated."""
    elsewhere = ELSEWHERE_COUNTS if score in MOTIVATORS else 1.0
    own = corpus.sources == "own"
    return np.where(
        own,
        1.0 if score == "valence" else _OWN_COUNTS,
        np.where(corpus.sources == "goemotions", elsewhere, 1.0),
    )


def _head(corpus: Corpus, score: str, within: npt.NDArray[np.bool_]) -> Head:
    rows = np.flatnonzero(within & counted(corpus, score))
    return Head(rows, truths(corpus, score)[rows], counts(corpus, score)[rows], _PENALTY)
