"""Intervals that a reader would make from what the marts publish; each is (estimate, low, high)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, log, nan, sqrt
from typing import Any

import pandas as pd

Interval = tuple[float, float, float]


def published(row: Mapping[str, Any], name: str) -> Interval:
    """Return a figure of a mart's row with the interval beside it."""
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])


def wilson(part: float, whole: float, z: float = 1.959964) -> Interval:
    """Return a share and its Wilson score interval (Wilson 1927), as the marts' macro does."""
    if whole <= 0:
        return nan, nan, nan
    share = part / whole
    middle = (part + z * z / 2) / (whole + z * z)
    half = z * sqrt(part * (whole - part) / whole + z * z / 4) / (whole + z * z)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def difference(one: Interval, other: Interval) -> Interval:
    """Return `one` less `other` of independent groups, from their two published intervals.

    Newcombe (1998), method 10: it squares and adds the distances to the ends that matter.
    """
    (p, low, high), (q, other_low, other_high) = one, other
    return (
        p - q,
        p - q - sqrt((p - low) ** 2 + (other_high - q) ** 2),
        p - q + sqrt((high - p) ** 2 + (q - other_low) ** 2),
    )


def ratio(part: float, whole: float, other_part: float, other_whole: float, z: float) -> Interval:
    """Return the ratio of two shares and its interval on the log scale (Katz and others 1978)."""
    if min(part, other_part) <= 0:
        return nan, nan, nan
    found = (part / whole) / (other_part / other_whole)
    spread = sqrt(1 / part - 1 / whole + 1 / other_part - 1 / other_whole)
    return found, exp(log(found) - z * spread), exp(log(found) + z * spread)


def spearman(one: Iterable[float], other: Iterable[float]) -> float:
    """Return Spearman's rank correlation, ties with their mean rank; nan where one is constant."""
    pairs = pd.DataFrame({"one": list(one), "other": list(other)}).rank()
    return float(pairs["one"].corr(pairs["other"])) if len(pairs) > 1 else nan


def kappa(one: Iterable[object], other: Iterable[object]) -> float:
    """Return Cohen's kappa (1960): agreement beyond what the two shares would give by chance."""
    pairs = list(zip(one, other, strict=True))
    if not pairs:
        return nan
    labels = {label for pair in pairs for label in pair}
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    by_chance = (
        sum(
            sum(a == label for a, _ in pairs) * sum(b == label for _, b in pairs)
            for label in labels
        )
        / len(pairs) ** 2
    )
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else nan
