"""What recent nights lead us to expect of a window, and what is far from it.

The median of the same weekday's nights, so that neither a campaign nor an outage of one night
moves it. Nights are compared that asked for about as much time: the first one, which asks for
years, has a rate that says nothing of a night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median

FEWEST_NIGHTS = 3  # below, nothing is said of any night
FEWEST_OF_WEEKDAY = 4  # below, all weekdays are looked at, and the more careful figure is taken
A_WEEK = 7  # nights: all weekdays are among them
# Where seven rows are expected, none arrive by chance once in a thousand nights (Poisson).
FEWEST_EXPECTED = 7
DEVIATIONS = 4
SHARE_MISSING = 0.3  # a smaller loss is not told from an ordinary night, however even nights are
SHARE_OF_FEWEST = 0.25
MAD_TO_DEVIATION = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class NightVolume:
    """How many rows a night brought, scaled to the window that is looked at."""

    rows: float
    is_same_weekday: bool


@dataclass(frozen=True)
class Usual:
    """What is expected of a window: `rows` None where too few nights are there to say."""

    nights: int
    rows: float | None
    fewest: float
    thin_below: float
    mean: float
    which: str = "recent nights"

    @property
    def is_due(self) -> bool:
        """Whether a window without rows is beyond chance: no night of those brought none."""
        return self.rows is not None and self.rows >= FEWEST_EXPECTED and self.fewest > 0

    def is_thin(self, rows: int) -> bool:
        """Whether so few rows are far from every night, beyond Poisson's and their own spread."""
        return self.rows is not None and self.rows >= FEWEST_EXPECTED and rows < self.thin_below

    def __str__(self) -> str:
        if self.rows is None:
            only = f"only {self.nights} nights to compare with" if self.nights else "no history yet"
            return f"{only}, so nobody can say how many were due"
        return f"about {self.rows:,.0f} expected, the median of {self.nights} {self.which}"


def usual(nights: Sequence[NightVolume]) -> Usual:
    """Return what nights that asked for as much time lead us to expect."""
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
    """Return below how many rows a night is thin."""
    middle = median(rows)
    spread = MAD_TO_DEVIATION * median(abs(row - middle) for row in rows)
    noise = DEVIATIONS * max(sqrt(middle), spread)
    return max(middle - max(noise, SHARE_MISSING * middle), min(rows) * SHARE_OF_FEWEST)
