"""Publications: what wins, what is marked as changed, and what readers see meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindred.errors import PublishError, SupersededError, WarehouseError
from kindred.loads import Batch, Window
from kindred.publishing import publish_batches, publish_marts
from kindred.sources import LOADS
from tests.integration.landed import NIGHT, NOON, START, good, land, many

ORDERS = LOADS["salesforce_orders"]
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


# Raw


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
    assert conn.execute("select status from ops.loads").fetchone() == ("passed",)
    assert conn.execute("select count(*) from ops.cursors").fetchone() == (0,)


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
            with pytest.raises(WarehouseError, match="CheckViolation") as refused:
                publish(conn, batch)
        finally:
            admin.execute(
                "alter table raw.salesforce_orders drop constraint"
                " salesforce_orders_contact_id_check"
            )
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


def test_each_batch_is_committed_even_on_a_connection_that_has_read(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 1), status="passed")
    with psycopg.connect(warehouse.dsn("loader")) as reading:
        reading.execute("select 1")
        publish(reading, batch)
        assert len(raw(conn, ORDERS)) == 1


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


# Marts


@pytest.fixture
def builder(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.dsn("transformer"), autocommit=True) as opened:
        opened.execute("create table build.tiers (month date, tier text not null, customers int)")
        opened.execute("alter table build.tiers add primary key (month, tier)")
        opened.execute("comment on table build.tiers is 'One row a month and tier.'")
        opened.execute("comment on column build.tiers.tier is 'See the glossary.'")
        opened.execute(
            "insert into build.tiers values ('2026-01-01', 'all', 5), ('2026-02-01', 'all', 6)"
        )
        opened.execute("grant select on build.tiers to kindred_publisher")
        yield opened


def gated(builder, status: str = "passed") -> int:
    """Write a build whose marts have been gated into the ledger; return its id."""
    build_id = builder.execute(
        "insert into ops.builds (run_id, status) values ('r', %s) returning build_id", [status]
    ).fetchone()[0]
    builder.execute(
        "insert into ops.gate_results (suite, build_id, rule, severity, is_passed)"
        " values ('mart_tiers', %s, 'any', 'critical', true)",
        [build_id],
    )
    return build_id


def go_public(warehouse, build_id: int, **options):
    return publish_marts(warehouse.dsn("publisher"), build_id, wait_seconds=0.01, **options)


def read(warehouse, query: str = "select * from marts.tiers order by month") -> list[tuple]:
    with psycopg.connect(warehouse.dsn("reader")) as reader:
        return reader.execute(query).fetchall()


def test_a_first_publication_makes_the_marts_with_grants_keys_and_descriptions(warehouse, builder):
    (publication,) = go_public(warehouse, gated(builder))
    assert str(publication) == "marts.tiers: 2 rows, 2 written, 0 removed"
    assert [row[2] for row in read(warehouse)] == [5, 6]
    with psycopg.connect(warehouse.dsn("admin")) as admin:
        assert admin.execute(
            "select obj_description('marts.tiers'::regclass),"
            " col_description('marts.tiers'::regclass, 2),"
            " (select count(*) from pg_index where indrelid = 'marts.tiers'::regclass"
            " and indisprimary)"
        ).fetchone() == ("One row a month and tier.", "See the glossary.", 1)
    assert builder.execute(
        "select status, published_at is not null from ops.builds"
    ).fetchall() == [("published", True)]


def test_only_rows_that_differ_are_written(warehouse, builder):
    go_public(warehouse, gated(builder))
    before = read(warehouse, "select xmin::text, customers from marts.tiers")
    builder.execute("update build.tiers set customers = 7 where customers = 6")
    (publication,) = go_public(warehouse, gated(builder))
    assert (publication.rows_added, publication.rows_removed, publication.rows) == (1, 1, 2)
    after = read(warehouse, "select xmin::text, customers from marts.tiers")
    assert set(before) & set(after) == {row for row in before if row[1] == 5}


def test_equal_rows_are_published_as_often_as_they_were_built(warehouse, builder):
    builder.execute("alter table build.tiers drop constraint tiers_pkey")
    go_public(warehouse, gated(builder))
    builder.execute("insert into build.tiers select * from build.tiers where customers = 5")
    go_public(warehouse, gated(builder))
    assert [row[2] for row in read(warehouse)] == [5, 5, 6]


def keys(warehouse) -> list[str]:
    """Return what the indexes of the published mart are on, the primary key's first."""
    query = (
        "select substring(pg_get_indexdef(indexrelid) from '\\((.*)\\)') from pg_index"
        " where indrelid = 'marts.tiers'::regclass order by indisprimary desc, 1"
    )
    with psycopg.connect(warehouse.dsn("admin")) as admin:
        return [row[0] for row in admin.execute(query)]


