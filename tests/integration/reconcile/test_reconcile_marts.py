"""A customer who was purged at the vendor leaves the marts with the next refresh."""

from __future__ import annotations

from typing import Any

from tests.histories import marts
from tests.histories.nights import HistoryNights
from tests.integration.reconcile.purging import purge, three_people

SHOW_PEOPLE = {"customer_advocacy", "customer_attrition", "customer_segments"}


def named(found: marts.Contents, contact: str) -> set[str]:
    """Return the marts that show a customer."""
    name = marts.customer_id(contact)
    return {mart for mart, lines in found.items() if any(name in line for line in lines)}


def seen(warehouse: Any) -> marts.Contents:
    """Return the marts as their readers see them."""
    return marts.contents(lambda _: warehouse.dsn("reader"))


def test_a_purged_contact_leaves_the_marts_and_the_others_stay(warehouse, parsed):
    vendors = three_people()
    nights = HistoryNights(warehouse.dsn, vendors, target=parsed)
    nights.night()
    purge(vendors, "salesforce_contacts")
    nights.night()
    marts.bring(nights, "before")
    before = seen(warehouse)
    assert named(before, "ann") == SHOW_PEOPLE  # no night has seen it
    nights.reconcile("first")
    marts.bring(nights, "after")
    after = seen(warehouse)
    assert named(after, "ann") == set()
    assert named(after, "bob") == SHOW_PEOPLE
