"""The trained scorer, which turns plain words into probabilities with one weights file, read once.

There are two layers. In the first, each head sums its weights of a text's features, scaled by their
joint length. Valence and each emotion have two heads, one trained on comments on any subject and
one on customers. A gate estimates how far a text is a customer's (a mixture of experts: Jacobs et
al., Neural Computation 1991). The second layer mixes the heads, so that scores that usually occur
together support each other and probabilities are calibrated. Long sums are of integers and short
ones run in a fixed order, so a text's scores do not depend on other texts, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from kindred.text_emotions.features import expand, is_whole, parts
from kindred.text_emotions.labels import EMOTIONS, MOTIVATORS
from kindred.text_emotions.weights import Weights, read

_FELT = ("valence", *EMOTIONS)
HEADS = (
    *(f"elsewhere {felt}" for felt in _FELT),
    *(f"customers {felt}" for felt in _FELT),
    *MOTIVATORS,
    "gate",
)

Floats = npt.NDArray[np.float64]
_MOST_PARTS_KEPT = 200_000


class Model:
    """A scorer of plain words. It caches the columns of known parts, which changes no score."""

    def __init__(self, weights: Weights) -> None:
        self.version = weights.version
        self.thresholds = {
            score: float(threshold)
            for score, threshold in zip(weights.scores, weights.thresholds, strict=True)
            if not np.isnan(threshold)
        }
        self._weights = weights
        self._at = {feature: at for at, feature in enumerate(weights.features)}
        self._ratings = dict(zip(weights.rated, weights.ratings.tolist(), strict=True))
        whole = [at for at, feature in enumerate(weights.features) if is_whole(feature)]
        self._whole = {weights.features[at]: column for column, at in enumerate(whole, 1)}
        known = 1 + len(whole)
        self._table = np.zeros((len(weights.step) + 1, known + (1 << 14)), np.int64)
        self._table[:, 1:known] = _weighed(weights, whole)
        self._forget()

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return scores from 0 to 1, [texts, scores]. A text must have at least a word or sign."""
        bags = [parts(text) for text in texts]
        columns = self._columns(bags)
        starts = np.cumsum([0, *map(len, bags[:-1])])
        sums = np.add.reduceat(self._table.take(columns, axis=1), starts, axis=1)
        if len(self._known) > _MOST_PARTS_KEPT:
            self._forget()
        lengths = np.sqrt(np.maximum(sums[-1:], 1))
        heads = (sums[:-1] / lengths).T * self._weights.step + self._weights.constants
        return _probabilities(gated(heads), self._weights)

    def _forget(self) -> None:
        self._known = self._whole.copy()
        self._used = 1 + len(self._whole)  # column 0 stays empty, for parts unknown to the model

    def _columns(self, bags: list[list[str]]) -> npt.NDArray[np.intp]:
        """Return the columns of the parts of all texts, one text after the other."""
        every = list(chain.from_iterable(bags))
        columns = np.fromiter(map(self._known.get, every, repeat(-1)), np.intp, len(every))
        missing = np.flatnonzero(columns < 0).tolist()
        self._learn(sorted({every[at] for at in missing if not is_whole(every[at])}))
        columns[missing] = [self._known.get(every[at], 0) for at in missing]
        return columns

    def _learn(self, unknown: list[str]) -> None:
        """Sum the weights of each part's features, and store the sums in a column of the table."""
        at = self._at
        found = [[at[f] for f in expand(part, self._ratings) if f in at] for part in unknown]
        weighed = [part for part, features in zip(unknown, found, strict=True) if features]
        self._known |= dict.fromkeys(unknown, 0)
        if not weighed:
            return
        end = self._used + len(weighed)
        self._known |= zip(weighed, range(self._used, end), strict=True)
        while end > self._table.shape[1]:
            self._table = np.concatenate([self._table, np.zeros_like(self._table)], axis=1)
        starts = np.cumsum([0, *(len(features) for features in found if features)])[:-1]
        weights = _weighed(self._weights, list(chain.from_iterable(found)))
        self._table[:, self._used : end] = np.add.reduceat(weights, starts, axis=1)
        self._used = end


def _weighed(weights: Weights, features: list[int]) -> npt.NDArray[np.int64]:
    """Return [heads + 1, features]: each feature's value times its weight; last, its square."""
    values = weights.values[features].astype(np.int64)
    return np.vstack([weights.rows[features].T * values, np.square(values)])


@cache
def shipped() -> Model:
    """Return the shipped model, read at the first call."""
    return Model(read())


def gated(heads: Floats) -> Floats:
    """Return the second layer's inputs, [texts, heads], with each expert weighted by the gate."""
    gate = _logistic(heads[:, -1:])
    elsewhere, customers, about = np.split(heads[:, :-1], [len(_FELT), 2 * len(_FELT)], axis=1)
    return np.hstack([elsewhere * (1 - gate), customers * gate, about, gate])


def _probabilities(inputs: Floats, weights: Weights) -> Floats:
    z = np.tile(weights.intercepts, (len(inputs), 1))
    for column, shares in zip(inputs.T, weights.mixture, strict=True):
        z += column[:, None] * shares
    return _logistic(z)


def _logistic(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))
