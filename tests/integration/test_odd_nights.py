"""A night that is empty or thin costs a look, and no day is lost by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from landed import START, land, many

from kindred.gates import check_batches, release_batch
from kindred.loads import Load, Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect
from tests.histories.compare import differences, read
from tests.histories.nights import HistoryNights
from tests.histories.truth import after
from tests.histories.vendors import ChangingVendors
from tests.histories.wire import SOBJECTS

DAY = timedelta(days=1)
HISTORY = datetime(2024, 1, 1, tzinfo=UTC)
ORDERS = LOADS["salesforce_orders"]
EACH = pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
# Loads whose window alone says what is new: of others a quiet night is normal.
PLAIN = pytest.mark.parametrize(
    "load",
    [
        LOADS[f"salesforce_{name}"]
        for name in ("contacts", "orders", "survey_responses", "referrals")
    ],
    ids=lambda load: load.name,
)


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("loader")) as opened:
        yield opened


def night(number: int, days: int = 1) -> Window:
    start = START + number * DAY
    return Window(start, start + days * DAY)


def rows(load: Load, count: int, window: Window) -> list[dict[str, Any]]:
    """Good rows of a night, by the stamp that the load is asked for by."""
    stamped: dict[str, Any] = {load.modified_at or load.happened_at: window.start + DAY / 2}
    if load.name == "genesys_conversations":
        stamped["ended_at"] = window.start + DAY / 2 + timedelta(minutes=8)
    return [
        row | stamped | {load.key[-1]: _key(load, window, at)}
        for at, row in enumerate(many(load, count))
    ]


def _key(load: Load, window: Window, at: int) -> Any:
    number = (window.start - START).days * 10_000 + at
    return number if load.name == "genesys_transcripts" else f"k-{number}"


def run(warehouse, conn, load: Load, number: int, brought: list[dict[str, Any]]):
    """Plan, land, gate and publish a night; return its window and its verdict."""
    window = ledger.plan_window(conn, load, night(number), HISTORY)
    batch = land(conn, load, brought, window=window)
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch], loads=LOADS)
    if verdict.is_passed:
        publish_batches(conn, [batch], LOADS)
    return window, verdict


def history(conn, load: Load, counts: list[int], first: int = 0) -> None:
    """Nights that were published, without their rows; the cursor is at their end."""
    for at, count in enumerate(counts, first):
        batch = land(conn, load, [], window=night(at), status="passed")
        conn.execute(
            "update ops.loads set status = 'published', rows_landed = %s where batch_id = %s",
            [count, batch.batch_id],
        )
    conn.execute(
        "insert into ops.cursors (load, through, batch_id) values (%s, %s, 1)"
        " on conflict (load) do update set through = excluded.through",
        [load.name, night(first + len(counts) - 1).end],
    )


def odd(conn) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select suspicion, confirmed_at is not null, rows_asked_again from ops.loads"
        " where suspicion is not null order by batch_id"
    ).fetchall()


@EACH
def test_an_empty_night_without_history_is_published_and_asked_for_again(warehouse, conn, load):
    first, verdict = run(warehouse, conn, load, 0, [])
    assert verdict.is_passed
    assert odd(conn) == [("empty", False, None)]
    again, _ = run(warehouse, conn, load, 1, rows(load, 3, night(0)) + rows(load, 2, night(1)))
    assert (again.start, again.end) == (first.start, night(1).end)
    assert odd(conn) == [("empty", True, 3)]
    third = ledger.plan_window(conn, load, night(2), HISTORY)
    assert third == Window(night(2).start - load.lookback, night(2).end)


@PLAIN
def test_an_empty_night_is_confirmed_by_one_that_finds_the_same(warehouse, conn, load):
    history(conn, load, [1, 3])
    run(warehouse, conn, load, 2, [])
    run(warehouse, conn, load, 3, rows(load, 2, night(3)))
    assert odd(conn) == [("empty", True, 0)]


@PLAIN
def test_a_night_that_is_empty_itself_confirms_nothing(warehouse, conn, load):
    history(conn, load, [1, 3])
    first, _ = run(warehouse, conn, load, 2, [])
    for number in (3, 4):
        window, _ = run(warehouse, conn, load, number, [])
        assert window.start == first.start
    assert odd(conn) == [("empty", False, 0), ("empty", False, 0), ("empty", False, None)]
    window, _ = run(warehouse, conn, load, 5, rows(load, 4, night(2)) + rows(load, 2, night(5)))
    assert window.start == first.start
    assert {confirmed for _, confirmed, _ in odd(conn)} == {True}


@PLAIN
def test_nobody_asks_for_an_odd_night_for_longer_than_a_week(warehouse, conn, load):
    history(conn, load, [1, 3])
    first, _ = run(warehouse, conn, load, 2, [])
    for number in range(3, 9):
        assert run(warehouse, conn, load, number, [])[0].start <= first.start
    longest = max(end - start for start, end in windows(conn))
    for number in range(9, 30):
        run(warehouse, conn, load, number, [])
    assert max(end - start for start, end in windows(conn)) <= longest + DAY
    # By then no rows are what is usual, and a night is as long as it was.
    assert (
        ledger.plan_window(conn, load, night(60), HISTORY).start == night(30).start - load.lookback
    )


def windows(conn) -> list[tuple[datetime, datetime]]:
    return conn.execute("select window_start, window_end from ops.loads").fetchall()


@PLAIN
def test_a_night_without_rows_is_held_where_rows_were_due(warehouse, conn, load):
    history(conn, load, [40, 45, 50, 38, 44, 41, 47] * 4)
    _, verdict = run(warehouse, conn, load, 28, [])
    assert [finding.rule for finding in verdict.blocking] == ["rows_arrived"]
    assert "about 42 expected, the median of 4 nights of that weekday" in str(verdict)


def test_a_weekday_on_which_nothing_comes_is_not_odd(warehouse, conn):
    history(conn, ORDERS, [100] * 6 + [0], first=0)
    for week in (1, 2, 3):
        history(conn, ORDERS, [100] * 6 + [0], first=7 * week)
    history(conn, ORDERS, [100] * 6, first=28)
    _, verdict = run(warehouse, conn, ORDERS, 34, [])
    assert verdict.is_passed
    assert odd(conn) == []


@PLAIN
def test_a_thin_night_is_published_and_asked_for_again(warehouse, conn, load):
    history(conn, load, [60, 64, 58, 61, 60, 62, 59] * 5)
    _, verdict = run(warehouse, conn, load, 35, rows(load, 20, night(35)))
    assert [(f.rule, f.severity) for f in verdict.findings if not f.is_passed] == [
        ("rows_as_usual", "warning")
    ]
    assert odd(conn) == [("thin", False, None)]
    all_of_it = rows(load, 60, night(35)) + rows(load, 61, night(36))
    window, verdict = run(warehouse, conn, load, 36, all_of_it)
    assert window.start == night(35).start - load.lookback
    assert odd(conn) == [("thin", True, 60)]


@PLAIN
def test_a_holiday_is_confirmed_and_does_not_make_the_next_night_odd(warehouse, conn, load):
    history(conn, load, [60, 64, 58, 61, 60, 62, 59] * 5)
    few = rows(load, 12, night(35))
    run(warehouse, conn, load, 35, few)
    _, verdict = run(warehouse, conn, load, 36, few + rows(load, 61, night(36)))
    assert verdict.is_passed
    assert odd(conn) == [("thin", True, 12)]


def test_the_first_nights_backlog_says_nothing_of_a_night(warehouse, conn):
    contacts = LOADS["salesforce_contacts"]
    window = ledger.plan_window(conn, contacts, night(0), HISTORY)
    assert window.start == ledger.BEGINNING
    land(conn, contacts, many(contacts, 50), window=window, status="published")
    conn.execute("update ops.loads set rows_landed = 5000000")
    batch = land(conn, contacts, [], window=night(1))
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch], loads=LOADS)
    assert verdict.is_passed
    assert "no history yet" in str(verdict)


def test_a_night_after_an_outage_is_held_against_as_many_nights(warehouse, conn):
    history(conn, ORDERS, [40] * 28)
    batch = land(conn, ORDERS, [], window=night(28, days=3))
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch], loads=LOADS)
    assert "about 120 expected" in str(verdict)
    assert not verdict.is_passed


def test_a_backfill_is_never_odd_and_counts_for_no_night(warehouse, conn):
    history(conn, ORDERS, [1, 1])
    window, again = night(2), night(3)
    conn.execute("update ops.loads set is_backfill = true")
    batch = land(conn, ORDERS, [], window=window)
    conn.execute("update ops.loads set is_backfill = true where batch_id = %s", [batch.batch_id])
    batch = ledger.find(conn, batch.batch_id)
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch], loads=LOADS)
    assert "no history yet" in str(verdict)
    publish_batches(conn, [batch], LOADS)
    assert odd(conn) == []
    assert (
        ledger.plan_window(conn, ORDERS, again, HISTORY).start
        == again.start - DAY - ORDERS.lookback
    )


def test_a_released_night_is_not_asked_for_again(warehouse, conn):
    history(conn, ORDERS, [40] * 28)
    batch = land(conn, ORDERS, [], window=night(28))
    check_batches(warehouse.dsn("loader"), [batch], loads=LOADS)
    release_batch(conn, batch, "the shops were shut")
    publish_batches(conn, [batch], LOADS)
    assert odd(conn) == [("empty", True, None)]
    assert (
        ledger.plan_window(conn, ORDERS, night(29), HISTORY).start
        == night(29).start - ORDERS.lookback
    )


class SilentCrm(ChangingVendors):
    """A CRM that answers every question with nothing, for as long as it is told to."""

    is_silent = False

    def of(self, kind: str):
        return [] if self.is_silent and kind in SOBJECTS else super().of(kind)


@pytest.mark.parametrize("silent", [{1}, {2}, {1, 2}, {0}, {0, 1}], ids=str)
def test_all_of_salesforce_silent_for_some_nights_ends_with_the_bytes_of_an_undisturbed_week(
    warehouse, silent
):
    vendors = SilentCrm(datetime(2026, 3, 2, tzinfo=UTC))
    nights = HistoryNights(warehouse.dsn, vendors, gate="real")
    ends = []
    for number in range(4):
        vendors.until(nights.midnight() - timedelta(hours=6))
        for who in (f"ann{number}", f"bob{number}"):
            vendors.contact(who, since=date(2026, 3, 2))
            vendors.order(f"order-{who}", by=who)
            vendors.survey(f"survey-{who}", by=who)
        vendors.is_silent = number in silent
        run = nights.night(["crm"])
        ends.append(run.interval.end)
    with connect(warehouse.dsn("admin")) as conn:
        wrong = differences(read(conn), after(vendors, ends))
        rest = conn.execute(
            "select load, count(*) from ops.loads where suspicion is not null and confirmed_at is"
            " null and rows_landed > 0 group by load"
        ).fetchall()
    assert [line for line in wrong if line.startswith("salesforce")] == []
    assert rest == []
