"""The ledger plans windows, fences attempts and retires what a later night has asked for again."""

from datetime import UTC, datetime, timedelta

import pytest
from landed import good, land

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
    with connect(warehouse.dsn("loader"), autocommit=True) as conn:
        yield conn


def publish(conn, window):
    publish_batches(
        conn, [land(conn, ORDERS, [good(ORDERS)], window=window, status="passed")], LOADS
    )


def test_the_first_night_takes_the_whole_history(loader):
    assert ledger.plan(loader, ORDERS, night(1), HISTORY) == Window(HISTORY, night(1).end)


def test_the_first_night_asks_who_there_is_from_the_beginning(loader):
    asked = ledger.plan(loader, CONTACTS, night(1), HISTORY)
    assert asked == Window(ledger.BEGINNING, night(1).end)


def test_a_later_night_takes_itself_and_the_lookback(loader):
    publish(loader, night(1))
    asked = ledger.plan(loader, ORDERS, night(2), HISTORY)
    assert asked == Window(night(2).start - ORDERS.lookback, night(2).end)


def test_a_night_after_an_outage_takes_the_gap(loader):
    publish(loader, night(1))
    asked = ledger.plan(loader, ORDERS, night(9), HISTORY)
    assert asked == Window(night(2).start - ORDERS.lookback, night(9).end)


def test_a_new_attempt_shuts_the_older_one_out(loader):
    older = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    newer = ledger.open_batch(loader, ORDERS.name, night(1), "run-1")
    assert newer.batch_id == older.batch_id
    with pytest.raises(SupersededError), loader.transaction():
        ledger.guard(loader, older)
    with loader.transaction():
        ledger.guard(loader, newer)


def test_a_held_batch_is_retired_by_a_night_that_asked_for_its_window_again(warehouse, loader):
    bad = good(ORDERS, ordered_on=datetime(2199, 1, 1, tzinfo=UTC).date())
    batch = land(loader, ORDERS, [bad], window=night(1))
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
