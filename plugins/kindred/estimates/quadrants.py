"""Compare stated with derived importance: what customers say matters, and what does.

This is the importance-performance grid of Martilla and James (1977) with derived importance in
place of performance: what customers say against what is associated with their connection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kindred.estimates.pairwise_moments import Floats
from kindred.estimates.relative_importance import Importance

_NAMES = {
    (True, True): "key_driver",
    (False, True): "hidden_driver",
    (True, False): "claimed",
    (False, False): "low",
}


@dataclass(frozen=True)
class Quadrants:
    """Each touchpoint's quadrant, and the cuts above which importance is high.

    quadrant: [p], key_driver (stated and derived high), hidden_driver (derived only), claimed
        (stated only), low, or None if one of the two is unknown.
    is_certain: [p], whether the data exclude that derived importance is on the cut's other side.
    """

    quadrant: list[str | None]
    is_certain: npt.NDArray[np.bool_]
    stated_cut: float
    derived_cut: float


def quadrants(stated: Floats, derived: Importance) -> Quadrants:
    """Classify touchpoints by stated and derived importance, cut at the medians of those with both.

    The cuts are medians, because one strong touchpoint would raise the mean of the shares above
    others that matter. Half of all touchpoints are then high whatever the data, so a driver is
    certain only if its share's interval is above the cut and its weight's interval above 0.

    Args:
        stated: [p], mean stated importance on any scale, NaN if not asked.
        derived: The importance of the same touchpoints in the same order.
    """
    share = derived.share
    is_known = np.isfinite(stated) & np.isfinite(share.value)
    stated_cut, derived_cut = _median(stated[is_known]), _median(share.value[is_known])
    claims, drives = stated > stated_cut, share.value > derived_cut
    found = [
        _NAMES[bool(claim), bool(drive)] if known else None
        for claim, drive, known in zip(claims, drives, is_known, strict=True)
    ]
    is_driver = drives & (share.low > derived_cut) & derived.is_above_chance
    is_none = ~drives & (share.high < derived_cut)
    return Quadrants(found, is_known & (is_driver | is_none), stated_cut, derived_cut)


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")
