"""When a load has to be compared: by what is published, never by the wall clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kindred.cli import deletions
from kindred.pipeline.reconcile import Options
from kindred.sources import LOADS
from kindred.warehouse import reconciliations
from tests.histories.nights import HistoryNights
from tests.integration.reconcile.purging import compared, purge

CONTACTS, STATUSES = LOADS["salesforce_contacts"], LOADS["mastodon_statuses"]
WEEK = timedelta(days=7)
DUE = Options()
NOW = Options(is_asked=True)


@pytest.fixture
def nights(warehouse, vendors):
    return HistoryNights(warehouse.dsn, vendors)


def nightly(nights, days):
    for _ in range(days):
        nights.night(["crm", "social"])


def test_an_empty_warehouse_and_a_load_that_cannot_be_compared_are_never_due(nights, conn):
    assert [reconciliations.due(conn, load, WEEK) for load in LOADS.values()] == [None] * len(LOADS)
    assert nights.reconcile("first") == []
    assert reconciliations.of_run(conn, "first") == []


def test_a_load_is_due_once_a_week_and_not_before(nights, conn):
    nightly(nights, 7)
    assert reconciliations.due(conn, CONTACTS, WEEK) is None
    nightly(nights, 1)
    assert reconciliations.due(conn, CONTACTS, WEEK) == "not compared for 7 days"
    nights.reconcile("first", DUE)
    assert reconciliations.due(conn, CONTACTS, WEEK) is None
    nights.reconcile("second", DUE)  # nothing is due
    assert reconciliations.of_run(conn, "second") == []
    nightly(nights, 7)
    assert reconciliations.due(conn, CONTACTS, WEEK) == "not compared for 7 days"


@pytest.mark.parametrize(("load", "days"), [(CONTACTS, 15), (STATUSES, 7)])
@pytest.mark.parametrize("is_longer", [True, False])
def test_a_source_away_for_longer_than_its_vendor_tells_of_deletions_is_due_at_once(
    nights, vendors, conn, load, days, is_longer
):
    nightly(nights, 1)
    nights.reconcile("first")
    vendors.wait(days=days - 1 + is_longer)
    nightly(nights, 1)
    reason = reconciliations.due(conn, load, timedelta(days=1000))
    away = f"away for {days + 1} days, and the vendor reports deletions for {days}"
    assert reason == (away if is_longer else None)
    nights.reconcile("second", replace(DUE, every=timedelta(days=1000)))
    assert reconciliations.due(conn, load, timedelta(days=1000)) is None


def test_a_first_night_over_years_and_a_backfill_are_no_absence(nights, conn):
    nightly(nights, 2)
    assert reconciliations.due(conn, CONTACTS, timedelta(days=1000)) is None


def test_a_dry_run_and_a_lost_batch_leave_a_load_due(nights, vendors, conn):
    nightly(nights, 8)
    nights.reconcile("dry", replace(NOW, is_dry_run=True))
    assert reconciliations.due(conn, CONTACTS, WEEK)
    purge(vendors, "salesforce_contacts")
    nights.reconcile("lost")
    conn.execute("update ops.loads set status = 'failed' where run_id = 'lost'")
    assert reconciliations.due(conn, CONTACTS, WEEK) == "not compared for 7 days"
    assert compared(conn, "salesforce_contacts", "lost").ids_gone == 1


def test_the_command_line_says_what_is_due_why_and_what_to_type(nights, warehouse):
    nightly(nights, 8)
    lines = deletions.due(warehouse.dsn("admin"))
    assert lines[0] == (
        "salesforce_contacts: deletions may be unseen, not compared for 7 days:"
        " `kindred reconcile --source crm`"
    )
    assert len(lines) == sum(load.deletions is not None for load in LOADS.values())
    through = deletions.compared_through(warehouse.dsn("admin"))
    assert set(through.values()) == {None}
    nights.reconcile("first")
    assert deletions.due(warehouse.dsn("admin")) == []
    assert None not in deletions.compared_through(warehouse.dsn("admin")).values()


def test_the_command_line_reads_what_a_run_compared_and_what_became_of_it(
    nights, vendors, warehouse
):
    nightly(nights, 1)
    purge(vendors, "salesforce_contacts")
    nights.reconcile("first")
    (contacts, *others) = deletions.compared(warehouse.dsn("admin"), "first")
    assert (contacts.load, contacts.ids_gone, contacts.rows_published, contacts.status) == (
        "salesforce_contacts", 1, 1, "published",
    )  # fmt: skip
    assert {one.status for one in others} == {None}


@pytest.mark.parametrize(("days", "told"), [(14, []), (15, ["crm"]), (7, [])])
def test_a_night_after_a_long_absence_says_what_it_cannot_see(nights, vendors, caplog, days, told):
    nightly(nights, 1)
    vendors.wait(days=days)
    with caplog.at_level("WARNING", "kindred.pipeline.ingest"):
        nights.night(["crm"])
    lines = [line for line in caplog.messages if line.startswith("salesforce_contacts: away")]
    assert ["crm" for line in lines if "`kindred reconcile --source crm`" in line] == told
