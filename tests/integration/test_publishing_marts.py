"""Marts to readers: what is written, what is refused, and what readers see meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from kindred.errors import PublishError, SupersededError
from kindred.publishing import publish_marts


@pytest.fixture
def conn(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.dsn("loader"), autocommit=True) as opened:
        yield opened


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


def test_readers_have_no_way_back_to_the_crm_until_it_is_granted(warehouse, builder):
    builder.execute("alter table build.tiers rename to customer_keys")
    published = go_public(warehouse, gated(builder), marts=["customer_keys"])
    assert [publication.rows for publication in published] == [2]
    query = "select count(*) from marts.customer_keys"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        read(warehouse, query)
    with psycopg.connect(warehouse.dsn("publisher"), autocommit=True) as owner:
        owner.execute("grant select on marts.customer_keys to kindred_reader")
    builder.execute("insert into build.customer_keys values ('2026-03-01', 'all', 7)")
    go_public(warehouse, gated(builder), marts=["customer_keys"])
    assert read(warehouse, query) == [(3,)]


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
