"""The trained scorer: one weights file, read once, that turns plain words into probabilities.

Two layers. In the first, each head adds up its weights of a text's features, scaled by their joint
length: for valence and each emotion one that learned from comments on anything and one that learned
from customers, and a gate that tells how much a text is a customer's (a mixture of experts: Jacobs
et al., Neural Computation 1991). The second mixes the heads so that what usually comes together
supports each other and a probability means what it says. The long sums are of whole numbers, and
the short ones run in a fixed order: a text's scores do not depend, to the last bit, on the texts
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from kindred.feeling.features import expand, is_whole, parts
from kindred.feeling.names import EMOTIONS, MOTIVATORS
from kindred.feeling.weights import Weights, read

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
    """Scores of plain words. Remembers the rows of parts it has met, which changes no score."""

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
        self._whole = {weights.features[at]: row for row, at in enumerate(whole, start=1)}
        self._table = np.zeros((len(whole) + (1 << 14), len(weights.step)), np.int32)
        self._squares = np.zeros(len(self._table), np.int64)
        values = weights.values[whole].astype(np.int32)
        self._table[1 : 1 + len(whole)] = values[:, None] * weights.rows[whole]
        self._squares[1 : 1 + len(whole)] = np.square(values)
        self._forget()

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return texts by scores, each from 0 to 1. Every text has at least one word or sign."""
        bags = [parts(text) for text in texts]
        every = list(chain.from_iterable(bags))
        unseen = set(every) - self._known.keys()
        self._learn(sorted(part for part in unseen if not is_whole(part)))
        rows = np.fromiter(map(self._known.get, every, repeat(0)), np.intp, len(every))
        starts = np.cumsum([0, *map(len, bags[:-1])])
        sums = np.add.reduceat(self._table[rows], starts, axis=0, dtype=np.int64)
        squares = np.add.reduceat(self._squares[rows], starts)
        if len(self._known) > _MOST_PARTS_KEPT:
            self._forget()
        heads = sums / np.sqrt(np.maximum(squares, 1))[:, None] * self._weights.step
        return _probabilities(gated(heads + self._weights.constants), self._weights)

    def _forget(self) -> None:
        self._known = self._whole.copy()
        self._used = 1 + len(self._whole)  # row 0 stays empty, for what the model does not know

    def _learn(self, unknown: list[str]) -> None:
        """Add up the weights of each part's features and keep them in a row of the table."""
        at = self._at
        found = [[at[f] for f in expand(part, self._ratings) if f in at] for part in unknown]
        weighed = [part for part, features in zip(unknown, found, strict=True) if features]
        self._known |= dict.fromkeys(unknown, 0)
        if not weighed:
            return
        end = self._used + len(weighed)
        self._known |= zip(weighed, range(self._used, end), strict=True)
        while end > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._squares = np.concatenate([self._squares, np.zeros_like(self._squares)])
        features = list(chain.from_iterable(found))
        starts = np.cumsum([0, *(len(features) for features in found if features)])[:-1]
        values = self._weights.values[features].astype(np.int32)
        weights = values[:, None] * self._weights.rows[features]
        self._table[self._used : end] = np.add.reduceat(weights, starts)
        self._squares[self._used : end] = np.add.reduceat(np.square(values), starts)
        self._used = end


@cache
def shipped() -> Model:
    """Return the shipped model, read at the first call."""
    return Model(read())


def gated(heads: Floats) -> Floats:
    """Return the second layer's inputs, texts by heads: each expert as far as the gate lets it."""
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
