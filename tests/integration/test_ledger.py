"""The ledger plans windows, fences attempts and retires what a later night has asked for again."""

from datetime import UTC, datetime, timedelta

import pytest
from landed import good, land, many

from kindred.errors import SupersededError
from kindred.gates import check_batches
from kindred.loads import Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

CONTACTS, ORDERS = LOADS["salesforce_contacts"], LOADS["salesforce_orders"]
HISTORY = datetime(2024, 11, 1, tzinfo=UTC)


def night(day, days=1):
    start = datetime(2026, 3, day, tzinfo=UTC)
    return Window(start, start + timedelta(days=days))


@pytest.fixture
def loader(warehouse):
    with connect(warehouse.dsn("loader")) as conn:
        yield conn


def publish(conn, window):
    publish_batches(
        conn, [land(conn, ORDERS, [good(ORDERS)], window=window, status="passed")], LOADS
    )


def test_the_first_night_takes_the_whole_history(loader):
    assert ledger.plan_window(loader, ORDERS, night(1), HISTORY) == Window(HISTORY, night(1).end)


def test_the_first_night_asks_who_there_is_from_the_beginning(loader):
    asked = ledger.plan_window(loader, CONTACTS, night(1), HISTORY)
    assert asked == Window(ledger.BEGINNING, night(1).end)


def test_a_later_night_takes_itself_and_the_lookback(loader):
    publish(loader, night(1))
    asked = ledger.plan_window(loader, ORDERS, night(2), HISTORY)
    assert asked == Window(night(2).start - ORDERS.lookback, night(2).end)


def test_a_night_after_an_outage_takes_the_gap(loader):
    publish(loader, night(1))
    asked = ledger.plan_window(loader, ORDERS, night(9), HISTORY)
    assert asked == Window(night(2).start - ORDERS.lookback, night(9).end)


def test_a_new_attempt_shuts_the_older_one_out(loader):
    older = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    newer = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    assert newer.batch_id == older.batch_id
    with pytest.raises(SupersededError), loader.transaction():
        ledger.fence(loader, older)
    with loader.transaction():
        ledger.fence(loader, newer)


def test_a_held_batch_is_retired_by_a_night_that_asked_for_its_window_again(warehouse, loader):
    bad = many(ORDERS, 2, ordered_on=datetime(2199, 1, 1, tzinfo=UTC).date())
    batch = land(loader, ORDERS, bad, window=night(1))
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch])
    assert verdict.status == "held"
    publish(loader, night(2))
    assert ledger.batches(loader, batch.run_id, [ORDERS.name], "held") == [batch]
    publish(loader, night(1, days=2))
    assert ledger.batches(loader, batch.run_id, [ORDERS.name], "superseded") == [batch]
    assert loader.execute("select count(*) from held.salesforce_orders").fetchone() == (0,)


def test_a_batch_is_found_by_its_number(loader):
    batch = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    assert ledger.find(loader, batch.batch_id) == batch
    assert ledger.find(loader, batch.batch_id + 1) is None


def test_a_backfill_asks_for_its_own_days_and_moves_no_cursor(loader):
    assert ledger.plan_window(loader, ORDERS, night(1), HISTORY, is_backfill=True) == night(1)
    batch = ledger.open_batch(loader, ORDERS.name, night(1), "backfill-1", is_backfill=True)
    with loader.transaction():
        ledger.record(loader, batch, "landed")
        ledger.record(loader, batch, "passed")
    publish_batches(loader, [batch], LOADS)
    assert loader.execute("select count(*) from ops.cursors").fetchone() == (0,)


def test_a_cursor_never_moves_past_days_that_nobody_asked_for(loader):
    publish(loader, night(1))
    publish(loader, night(5))
    assert loader.execute("select through from ops.cursors").fetchall() == [(night(1).end,)]
    publish(loader, night(2, days=3))
    assert loader.execute("select through from ops.cursors").fetchall() == [(night(4).end,)]


@pytest.mark.parametrize("status", ["published", "held", "skipped", "superseded"])
def test_a_rerun_leaves_what_is_settled_and_opens_another_batch(loader, status):
    first = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    become(loader, first, status)
    second = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    assert second.batch_id != first.batch_id
    statuses = loader.execute("select status from ops.loads order by batch_id").fetchall()
    assert statuses == [(status,), ("landing",)]


@pytest.mark.parametrize("status", ledger.UNSETTLED)
def test_a_rerun_takes_over_what_is_not_settled(loader, status):
    first = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    become(loader, first, status)
    second = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    assert second.batch_id == first.batch_id
    assert second.attempt > first.attempt


@pytest.mark.parametrize("now", [*ledger.MOVES, "superseded"])
@pytest.mark.parametrize("wanted", list(ledger.MOVES))
def test_a_batch_moves_along_the_table_and_no_other_way(loader, now, wanted):
    batch = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    become(loader, batch, now)
    if now in ledger.MOVES[wanted]:
        ledger.record(loader, batch, wanted)
        return
    with pytest.raises(SupersededError, match="has moved on"):
        ledger.record(loader, batch, wanted)
    assert loader.execute("select status from ops.loads").fetchone() == (now,)


def become(conn, batch, status):
    conn.execute("update ops.loads set status = %s where batch_id = %s", [status, batch.batch_id])
