"""Features as a regression wants them: standardised, with nothing missing and nothing hidden.

What is not known takes the mean, and a column of its own says that it was not known: a customer
whom nobody could ask is not the average customer. Means and spreads are those of the rows that were
learned from, whatever rows come later.
"""

from __future__ import annotations

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
        raw = _with_gaps(values, gaps)
        known = np.maximum((~np.isnan(raw)).sum(axis=0), 1)
        means = np.nansum(raw, axis=0) / known
        spreads = np.sqrt(np.nansum(np.square(raw - means), axis=0) / known)
        spreads[spreads <= 1e-12 * np.abs(means)] = 1  # the same everywhere: a column of zeros
        return cls(features, gaps, means, spreads)

    def of(self, values: Floats) -> Floats:
        """Return rows by columns; where a feature has its first gap, it takes the mean.

        Raises:
            ValueError: a value is infinite, or the names do not fit the values.
        """
        _refuse(self.features, values)
        found = (_with_gaps(values, self.gaps) - self.means) / self.spreads
        found[np.isnan(found)] = 0
        return found

    def by_feature(self, contributions: Floats) -> Floats:
        """Add to each feature's contribution that of its being known or not (rows by columns)."""
        found = contributions[:, : len(self.features)].copy()
        found[:, self.gaps] += contributions[:, len(self.features) :]
        return found


def _with_gaps(values: Floats, gaps: npt.NDArray[np.intp]) -> Floats:
    return np.hstack([values, np.isnan(values[:, gaps])])


def _refuse(features: tuple[str, ...], values: Floats) -> None:
    if values.ndim != 2 or values.shape[1] != len(features):
        raise ValueError("values must be rows by the named features")
    endless = np.isinf(values).any(axis=0)
    if endless.any():
        raise ValueError(f"infinite values in {features[int(endless.argmax())]}")
