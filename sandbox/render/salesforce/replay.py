"""Read records of Salesforce that somebody supplies for a replay.

Salesforce answers every field that a query names, and lines written by hand leave out what they do
not say: a field that a record never named is null. One that an earlier line of the same record
named and a later one lacks stays missing, as from a vendor that stopped to send it.
"""

from __future__ import annotations

from sandbox.record_store import FOREVER
from sandbox.render import Record, SuppliedVersion
from sandbox.render.salesforce.objects import OBJECTS
from sandbox.times import instant

WITHHELD = "_withheld"  # in a record: the fields that it had and has no longer


def read(kind: str, record: Record) -> SuppliedVersion:
    """Return a supplied record as a version, shown from its stamp until it is purged."""
    sobject = OBJECTS[kind].name
    link = f"/services/data/v62.0/sobjects/{sobject}/{record['Id']}"
    stamp = instant(record["SystemModstamp"])
    whole = {"attributes": {"type": sobject, "url": link}} | record
    purged = record.get("_purgedAt")
    until = instant(purged) if purged else FOREVER
    return SuppliedVersion(str(record["Id"]), stamp, stamp, whole, until)


def mark_withheld(versions: list[Record]) -> list[Record]:
    """Write into each version of a record which fields it had before and has no longer."""
    named: set[str] = set()
    marked = []
    for record in versions:
        named |= record.keys()
        gone = sorted(named - record.keys())
        marked.append(record | {WITHHELD: gone} if gone else record)
    return marked
