"""How many rows have to be wrong before their share holds a batch.

One in fifty is two per cent, and so is one in fifty thousand wrong in another way: a share of few
rows is chance. A single row never holds its load; it is reported.
"""

from __future__ import annotations

FEW = 5


def can_hold(failed: int, rows: int) -> bool:
    """Say whether so many failed rows of a batch are more than a few, or most of it."""
    return failed > FEW or (failed > 1 and 2 * failed > rows)
