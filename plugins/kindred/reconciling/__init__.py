"""Reconcile: compare the ids that raw holds of a load with the vendor's, and land what is gone.

    comparing.py   range by range: raw's ids, the vendor's, and what is in one of them only
    raw_ids.py     what raw holds
    returning.py   what was ended and is at the vendor after all
    tombstones.py  the batch of what is gone, which then goes the way of all batches

A vendor forgets its deletions, and a night looks only so far back. Raw is read first and the
vendor asked afterwards, so that what is created or changed meanwhile cannot look gone; and what
is missing from a list is asked for once more by its id. What raw lacks is only reported.
"""

from kindred.reconciling.comparing import Bound, reconcile
from kindred.reconciling.tombstones import tombstone

__all__ = ["Bound", "reconcile", "tombstone"]
