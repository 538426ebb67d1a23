"""Decide how many rows must fail before their share holds a batch.

One row in fifty is two per cent, just like one thousand in fifty thousand, but a share of few rows
is chance. A single row never holds its load; it is reported.
"""

from __future__ import annotations

FEW = 5


def can_hold(failed: int, rows: int) -> bool:
    """Return whether so many failed rows are more than a few, or most of the batch."""
    return failed > FEW or (failed > 1 and 2 * failed > rows)
