"""Features as a regression wants them: standardised, with nothing missing and nothing hidden.

What is not known takes the mean, and a column of its own says that it was not known: a customer
whom nobody could ask is not the average customer. Means and spreads are those of the rows that were
learned from, whatever rows come later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """The way from features to columns: the features in their order, then the unknowns.

    `gaps` are the features that have a column for "not known": those with a gap in what was learned
    from. `means` and `spreads` belong to the columns.
    """

    features: tuple[str, ...]
    gaps: npt.NDArray[np.intp]
    means: Floats
    spreads: Floats

    @classmethod
    def learn(cls, features: tuple[str, ...], values: Floats) -> Columns:
        """Learn from rows by features, NaN where not known.

        Raises:
            ValueError: a value is infinite, or the names do not fit the values.
        """
        _refuse(features, values)
        gaps = np.flatnonzero(np.isnan(values).any(axis=0))
        moments = np.array([_mean_and_spread(column) for column in _with_gaps(values, gaps)])
        return cls(features, gaps, moments[:, 0], moments[:, 1])

    def of(self, values: Floats) -> Floats:
        """Return rows by columns; where a feature has its first gap, it takes the mean.

        Raises:
            ValueError: a value is infinite, or the names do not fit the values.
        """
        _refuse(self.features, values)
        found = np.empty((len(values), len(self.means)))
        for at, column in enumerate(_with_gaps(values, self.gaps)):
            found[:, at] = (column - self.means[at]) / self.spreads[at]
        found[np.isnan(found)] = 0
        return found

    def by_feature(self, contributions: Floats) -> Floats:
        """Add to each feature's contribution that of its being known or not (rows by columns)."""
        found = contributions[:, : len(self.features)].copy()
        found[:, self.gaps] += contributions[:, len(self.features) :]
        return found


def _with_gaps(values: Floats, gaps: npt.NDArray[np.intp]) -> Iterator[Floats]:
    """Give one column at a time: there may be millions of rows."""
    yield from values.T
    for at in gaps:
        yield np.isnan(values[:, at]).astype(np.float64)


def _mean_and_spread(column: Floats) -> tuple[float, float]:
    """Return those of what is known; a column that is the same everywhere has spread 1."""
    known = column[~np.isnan(column)]
    if not len(known):
        return 0.0, 1.0
    mean, spread = float(known.mean()), float(known.std())
    return mean, spread if spread > 1e-12 * abs(mean) else 1.0


def _refuse(features: tuple[str, ...], values: Floats) -> None:
    if values.ndim != 2 or values.shape[1] != len(features):
        raise ValueError("values must be rows by the named features")
    endless = np.isinf(values).any(axis=0)
    if endless.any():
        raise ValueError(f"infinite values in {features[int(endless.argmax())]}")
