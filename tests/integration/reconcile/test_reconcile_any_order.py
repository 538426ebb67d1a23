"""Comparisons, nights and backfills end with the same bytes, in any order and however often."""

from __future__ import annotations

import pytest

from kindred.loads import Window
from kindred.pipeline.environment import Run
from kindred.sources import SOURCES
from kindred.warehouse.connections import connect
from tests.histories.compare import read
from tests.histories.nights import HistoryNights
from tests.integration.reconcile.purging import purge, three_people


def backfill(nights, number):
    days = Window(nights.begins, nights.midnight(-1))
    for source in SOURCES:
        nights.ingest(source, Run(f"backfill {number}", days, is_backfill=True))


STEPS = {
    "night": lambda nights, _: nights.night(),
    "reconcile": lambda nights, number: nights.reconcile(f"reconcile {number}"),
    "backfill": backfill,
}


def end_of(warehouse, *steps):
    """Go a way after a contact and a post were purged; return raw."""
    warehouse.empty()
    vendors = three_people()
    nights = HistoryNights(warehouse.dsn, vendors)
    nights.night()
    vendors.wait(days=9)
    nights.night()
    purge(vendors, "salesforce_contacts")
    purge(vendors, "mastodon_statuses")
    vendors.edit("o2", status="Draft")
    for number, step in enumerate(steps):
        STEPS[step](nights, number)
    with connect(warehouse.dsn("admin")) as conn:
        return read(conn)


@pytest.fixture(scope="module")
def straight(warehouse_server):
    """Raw after the straight way."""
    return end_of(warehouse_server, "night", "reconcile")


@pytest.mark.parametrize(
    "steps",
    [
        ("reconcile", "night"),
        ("reconcile", "night", "backfill", "reconcile"),
        ("backfill", "reconcile", "night", "backfill"),
        ("reconcile", "reconcile", "night"),
    ],
    ids=" > ".join,
)
def test_any_order_ends_with_the_same_bytes(warehouse, straight, steps):
    ended = [row for load in straight.values() for row in load.values() if row.get("is_deleted")]
    assert len(ended) == 2
    assert end_of(warehouse, *steps) == straight
