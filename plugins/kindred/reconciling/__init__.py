"""Reconcile: compare the ids of a load in raw with the vendor's, and land what is gone.

    comparing.py   range by range: ids in raw, at the vendor, and in only one of them
    raw_ids.py     the ids in raw
    returning.py   records with a tombstone that the vendor has after all
    tombstones.py  the batch of tombstones, which is then gated and published like any other

A vendor keeps deletions for a limited time, and a night looks back only so far. Raw is read before
the vendor is queried, so that a record created or changed meanwhile cannot seem gone. An id that is
missing in the vendor's list is looked up once more. What raw lacks is only reported.
"""

from kindred.reconciling.comparing import Bound, reconcile
from kindred.reconciling.tombstones import tombstone

__all__ = ["Bound", "reconcile", "tombstone"]
