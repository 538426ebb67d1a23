"""A vendor that answers half, or a permission that was lost, ends nobody without a question."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from harness.vendors import InProcessVendors
from kindred.errors import GateError
from kindred.gates.mass_deletion import few_gone
from kindred.pipeline import held_batches, reconcile
from kindred.pipeline.reconcile import NotCompared, Options
from kindred.reconciling.tombstones import TombstoneWriter
from kindred.sources import SOURCES, VENDORS
from tests.histories.compare import read
from tests.histories.nights import Killed
from tests.integration.reconcile.purging import compared, in_raw, purge

CONTACTS, STATUSES = "salesforce_contacts", "mastodon_statuses"
NOW = Options(is_asked=True)


@pytest.mark.parametrize(
    ("in_raw", "gone", "is_passed"),
    [
        (1000, 50, True),  # five in a hundred
        (1000, 51, False),
        (100, 20, True),  # a few
        (100, 21, False),
        (12, 6, True),  # up to a half of next to nothing
        (12, 7, False),
        (2, 1, True),
        (1, 1, False),  # all there is
        (10**6, 50_000, True),
        (10**6, 10**6, False),
        (0, 0, True),
    ],
)
def test_a_share_or_a_few_may_be_gone_and_never_most(in_raw, gone, is_passed):
    made = SimpleNamespace(ids_in_raw=in_raw, ids_gone=gone)
    assert few_gone(made, 0.05).is_passed is is_passed


def held_batch(conn, load):
    row = conn.execute(
        "select batch_id, message from ops.loads where load = %s and status = 'held'", [load]
    ).fetchone()
    assert row is not None
    return row


def lose_all(vendors, kind):
    for record in vendors.of(kind):
        record.gone = vendors.now
    vendors.wait(minutes=1)


@pytest.mark.parametrize(("load", "kind"), [(CONTACTS, "contacts"), (STATUSES, "statuses")])
def test_a_load_of_which_the_vendor_has_nothing_is_held_and_ends_when_a_person_says_so(
    nights, vendors, conn, warehouse, load, kind
):
    before = read(conn)
    lose_all(vendors, kind)
    assert nights.reconcile("first") == []
    assert read(conn) == before
    batch_id, message = held_batch(conn, load)
    assert "few_gone" in message
    conn.execute("update ops.loads set gated_at = now() - interval '9 days' where status = 'held'")
    source = "crm" if load == CONTACTS else "social"
    assert "3 rows changed" in held_batches.release(
        source, batch_id, "purged", warehouse.dsn("loader")
    )
    assert all(row["is_deleted"] for row in read(conn)[load].values())


def test_a_held_comparison_is_not_replaced_but_made_again(nights, vendors, conn):
    lose_all(vendors, "contacts")
    nights.reconcile("first")
    batch_id, _ = held_batch(conn, CONTACTS)
    with pytest.raises(GateError, match="kindred reconcile --source crm"):
        held_batches.replace("crm", batch_id, "again", nights)
    for record in vendors.of("contacts"):  # the permission is back
        record.gone = None
    assert nights.reconcile("second") == []
    states = conn.execute("select status from ops.loads where batch_id = %s", [batch_id]).fetchone()
    assert states == ("superseded",)
    assert conn.execute("select count(*) from held.salesforce_contacts").fetchone() == (0,)
    assert not in_raw(conn, CONTACTS, "ann")["is_deleted"]


def test_a_comparison_that_is_held_again_takes_the_place_of_the_first(nights, vendors, conn):
    lose_all(vendors, "contacts")
    nights.reconcile("first")
    first, _ = held_batch(conn, CONTACTS)
    nights.reconcile("second")
    second, _ = held_batch(conn, CONTACTS)
    assert second > first
    assert conn.execute("select count(*) from held.salesforce_contacts").fetchone() == (3,)


def test_a_comparison_retires_no_batch_of_a_night_and_moves_no_cursor(nights, vendors, conn):
    run = nights.night(["call_center", "social"])
    nights.land("crm", run)
    nights.check("crm", run, "hold")
    cursors = conn.execute("select load, through from ops.cursors order by load").fetchall()
    purge(vendors, CONTACTS)
    assert nights.reconcile("first") == [CONTACTS]
    held_now = conn.execute("select count(*) from ops.loads where status = 'held'").fetchone()
    assert held_now == (len(SOURCES["crm"]),)
    assert conn.execute("select load, through from ops.cursors order by load").fetchall() == cursors


def harmed(monkeypatch, **fault):
    """Have every vendor of the next comparison harmed by a fault."""

    class Harmed(InProcessVendors):
        def __init__(self, world):
            super().__init__(world)
            self.harm(**fault)

    monkeypatch.setattr("tests.histories.nights.InProcessVendors", Harmed)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/salesforce/services/data", "empty_day"),
        ("/salesforce/services/data", "html_page"),
        ("/salesforce/services/data", "truncated"),
        ("/salesforce/services/data", "wrong_type"),
        ("/salesforce/services/data", "missing_key"),
        ("/mastodon/api/v1/statuses", "empty_day"),
        ("/mastodon/api/v1/statuses", "html_page"),
        ("/mastodon/api/v1/statuses", "truncated"),
        ("/mastodon/api/v1/statuses", "wrong_type"),
    ],
)
def test_a_vendor_that_answers_wrongly_ends_nobody(nights, conn, monkeypatch, path, kind):
    before, field = read(conn), "Id" if "salesforce" in path else "id"
    harmed(monkeypatch, path=path, kind=kind, times=0, field=field)
    is_told = kind == "empty_day"  # an answer like any other: held, or asked for by id
    with nullcontext() if is_told else pytest.raises(NotCompared, match="not compared"):
        assert nights.reconcile("first") == []
    assert read(conn) == before


def test_a_source_that_does_not_answer_keeps_no_other_back(nights, vendors, conn, monkeypatch):
    gone = purge(vendors, STATUSES)
    harmed(monkeypatch, path="/salesforce/services/data", kind="html_page", times=0)
    with pytest.raises(
        NotCompared, match=f"{len(VENDORS['salesforce'].loads)} loads not compared"
    ) as caught:
        nights.reconcile("first")
    assert not caught.value.is_final
    assert compared(conn, STATUSES, "first").ids_gone == 1
    assert in_raw(conn, STATUSES, gone)["is_deleted"]


def test_a_retry_compares_what_the_attempt_before_it_could_not(nights, vendors, conn, monkeypatch):
    purge(vendors, CONTACTS)
    with monkeypatch.context() as patch:
        harmed(patch, path="/salesforce/services/data", kind="html_page", times=0)
        with pytest.raises(NotCompared):
            nights.reconcile("first")
    assert nights.reconcile("first") == [CONTACTS]
    batches = conn.execute("select count(*) from ops.loads where run_id = 'first'").fetchone()
    assert batches == (1,)
    assert nights.reconcile("first") == [CONTACTS]  # run again, it has been done


def test_tombstones_that_a_crash_took_from_landing_are_found_again(nights, vendors, conn):
    purge(vendors, CONTACTS)
    nights.serve()
    reconcile.land("first", NOW, nights)
    conn.execute("truncate landing.salesforce_contacts")
    assert [verdict.status for verdict in reconcile.gate("first", nights)] == ["failed"]
    assert reconcile.publish("first", nights) == []
    assert conn.execute("select status from ops.loads where run_id = 'first'").fetchone() == (
        "failed",
    )
    assert nights.reconcile("second") == [CONTACTS]


@pytest.mark.parametrize("at", ["write_page", "close"])
@pytest.mark.parametrize("run_id", ["first", "second"])
def test_a_comparison_that_died_is_made_again_by_its_retry_or_by_the_next_run(
    nights, vendors, conn, monkeypatch, at, run_id
):
    purge(vendors, CONTACTS)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"kindred.reconciling.tombstones.BatchWriter.{at}", die)
        nights.serve()
        with pytest.raises(Killed):
            reconcile.land("first", NOW, nights)
    assert nights.reconcile(run_id) == [CONTACTS]
    assert in_raw(conn, CONTACTS, "ann")["is_deleted"]


def test_an_attempt_that_was_replaced_writes_nothing_more(nights, vendors, conn, monkeypatch):
    purge(vendors, CONTACTS)
    finish = TombstoneWriter.close

    def replaced(self, made):
        """A retry takes the batch over, compares and lands while the first stands still."""
        if made.batch_id is not None:
            monkeypatch.setattr(TombstoneWriter, "close", finish)
            reconcile.land("first", NOW, nights)
        finish(self, made)

    monkeypatch.setattr(TombstoneWriter, "close", replaced)
    nights.serve()
    with pytest.raises(NotCompared, match="was replaced by attempt"):
        reconcile.land("first", NOW, nights)
    reconcile.gate("first", nights)
    assert reconcile.publish("first", nights) == [CONTACTS]
    assert in_raw(conn, CONTACTS, "ann")["is_deleted"]
