"""Numbered migrations: applied once and in order, refused whole, and equal to what they upgrade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from harness.databases import make_database
from kindred.errors import SetupError
from kindred.sources import VENDORS
from kindred.text_emotions import SCORES
from kindred.warehouse import migrations, schema
from kindred.warehouse.migrations import Migration

OLDER = sorted((Path(__file__).parent / "older_warehouses").glob("*.sql"))
# All that a warehouse is, but for the order of columns: those that were added stand at the end.
CATALOG = {
    "columns": """
        select n.nspname, c.relname, c.relkind, c.relpersistence, a.attname, a.attnotnull,
            format_type(a.atttypid, a.atttypmod), a.attidentity, pg_get_expr(d.adbin, d.adrelid)
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        left join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef as d on c.oid = d.adrelid and a.attnum = d.adnum
        where n.nspname = any(%(schemas)s)
    """,
    "constraints": """
        select n.nspname, coalesce(r.relname, ''), c.conname, pg_get_constraintdef(c.oid)
        from pg_constraint as c
        inner join pg_namespace as n on c.connamespace = n.oid
        left join pg_class as r on c.conrelid = r.oid
        where n.nspname = any(%(schemas)s)
    """,
    "indexes": "select schemaname, indexdef from pg_indexes where schemaname = any(%(schemas)s)",
    "functions": """
        select n.nspname, pg_get_functiondef(p.oid)
        from pg_proc as p
        inner join pg_namespace as n on p.pronamespace = n.oid
        where n.nspname = any(%(schemas)s)
    """,
    "rights on tables": """
        select c.relnamespace::regnamespace::text, c.relname, unnest(c.relacl)::text
        from pg_class as c
        where c.relnamespace::regnamespace::text = any(%(schemas)s)
    """,
    "rights on schemas": """
        select nspname, unnest(nspacl)::text from pg_namespace where nspname = any(%(schemas)s)
    """,
    "migrations": "select number, name, digest from ops.migrations",
}
SCHEMAS = (
    *("landing", "held", "quarantine", "raw", "scored", "ops"),
    *("build", "marts", "locks", "estimated"),
)
BAD = Migration(4, "0004_bad", b"create table ops.made (a int); select 1 / 0;")
GOOD = Migration(4, "0004_good", b"create table ops.made (a int);")


@pytest.fixture
def fresh(warehouse_server: Any) -> Iterator[psycopg.Connection]:
    """A database of its own that has all migrations."""
    dsn = made(warehouse_server, "fresh")
    schema.migrate(dsn, VENDORS.values())
    with psycopg.connect(dsn, autocommit=True) as conn:
        yield conn


def made(server: Any, name: str) -> str:
    """Make an empty database; return how its owner connects to it."""
    make_database(server.postgres, name, is_open=False)
    return str(server.postgres.dsn("admin", name))


def catalog(conn: psycopg.Connection) -> dict[str, set[tuple[Any, ...]]]:
    given = {"schemas": list(SCHEMAS)}
    return {
        name: {tuple(map(str, row)) for row in conn.execute(query, given)}
        for name, query in CATALOG.items()
    }


@pytest.mark.parametrize("older", OLDER, ids=lambda path: path.stem)
def test_a_warehouse_of_an_older_version_becomes_what_a_fresh_one_is(
    warehouse_server: Any, fresh: psycopg.Connection, older: Path
) -> None:
    dsn = made(warehouse_server, "older")
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(older.read_bytes())
    names = [migration.name for migration in migrations.read()]
    assert schema.migrate(dsn, VENDORS.values()) == ["before_0001", *names[migrations.FROZEN :]]
    with psycopg.connect(dsn) as conn:
        assert catalog(conn) == catalog(fresh)


def test_a_migration_is_applied_once(warehouse_server: Any) -> None:
    dsn = made(warehouse_server, "once")
    names = [migration.name for migration in migrations.read()]
    assert schema.migrate(dsn, VENDORS.values()) == names
    assert schema.migrate(dsn, VENDORS.values()) == []


def test_a_migration_that_fails_leaves_nothing_behind_and_is_named(
    fresh: psycopg.Connection,
) -> None:
    before = catalog(fresh)
    said = r"0004_bad was refused \(22012 division by zero\); the warehouse is unchanged"
    with pytest.raises(SetupError, match=said), fresh.transaction():
        migrations.apply(fresh, [*migrations.read(), BAD])
    assert catalog(fresh) == before
    with fresh.transaction():
        assert migrations.apply(fresh, [*migrations.read(), GOOD]) == ["0004_good"]


def test_a_file_that_was_edited_after_it_was_applied_is_refused(fresh: psycopg.Connection) -> None:
    first, *others = migrations.read()
    edited = replace(first, text=first.text + b"\n-- another thought")
    with pytest.raises(SetupError, match=r"0001_ledger was applied, and its file .* is another"):
        migrations.apply(fresh, [edited, *others])
    ends = replace(first, text=first.text.replace(b"\n", b"\r\n"))
    assert migrations.apply(fresh, [ends, *others]) == []


def test_a_warehouse_that_is_newer_than_the_code_is_refused(fresh: psycopg.Connection) -> None:
    with fresh.transaction():
        migrations.apply(fresh, [*migrations.read(), GOOD])
    with pytest.raises(SetupError, match=r"has migration 0004_good, and this version .* ends with"):
        migrations.apply(fresh)


def test_two_branches_that_number_alike_are_refused(fresh: psycopg.Connection) -> None:
    with fresh.transaction():
        migrations.apply(fresh, [*migrations.read(), GOOD])
    other = Migration(4, "0004_other", b"create table ops.other (a int);")
    with pytest.raises(SetupError, match="0004_good was applied, and its file 0004_other"):
        migrations.apply(fresh, [*migrations.read(), other])


@pytest.mark.parametrize("migration", migrations.read(), ids=lambda migration: migration.name)
def test_a_migration_neither_ends_the_transaction_nor_needs_to_be_outside_one(
    migration: Migration,
) -> None:
    words = re.sub(r"--[^\n]*", "", migration.text.decode())
    assert not re.search(r"(?im)^\s*(begin|commit|rollback)\s*;|\bconcurrently\b", words)


def test_numbers_without_a_gap_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("select 1;")
    (tmp_path / "0003_third.sql").write_text("select 1;")
    with pytest.raises(SetupError, match="0003_third: number 0002 is due here"):
        migrations.read(tmp_path)


def test_what_the_warehouse_lacks_is_told_before_it_is_applied(warehouse_server: Any) -> None:
    dsn = made(warehouse_server, "empty")
    with psycopg.connect(dsn) as conn:
        assert migrations.lacking(conn) == [migration.name for migration in migrations.read()]
    schema.migrate(dsn, VENDORS.values())
    with psycopg.connect(dsn) as conn:
        assert migrations.lacking(conn) == []


def test_the_table_of_texts_has_the_scores_in_their_order(fresh: psycopg.Connection) -> None:
    found = fresh.execute(
        "select column_name from information_schema.columns where table_schema = 'scored'"
        " and table_name = 'texts' and data_type = 'double precision' order by ordinal_position"
    ).fetchall()
    assert tuple(name for (name,) in found) == SCORES