def test_a_mart_of_another_grain_is_published_with_its_new_key(warehouse, builder):
    go_public(warehouse, gated(builder))
    builder.execute("alter table build.tiers drop constraint tiers_pkey, add area text")
    builder.execute("alter table build.tiers alter tier drop not null")
    builder.execute("update build.tiers set tier = null, area = 'north'")
    builder.execute("insert into build.tiers values ('2026-01-01', null, 5, 'south')")
    builder.execute("alter table build.tiers add primary key (month, area)")
    (publication,) = go_public(warehouse, gated(builder))
    assert publication.rows == 3
    assert keys(warehouse) == ["month, area"]


def test_a_mart_that_was_published_without_a_key_gets_the_builds(warehouse, builder):
    builder.execute("alter table build.tiers drop constraint tiers_pkey")
    go_public(warehouse, gated(builder))
    assert keys(warehouse) == []
    builder.execute("alter table build.tiers add primary key (month, tier)")
    go_public(warehouse, gated(builder))
    assert keys(warehouse) == ["month, tier"]


@pytest.mark.parametrize(
    ("key", "indexes"),
    [
        ("customer_id, month", ["customer_id, month"]),
        ("month, customer_id", ["month, customer_id", "customer_id"]),
    ],
)
def test_a_customers_rows_are_found_by_the_key_or_by_an_index(warehouse, builder, key, indexes):
    builder.execute("alter table build.tiers drop constraint tiers_pkey")
    builder.execute("alter table build.tiers rename tier to customer_id")
    builder.execute(f"alter table build.tiers add primary key ({key})")
    go_public(warehouse, gated(builder))
    assert keys(warehouse) == indexes


def test_the_changes_that_the_build_claimed_are_done_and_later_ones_are_not(
    warehouse, builder, conn
):
    build_id = gated(builder)
    conn.execute(
        "insert into ops.changes (load, subject, from_date, batch_id, build_id) values"
        " ('l', 'mine', '2026-01-01', 1, %s), ('l', 'later', '2026-01-01', 1, null)",
        [build_id],
    )
    go_public(warehouse, build_id)
    assert conn.execute("select subject from ops.changes").fetchall() == [("later",)]


def test_publishing_a_published_build_again_does_nothing(warehouse, builder):
    build_id = gated(builder)
    go_public(warehouse, build_id)
    assert go_public(warehouse, build_id) == []


@pytest.mark.parametrize("status", ["building", "built", "held", "failed"])
def test_a_build_that_has_not_passed_is_refused_and_readers_keep_theirs(warehouse, builder, status):
    go_public(warehouse, gated(builder))
    builder.execute("update build.tiers set customers = 0")
    with pytest.raises(PublishError, match="readers keep the marts published 20"):
        go_public(warehouse, gated(builder, status))
    assert [row[2] for row in read(warehouse)] == [5, 6]


def test_a_build_older_than_the_published_one_is_refused(warehouse, builder):
    old, new = gated(builder), gated(builder)
    go_public(warehouse, new)
    with pytest.raises(SupersededError):
        go_public(warehouse, old)


def test_a_new_column_is_added_and_grants_and_views_stay(warehouse, builder):
    go_public(warehouse, gated(builder))
    with psycopg.connect(warehouse.dsn("publisher"), autocommit=True) as owner:
        owner.execute("create view marts.dashboard as select customers from marts.tiers")
        owner.execute("grant select on marts.dashboard to kindred_reader")
    builder.execute("alter table build.tiers add share numeric not null default 0.5")
    go_public(warehouse, gated(builder))
    assert [float(row[3]) for row in read(warehouse)] == [0.5, 0.5]
    assert sorted(read(warehouse, "select * from marts.dashboard")) == [(5,), (6,)]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("alter table build.tiers drop column customers", "is no longer built"),
        ("alter table build.tiers alter customers type text", "was integer, is now text"),
    ],
)
def test_a_removed_or_retyped_column_is_refused_by_name(warehouse, builder, statement, says):
    go_public(warehouse, gated(builder))
    builder.execute(statement)
    with pytest.raises(PublishError, match=f"marts.tiers.customers {says}") as refused:
        go_public(warehouse, gated(builder))
    assert "alter table marts.tiers drop column customers" in str(refused.value)
    assert [row[2] for row in read(warehouse)] == [5, 6]


