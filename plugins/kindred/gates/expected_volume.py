"""The number of rows to expect in a window from recent nights, and when a number is too low.

The expected number is the median of the nights of the same weekday, which neither a campaign nor an
outage of one night changes. Only nights with a window of about the same length are compared: the
rate of the first night, whose window is years long, is not that of a night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median

FEWEST_NIGHTS = 3  # below, no night is judged
FEWEST_OF_WEEKDAY = 4  # below, all weekdays are used too, and the more cautious figure is taken
A_WEEK = 7  # nights, which include all weekdays
# If seven rows are expected, chance yields none in one of a thousand nights (Poisson).
FEWEST_EXPECTED = 7
DEVIATIONS = 4
SHARE_MISSING = (
    0.3  # a smaller loss cannot be told from an ordinary night, however regular nights are
)
SHARE_OF_FEWEST = 0.25
MAD_TO_DEVIATION = 1.4826  # for a normal distribution


@dataclass(frozen=True)
class NightVolume:
    """The number of rows of a night, scaled to the length of the window in question."""

    rows: float
    is_same_weekday: bool


@dataclass(frozen=True)
class Usual:
    """The expectation for a window; `rows` is None if there are too few nights."""

    nights: int
    rows: float | None
    fewest: float
    thin_below: float
    mean: float
    which: str = "recent nights"

    @property
    def is_due(self) -> bool:
        """Whether an empty window cannot be chance, because no compared night was empty."""
        return self.rows is not None and self.rows >= FEWEST_EXPECTED and self.fewest > 0

    def is_thin(self, rows: int) -> bool:
        """Whether so few rows are beyond the nights' own spread and that of Poisson."""
        return self.rows is not None and self.rows >= FEWEST_EXPECTED and rows < self.thin_below

    def __str__(self) -> str:
        if self.rows is None:
            only = f"only {self.nights} nights to compare with" if self.nights else "no history yet"
            return f"{only}, so no number of rows can be expected"
        return f"about {self.rows:,.0f} expected, the median of {self.nights} {self.which}"


def usual(nights: Sequence[NightVolume]) -> Usual:
    """Return the expectation from nights with windows of about the same length."""
    everyday = [night.rows for night in nights]
    weekday = [night.rows for night in nights if night.is_same_weekday]
    if len(weekday) >= FEWEST_OF_WEEKDAY:
        return _of(weekday, median(weekday), _far_below(weekday), "nights of that weekday")
    if len(everyday) < FEWEST_NIGHTS:
        return Usual(len(everyday), None, 0.0, 0.0, mean(everyday or [0.0]))
    rows = min(median(everyday), median(weekday or everyday))
    thin_below = min(everyday) * SHARE_OF_FEWEST if len(everyday) >= A_WEEK else 0.0
    return _of(everyday, rows, thin_below)


def _of(
    rows: Sequence[float], expected: float, thin_below: float, which: str = Usual.which
) -> Usual:
    return Usual(len(rows), expected, min(rows), thin_below, mean(rows), which)


def _far_below(rows: Sequence[float]) -> float:
    """Return the number of rows below which a night is thin."""
    middle = median(rows)
    spread = MAD_TO_DEVIATION * median(abs(row - middle) for row in rows)
    noise = DEVIATIONS * max(sqrt(middle), spread)
    return max(middle - max(noise, SHARE_MISSING * middle), min(rows) * SHARE_OF_FEWEST)
