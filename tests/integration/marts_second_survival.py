"""Kaplan and Meier once more, from single lives in numpy, as a textbook writes it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Life = tuple[str, int, bool]  # tier at entry, months watched, has left at their end


def lives(months: Iterable[tuple[str, str, bool]]) -> list[Life]:
    """Return the lives of customers from the first measured month in which they are there.

    Args:
        months: customer, tier and has_left of each complete month, in order of customer and month.
    """
    stories: dict[str, list[tuple[str, bool]]] = {}
    for customer, tier, has_left in months:
        story = stories.setdefault(customer, [])
        if story or (tier != "unmeasured" and not has_left):
            story.append((tier, has_left))
    found = []
    for story in stories.values():
        if story:
            gone = [has_left for _, has_left in story]
            watched = gone.index(True) if True in gone else len(gone) - 1
            found.append((story[0][0], watched, True in gone))
    return found


def curve(group: list[Life], z: float) -> list[tuple[float, float | None, float | None]]:
    """Return survival and its log-log interval for each month from entry to the longest life."""
    watched = np.array([months for _, months, _ in group])
    left = np.array([has_left for _, _, has_left in group])
    survival, spread, found = 1.0, 0.0, []
    for month in range(watched.max() + 1):
        at_risk = np.count_nonzero(watched >= month)
        gone = np.count_nonzero(left & (watched == month))
        survival *= 1 - gone / at_risk
        spread += gone / (at_risk * (at_risk - gone)) if at_risk > gone else 0
        low = high = None
        if 0 < survival < 1:
            width = z * np.sqrt(spread)
            middle = np.log(-np.log(survival))
            low = float(np.exp(-np.exp(middle + width / abs(np.log(survival)))))
            high = float(np.exp(-np.exp(middle - width / abs(np.log(survival)))))
        found.append((survival, low, high))
    return found