def test_readers_see_all_marts_of_one_build_or_all_of_another(warehouse, builder):
    builder.execute("create table build.totals as select sum(customers) as total from build.tiers")
    builder.execute("grant select on build.totals to kindred_publisher")
    go_public(warehouse, gated(builder), marts=["tiers", "totals"])
    builder.execute("update build.tiers set customers = customers * 10")
    builder.execute("alter table build.totals rename total to sum")  # refused, after tiers
    both = "select sum(customers), (select total from marts.totals) from marts.tiers"
    with psycopg.connect(warehouse.dsn("reader"), autocommit=True) as reader:
        with pytest.raises(PublishError):
            go_public(warehouse, gated(builder), marts=["tiers", "totals"])
        assert reader.execute(both).fetchall() == [(11, 11)]
        builder.execute("alter table build.totals rename sum to total")
        builder.execute("update build.totals set total = 110")
        build_id = gated(builder)
        with psycopg.connect(warehouse.dsn("publisher")) as holder, ThreadPoolExecutor() as pool:
            # The publication writes the ledger last: hold that row, and look meanwhile.
            holder.execute("select from ops.builds where build_id = %s for update", [build_id])
            publication = pool.submit(go_public, warehouse, build_id, marts=["tiers", "totals"])
            wait_for_a_blocked_publication(builder)
            assert reader.execute(both).fetchall() == [(11, 11)]
            holder.rollback()
            assert len(publication.result(timeout=20)) == 2
        assert reader.execute(both).fetchall() == [(110, 110)]


def test_a_readers_transaction_sees_one_publication_however_long_it_takes(warehouse, builder):
    builder.execute("create table build.totals as select sum(customers) as total from build.tiers")
    builder.execute("grant select on build.totals to kindred_publisher")
    go_public(warehouse, gated(builder), marts=["tiers", "totals"])
    with psycopg.connect(warehouse.dsn("reader")) as reader:
        assert reader.execute("select sum(customers) from marts.tiers").fetchall() == [(11,)]
        builder.execute("update build.tiers set customers = customers * 10")
        builder.execute("update build.totals set total = 110")
        go_public(warehouse, gated(builder), marts=["tiers", "totals"])
        assert reader.execute("select total from marts.totals").fetchall() == [(11,)]
    assert read(warehouse, "select total from marts.totals") == [(110,)]


def test_a_new_null_is_forbidden_only_once_no_reader_is_in_the_way(warehouse, builder, monkeypatch):
    go_public(warehouse, gated(builder))
    builder.execute("alter table build.tiers alter customers set not null")
    monkeypatch.setattr("kindred.publishing.marts.LOCK_TIMEOUT_SECONDS", 0.05)
    with psycopg.connect(warehouse.dsn("reader")) as reader:
        reader.execute("select * from marts.tiers")
        assert len(go_public(warehouse, gated(builder))) == 1
        assert nullable(warehouse) == ["customers"]
    go_public(warehouse, gated(builder))
    assert nullable(warehouse) == []


def nullable(warehouse) -> list[str]:
    with psycopg.connect(warehouse.dsn("admin")) as conn:
        found = conn.execute(
            "select attname from pg_attribute where attrelid = 'marts.tiers'::regclass"
            " and attnum > 0 and not attisdropped and not attnotnull"
        ).fetchall()
    return [name for (name,) in found]


def wait_for_a_blocked_publication(conn) -> None:
    for _ in range(500):
        waiting = conn.execute("select count(*) from pg_locks where not granted").fetchone()
        if waiting != (0,):
            return
        time.sleep(0.01)
    raise AssertionError("the publication did not reach the ledger")


def test_a_reader_in_the_way_of_a_new_column_is_waited_for_and_then_named(
    warehouse, builder, monkeypatch
):
    go_public(warehouse, gated(builder))
    builder.execute("alter table build.tiers add share numeric")
    monkeypatch.setattr("kindred.publishing.marts.LOCK_TIMEOUT_SECONDS", 0.05)
    build_id = gated(builder)
    with psycopg.connect(warehouse.dsn("reader")) as reader:
        reader.execute("select * from marts.tiers")
        with pytest.raises(PublishError, match="held a lock each of 24 times"):
            go_public(warehouse, build_id)
    assert len(go_public(warehouse, build_id)) == 1


def test_a_mart_that_was_not_built_is_refused(warehouse, builder):
    with pytest.raises(PublishError, match=r"build\.absent does not exist"):
        go_public(warehouse, gated(builder), marts=["absent"])


def test_a_build_without_gated_marts_is_refused(warehouse, builder):
    build_id = gated(builder)
    builder.execute("insert into ops.builds (run_id, status) values ('r', 'passed')")
    with pytest.raises(PublishError, match="no gated marts"):
        go_public(warehouse, build_id + 1)
