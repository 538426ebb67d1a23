"""Deletions that no night can see are found by comparing ids, and end the way of all records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from purging import PURGED, compared, in_raw, purge, three_people

from kindred.pipeline.reconcile import Options
from kindred.reconciling import Bound
from kindred.sources import LOADS, SOURCES
from kindred.warehouse import reconciliations
from kindred.warehouse.connections import connect
from tests.histories.compare import read
from tests.histories.nights import Nights

NOW = Options(is_asked=True)
ORDERS = LOADS["salesforce_orders"]


@pytest.fixture
def vendors():
    return three_people()


@pytest.fixture
def nights(warehouse, vendors):
    """A warehouse that one night has filled."""
    nights = Nights(warehouse.dsn, vendors)
    nights.night()
    return nights


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("admin")) as conn:
        yield conn


@pytest.mark.parametrize("load", PURGED)
def test_a_record_that_the_vendor_purged_ends_in_raw_without_words_and_addresses(
    nights, vendors, conn, load
):
    vendors.wait(days=9)
    nights.night()
    before = read(conn)
    key = purge(vendors, load)
    nights.night()
    assert not in_raw(conn, load, key)["is_deleted"]  # no night sees it
    assert nights.reconcile("first") == [load]
    after = in_raw(conn, load, key)
    erased = dict(LOADS[load].deletions.erased)
    stamp = before[load][(key,)]["modified_at"] + timedelta(microseconds=1)
    assert after == before[load][(key,)] | erased | {"is_deleted": True, "modified_at": stamp}
    made = compared(conn, load, "first")
    assert (made.ids_in_raw, made.ids_at_vendor, made.ids_gone) == (3, 2, 1)
    assert conn.execute(
        "select count(*) from ops.changes where load = %s and batch_id = %s", [load, made.batch_id]
    ).fetchone() == (1,)


@pytest.mark.parametrize("load", PURGED)
def test_a_second_comparison_changes_nothing(nights, vendors, conn, load):
    purge(vendors, load)
    nights.reconcile("first")
    once = read(conn)
    assert nights.reconcile("second") == []
    assert read(conn) == once
    assert compared(conn, load, "second").ids_gone == 0
    assert compared(conn, load, "second").batch_id is None


def test_a_dry_run_says_what_is_gone_and_ends_nothing(nights, vendors, conn):
    purge(vendors, "salesforce_contacts")
    before = read(conn)
    assert nights.reconcile("dry", replace(NOW, is_dry_run=True)) == []
    assert read(conn) == before
    assert compared(conn, "salesforce_contacts", "dry").ids_gone == 1
    assert nights.reconcile("true") == ["salesforce_contacts"]


def test_a_contact_that_was_merged_away_is_neither_ended_again_nor_brought_back(
    nights, vendors, conn
):
    vendors.merge("ann", into="bob")
    nights.night()
    merged = in_raw(conn, "salesforce_contacts", "ann")
    purge(vendors, "salesforce_contacts")
    assert nights.reconcile("first") == []
    assert in_raw(conn, "salesforce_contacts", "ann") == merged
    assert merged["master_contact_id"] == "bob"


def test_what_lies_in_the_recycle_bin_is_left_to_the_nights(nights, vendors, conn):
    vendors.delete("ann")
    before = read(conn)
    assert nights.reconcile("first") == []
    assert read(conn) == before
    made = compared(conn, "salesforce_contacts", "first")
    assert (made.ids_at_vendor, made.ids_in_raw, made.ids_gone) == (2, 3, 0)
    nights.night()
    assert in_raw(conn, "salesforce_contacts", "ann")["is_deleted"]


def test_a_record_that_comes_back_with_a_newer_stamp_wins_over_its_tombstone(nights, vendors, conn):
    purge(vendors, "salesforce_orders")
    nights.reconcile("first")
    vendors.records["o1"].gone = None
    vendors.edit("o1", status="Draft")
    nights.night()
    order = in_raw(conn, "salesforce_orders", "o1")
    assert (order["is_deleted"], order["status"]) == (False, "Draft")


@pytest.mark.parametrize("load", [name for name in PURGED if name.startswith("salesforce_")])
def test_a_record_that_was_hidden_for_a_while_comes_back_whole_and_stays(
    nights, vendors, conn, load
):
    before = in_raw(conn, load, PURGED[load])
    purge(vendors, load)
    nights.reconcile("first")
    vendors.records[PURGED[load]].gone = None  # the permission is back, the stamp is the old one
    nights.night()
    assert in_raw(conn, load, PURGED[load])["is_deleted"]
    assert nights.reconcile("second") == [load]
    assert compared(conn, load, "second").ids_returned == 1
    back = in_raw(conn, load, PURGED[load])
    assert back == before | {"modified_at": before["modified_at"] + timedelta(microseconds=2)}
    assert nights.reconcile("third") == []


def test_a_record_that_changes_while_ids_are_compared_is_left_alone(
    nights, vendors, conn, monkeypatch
):
    """Its row is another one by the time that tombstones are written."""
    purge(vendors, "salesforce_orders")
    look_up = ORDERS.deletions.look_up

    async def later(api, ids):
        conn.execute(
            "update raw.salesforce_orders set modified_at = modified_at + interval '1 hour'"
        )
        return await look_up(api, ids)

    deletions = replace(ORDERS.deletions, look_up=later)
    load = replace(ORDERS, deletions=deletions)
    monkeypatch.setitem(SOURCES, "crm", (load,))
    assert nights.reconcile("first", replace(NOW, sources=("crm",))) == []
    assert not in_raw(conn, load.name, "o1")["is_deleted"]


def test_a_large_load_is_compared_in_several_runs_each_from_where_the_last_stopped(
    nights, vendors, conn, monkeypatch
):
    monkeypatch.setattr("kindred.sources.salesforce_ids.PAGE_SIZE", 2)
    small = replace(ORDERS.deletions, ids_at_once=2)
    monkeypatch.setitem(SOURCES, "crm", (replace(ORDERS, deletions=small),))
    options = Options(sources=("crm",), is_asked=True, bound=Bound(pages=1))
    purge(vendors, "salesforce_orders")
    nights.reconcile("first", options)
    made = compared(conn, "salesforce_orders", "first")
    assert (made.after_key, made.through_key, made.ids_in_raw, made.ids_gone) == ("", "o2", 2, 1)
    assert reconciliations.due(conn, ORDERS, timedelta(days=7)) is not None
    nights.reconcile("second", replace(options, is_asked=False))  # due: it is not behind
    made = compared(conn, "salesforce_orders", "second")
    assert (made.after_key, made.through_key, made.ids_in_raw, made.ids_gone) == ("o2", None, 1, 0)
    assert reconciliations.due(conn, ORDERS, timedelta(days=7)) is None


def test_records_that_raw_lacks_are_counted_with_the_days_to_ask_for(nights, vendors, conn):
    vendors.order("lost", by="bob")
    nights.night()
    conn.execute("delete from raw.salesforce_orders where order_id = 'lost'")
    vendors.order("new", by="bob")  # after the last night: the next one brings it
    nights.reconcile("first")
    made = compared(conn, "salesforce_orders", "first")
    stamp = vendors.records["lost"].versions[-1].key
    assert (made.ids_unknown, made.unknown_from, made.unknown_to) == (1, stamp, stamp)
    assert (made.ids_at_vendor, made.ids_in_raw, made.ids_gone) == (5, 3, 0)
