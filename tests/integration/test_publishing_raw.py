"""Batches into raw: which version wins, what is marked as changed, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindred.errors import GateError, SupersededError, WarehouseError
from kindred.loads import Batch, Window
from kindred.pipeline import ingest
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from tests.integration.landed import NIGHT, NOON, START, good, land, many

CONTACTS, ORDERS = LOADS["salesforce_contacts"], LOADS["salesforce_orders"]
RESPONSES, REFERRALS = LOADS["salesforce_survey_responses"], LOADS["salesforce_referrals"]
SURVEYS = LOADS["genesys_surveys"]
STATUSES = LOADS["mastodon_statuses"]
CANARY = "canary.7391@example.org"


@pytest.fixture
def conn(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.dsn("loader"), autocommit=True) as opened:
        yield opened


def publish(conn, *batches: Batch):
    return publish_batches(conn, batches, LOADS)


def arrive(conn, load, rows, **options):
    return publish(conn, land(conn, load, rows, status="passed", **options))[0]


def raw(conn, load, columns: str = "*") -> list[tuple]:
    return conn.execute(f"select {columns} from raw.{load.name} order by 1").fetchall()


def changes(conn) -> list[tuple]:
    return conn.execute(
        "select load, subject, from_date from ops.changes order by change_id"
    ).fetchall()


def later(minutes: int):
    return {"modified_at": NOON + timedelta(minutes=minutes)}


def source(warehouse):
    """Where a task runs, as far as publishing needs it."""
    return SimpleNamespace(warehouse=warehouse.dsn)


def test_a_published_batch_is_in_raw_and_in_the_ledger_and_no_longer_in_landing(conn):
    batch = land(conn, ORDERS, many(ORDERS, 3), status="passed")
    (publication,) = publish(conn, batch)
    assert publication.rows_published == len(raw(conn, ORDERS)) == 3
    assert conn.execute("select count(*) from landing.salesforce_orders").fetchone() == (0,)
    assert conn.execute(
        "select status, rows_published, ended_at is not null from ops.loads"
    ).fetchall() == [("published", 3, True)]
    assert conn.execute("select load, through from ops.cursors").fetchall() == [
        (ORDERS.name, NIGHT.end)
    ]


def test_every_load_can_be_published_twice_and_the_second_time_changes_nothing(conn):
    for load in LOADS.values():
        rows = many(load, 5)
        assert arrive(conn, load, rows).rows_published == 5
        conn.execute("delete from ops.changes")
        before = conn.execute(f"select xmin, * from raw.{load.name} order by 2, 3, 4").fetchall()
        again = arrive(conn, load, rows, extracted_at=NIGHT.end + timedelta(days=1))
        assert (again.rows_published, again.subjects_changed) == (0, 0)
        after = conn.execute(f"select xmin, * from raw.{load.name} order by 2, 3, 4").fetchall()
        assert after == before
    assert changes(conn) == []


def test_the_newest_version_wins_whichever_comes_first(conn):
    old, new = good(ORDERS, **later(0)), good(ORDERS, status="Cancelled", **later(5))
    arrive(conn, ORDERS, [new])
    assert arrive(conn, ORDERS, [old]).rows_published == 0
    assert raw(conn, ORDERS, "status") == [("Cancelled",)]


def test_a_deletion_is_a_version_like_any_other(conn):
    row = good(ORDERS)
    arrive(conn, ORDERS, [row | {"is_deleted": True} | later(5)])
    arrive(conn, ORDERS, [row])
    assert raw(conn, ORDERS, "is_deleted") == [(True,)]
    arrive(conn, ORDERS, [row | later(9)])
    assert raw(conn, ORDERS, "is_deleted") == [(False,)]


def test_of_two_versions_with_one_stamp_the_deletion_wins(conn):
    row = good(ORDERS)
    arrive(conn, ORDERS, [row, row | {"is_deleted": True, "amount": Decimal(1)}])
    arrive(conn, ORDERS, [row | {"amount": Decimal(2)}])
    assert raw(conn, ORDERS, "is_deleted") == [(True,)]


def test_a_tie_between_batches_is_decided_the_same_way_in_any_order(conn):
    batches = [[{"amount": Decimal(number)}] for number in range(6)]
    orders = (range(6), range(5, -1, -1))
    contents = [replay(conn, ORDERS, batches, order) for order in orders]
    assert contents[0] == contents[1]


def test_without_a_stamp_the_newest_extraction_wins(conn):
    row = good(SURVEYS)
    arrive(conn, SURVEYS, [row | {"total_score": 10.0}], extracted_at=NIGHT.end + timedelta(1))
    arrive(conn, SURVEYS, [row | {"total_score": 20.0}], extracted_at=NIGHT.end)
    assert raw(conn, SURVEYS, "total_score") == [(10.0,)]


def test_counters_that_change_without_a_stamp_are_taken_from_the_newest_extraction(conn):
    arrive(conn, STATUSES, [good(STATUSES, favourites=8)], extracted_at=NIGHT.end)
    arrive(conn, STATUSES, [good(STATUSES, favourites=3)], extracted_at=NIGHT.end + timedelta(1))
    assert raw(conn, STATUSES, "favourites") == [(3,)]


def test_an_older_extraction_that_was_held_does_not_undo_a_confirmed_row(conn):
    row = good(SURVEYS)
    versions = [row, row | {"total_score": 5.0}, row]
    first, held, confirmed = (
        land(conn, SURVEYS, [v], status="passed", extracted_at=NIGHT.end + timedelta(days=day))
        for day, v in enumerate(versions)
    )
    publish(conn, first, confirmed, held)
    assert raw(conn, SURVEYS, "total_score") == [(80.0,)]


def test_duplicates_in_a_batch_become_one_row_and_conflicts_go_to_quarantine(conn):
    row = good(ORDERS)
    batch = land(
        conn, ORDERS, [row, row, row | {"amount": Decimal(7)}], status="passed", quarantined=2
    )
    (publication,) = publish(conn, batch)
    assert (publication.rows_published, publication.rows_conflicting) == (1, 1)
    assert len(raw(conn, ORDERS)) == 1
    kept = conn.execute("select reason, record::jsonb ->> 'amount' from quarantine.rows").fetchall()
    assert len(kept) == 1
    assert "same key and stamp" in kept[0][0]
    assert {Decimal(kept[0][1]), raw(conn, ORDERS, "amount")[0][0]} == {Decimal("49.90"), 7}
    assert conn.execute("select rows_quarantined from ops.loads").fetchone() == (3,)


def test_old_and_new_subjects_are_marked_from_the_earlier_day_on(conn):
    row = good(ORDERS, contact_id="003A", ordered_on=date(2026, 2, 20))
    arrive(conn, ORDERS, [row])
    assert changes(conn) == [(ORDERS.name, "003A", date(2026, 2, 20))]
    conn.execute("delete from ops.changes")
    arrive(conn, ORDERS, [row | {"ordered_on": date(2026, 2, 25)} | later(1)])
    assert changes(conn) == [(ORDERS.name, "003A", date(2026, 2, 20))]
    conn.execute("delete from ops.changes")
    arrive(conn, ORDERS, [row | {"contact_id": "003B", "ordered_on": date(2026, 1, 2)} | later(2)])
    assert sorted(changes(conn)) == [
        (ORDERS.name, "003A", date(2026, 2, 25)),
        (ORDERS.name, "003B", date(2026, 1, 2)),
    ]


def test_a_change_counts_on_the_business_day(conn):
    row = good(STATUSES, created_at=START + timedelta(hours=3))
    batch = land(conn, STATUSES, [row], status="passed")
    publish_batches(conn, [batch], LOADS, time_zone="America/New_York")
    assert changes(conn) == [(STATUSES.name, row["account"], date(2026, 2, 28))]


def test_the_cursor_moves_forward_only(conn):
    arrive(conn, ORDERS, many(ORDERS, 1))
    past = Window(START - timedelta(days=9), START - timedelta(days=8))
    arrive(conn, ORDERS, many(ORDERS, 1), window=past)
    assert conn.execute("select through from ops.cursors").fetchall() == [(NIGHT.end,)]


def test_an_older_attempt_is_refused_and_changes_nothing(conn):
    old = land(conn, ORDERS, many(ORDERS, 2), status="passed", run_id="tonight")
    land(conn, ORDERS, many(ORDERS, 3), status="passed", run_id="tonight")
    with pytest.raises(SupersededError):
        publish(conn, old)
    assert raw(conn, ORDERS) == []


@pytest.mark.parametrize("status", ["landed", "held", "failed"])
def test_a_batch_that_has_not_passed_its_gate_is_refused(conn, status):
    batch = land(conn, ORDERS, many(ORDERS, 2), status=status)
    with pytest.raises(WarehouseError, match="has not passed its gate"):
        publish(conn, batch)
    assert raw(conn, ORDERS) == []


def test_rows_that_went_missing_since_the_gate_are_not_published_as_nothing(conn):
    batch = land(conn, ORDERS, many(ORDERS, 2), status="passed")
    conn.execute("delete from landing.salesforce_orders")
    with pytest.raises(WarehouseError, match=r"landed 2 rows but 0 are there"):
        publish(conn, batch)
    assert conn.execute("select count(*) from ops.cursors").fetchone() == (0,)


def test_a_batch_that_a_crash_took_from_landing_fails_and_the_retry_tells_of_the_others(
    warehouse, conn
):
    for load in (CONTACTS, ORDERS, RESPONSES, REFERRALS):
        land(conn, load, many(load, 2), status="passed", run_id="run")
    conn.execute("delete from landing.salesforce_survey_responses")
    with pytest.raises(WarehouseError, match=r"salesforce_survey_responses: .* run this load"):
        ingest.publish("crm", "run", source(warehouse))
    found = conn.execute("select load, status, message from ops.loads").fetchall()
    states = {load: (status, message) for load, status, message in found}
    status, message = states.pop(RESPONSES.name)
    assert status == "failed"
    assert re.match(r"batch \d+ landed 2 rows but 0 are there; .* run this load again", message)
    assert set(states.values()) == {("published", None)}
    others = [CONTACTS.name, ORDERS.name, REFERRALS.name]
    assert ingest.publish("crm", "run", source(warehouse)) == others  # and so the marts are woken


def test_where_a_crash_took_everything_the_retry_says_that_nothing_came(warehouse, conn):
    land(conn, ORDERS, many(ORDERS, 2), status="passed", run_id="run")
    conn.execute("delete from landing.salesforce_orders")
    with pytest.raises(WarehouseError, match="landed 2 rows"):
        ingest.publish("crm", "run", source(warehouse))
    with pytest.raises(GateError, match="nothing passed: salesforce_orders"):
        ingest.publish("crm", "run", source(warehouse))


def test_a_publication_whose_task_died_after_its_commit_still_counts(warehouse, conn):
    land(conn, ORDERS, many(ORDERS, 3), status="passed", run_id="run")
    land(conn, REFERRALS, many(REFERRALS, 3), status="held", run_id="run")
    assert ingest.publish("crm", "run", source(warehouse)) == [ORDERS.name]
    assert ingest.publish("crm", "run", source(warehouse)) == [ORDERS.name]  # wakes the marts


def test_the_last_try_tells_of_the_others_where_postgres_refuses_one_for_good(
    warehouse, conn, caplog
):
    for load in (ORDERS, REFERRALS):
        land(conn, load, many(load, 2), status="passed", run_id="run")
    with psycopg.connect(warehouse.dsn("admin"), autocommit=True) as admin:
        admin.execute("alter table raw.salesforce_orders add constraint no check (amount < 0)")
        try:
            with pytest.raises(WarehouseError, match="salesforce_orders"):
                ingest.publish("crm", "run", source(warehouse))
            last = ingest.publish("crm", "run", source(warehouse), is_last_try=True)
        finally:
            admin.execute("alter table raw.salesforce_orders drop constraint no")
    assert last == [REFERRALS.name]
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert any("salesforce_orders" in record.getMessage() for record in errors)


def test_a_rerun_of_which_nothing_came_says_so_whatever_was_published_before(warehouse, conn):
    assert ingest.publish("crm", "run", source(warehouse)) == []
    land(conn, ORDERS, many(ORDERS, 3), status="passed", run_id="run")
    ingest.publish("crm", "run", source(warehouse))
    land(conn, ORDERS, many(ORDERS, 3), status="held", run_id="run")
    with pytest.raises(GateError, match=r"nothing passed: salesforce_orders"):
        ingest.publish("crm", "run", source(warehouse))


def test_one_refused_batch_does_not_stop_the_others(conn):
    bad = land(conn, SURVEYS, many(SURVEYS, 1), status="landed")
    fine = land(conn, ORDERS, many(ORDERS, 1), status="passed")
    with pytest.raises(WarehouseError, match="genesys_surveys"):
        publish(conn, bad, fine)
    assert len(raw(conn, ORDERS)) == 1


def test_a_refusal_by_postgres_does_not_quote_the_row(warehouse, conn):
    batch = land(conn, ORDERS, [good(ORDERS, contact_id=CANARY)], status="passed")
    with psycopg.connect(warehouse.dsn("admin"), autocommit=True) as admin:
        admin.execute("alter table raw.salesforce_orders add check (contact_id = '003A')")
        try:
            with pytest.raises(WarehouseError, match="23514 check violation in") as refused:
                publish(conn, batch)
        finally:
            admin.execute(
                "alter table raw.salesforce_orders drop constraint"
                " salesforce_orders_contact_id_check"
            )
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


def test_each_batch_is_committed_even_on_a_connection_that_has_read(warehouse, conn):
    batches = [land(conn, load, many(load, 1), status="passed") for load in (ORDERS, REFERRALS)]
    with psycopg.connect(warehouse.dsn("loader")) as reading:
        reading.execute("select 1")
        publish(reading, *batches)
        assert len(raw(conn, ORDERS)) == len(raw(conn, REFERRALS)) == 1


VERSIONS = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(["801A", "801B"]),
        "contact_id": st.sampled_from(["003A", "003B"]),
        "amount": st.sampled_from([Decimal(1), Decimal(2)]),
        "is_deleted": st.booleans(),
        "modified_at": st.sampled_from([NOON, NOON + timedelta(minutes=1)]),
        "_extracted_at": st.sampled_from([NIGHT.end, NIGHT.end + timedelta(hours=1)]),
    }
)
SURVEY_VERSIONS = st.fixed_dictionaries(
    {
        "survey_id": st.sampled_from(["s-1", "s-2"]),
        "total_score": st.sampled_from([1.0, 2.0]),
        "_extracted_at": st.sampled_from([NIGHT.end + timedelta(hours=h) for h in range(3)]),
    }
)
HISTORIES = st.one_of(
    st.tuples(st.just(ORDERS), st.lists(st.lists(VERSIONS, max_size=3), min_size=1, max_size=4)),
    st.tuples(
        st.just(SURVEYS), st.lists(st.lists(SURVEY_VERSIONS, max_size=3), min_size=1, max_size=4)
    ),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, data=st.data())
def test_any_order_and_any_repetition_of_batches_gives_the_same_raw(conn, history, data):
    load, batches = history
    order = data.draw(st.permutations(list(range(len(batches))) * 2))
    contents = [replay(conn, load, batches, o) for o in (range(len(batches)), order)]
    assert contents[0] == contents[1]


def replay(conn, load, batches, order) -> list[tuple]:
    """Publish the batches in `order` into an empty raw; return its content."""
    for table in (f"raw.{load.name}", f"landing.{load.name}", "ops.loads", "ops.changes"):
        conn.execute(f"delete from {table}")
    landed = [
        land(conn, load, [good(load, **row) for row in batches[at]], status="passed")
        for at in order
    ]
    publish(conn, *landed)
    columns = ", ".join(load.row.__struct_fields__)
    return raw(conn, load, columns)
