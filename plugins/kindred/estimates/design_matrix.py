"""The design matrix of a regression: standardised features, with an indicator for missing values.

A missing value is replaced by the mean, and a separate column marks it as missing, because a
customer who could not be asked is not an average customer. Means and spreads are those of the
training rows, whatever rows come later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """The mapping from features to columns: the features in their order, then the indicators.

    `gaps` are the features with an indicator column: those with a missing value in the training
    rows. `means` and `spreads` are those of the columns.
    """

    features: tuple[str, ...]
    gaps: npt.NDArray[np.intp]
    means: Floats
    spreads: Floats

    @classmethod
    def learn(cls, features: tuple[str, ...], values: Floats) -> Columns:
        """Learn the mapping from values, [rows, features], with NaN for a missing value.

        Raises:
            ValueError: A value is infinite, or the names do not match the values.
        """
        _refuse(features, values)
        gaps = np.flatnonzero(np.isnan(values).any(axis=0))
        moments = np.array([_mean_and_spread(column) for column in _with_gaps(values, gaps)])
        return cls(features, gaps, moments[:, 0], moments[:, 1])

    def of(self, values: Floats) -> Floats:
        """Return [rows, columns]; a feature without an indicator takes the mean if it is missing.

        Raises:
            ValueError: A value is infinite, or the names do not match the values.
        """
        _refuse(self.features, values)
        found = np.empty((len(values), len(self.means)))
        for at, column in enumerate(_with_gaps(values, self.gaps)):
            found[:, at] = (column - self.means[at]) / self.spreads[at]
        found[np.isnan(found)] = 0
        return found

    def by_feature(self, contributions: Floats) -> Floats:
        """Return contributions, [rows, features], with each indicator's added to its feature's."""
        found = contributions[:, : len(self.features)].copy()
        found[:, self.gaps] += contributions[:, len(self.features) :]
        return found


def _with_gaps(values: Floats, gaps: npt.NDArray[np.intp]) -> Iterator[Floats]:
    """Yield one column at a time, because there may be millions of rows."""
    yield from values.T
    for at in gaps:
        yield np.isnan(values[:, at]).astype(np.float64)


def _mean_and_spread(column: Floats) -> tuple[float, float]:
    """Return the mean and spread of the known values; a constant column has spread 1."""
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
