"""What a warehouse holds, as digests that do not depend on the order of rows or on the day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import psycopg
from psycopg import sql

from kindred.embedded.home import REPOSITORY
from kindred.publishing import versions
from kindred.sources import LOADS

# It says when things were published, by the wall clock.
BY_THE_CLOCK = ("freshness",)


def all_of(dsn: str) -> dict[str, str]:
    """Return a digest of every table of raw and marts, by its full name."""
    with psycopg.connect(dsn) as conn:
        found = {"raw": raw(conn), "marts": marts(conn)}
    return {f"{schema}.{name}": d for schema, tables in found.items() for name, d in tables.items()}


def short(tables: dict[str, str]) -> str:
    """Return one digest of all of them."""
    return hashlib.sha256(repr(sorted(tables.items())).encode()).hexdigest()[:16]


def marts(
    conn: psycopg.Connection, schema: str = "marts", without: Collection[str] = BY_THE_CLOCK
) -> dict[str, str]:
    """Return a digest of every mart's rows, as readers see them or as they were built."""
    names = sorted(path.stem for path in (REPOSITORY / "dbt_project" / "marts").glob("*.sql"))
    return {
        name: _digest(conn, sql.Identifier(schema, name)) for name in names if name not in without
    }


def raw(conn: psycopg.Connection) -> dict[str, str]:
    """Return a digest of what each load holds that was not deleted.

    What came and went between two looks at a vendor leaves a tombstone with who looked, and none
    with who did not.
    """
    return {name: _digest(conn, _living(name)) for name in LOADS}


def _living(name: str) -> sql.Composable:
    columns = versions.content_columns(LOADS[name])
    return sql.SQL("(select {} from {}{})").format(
        versions.names_of(columns),
        sql.Identifier("raw", name),
        sql.SQL(" where not is_deleted" if "is_deleted" in columns else ""),
    )


def _digest(conn: psycopg.Connection, rows: sql.Composable) -> str:
    conn.execute("set timezone = 'UTC'")
    row = conn.execute(
        sql.SQL(
            "select count(*), md5(string_agg(line, '' order by line collate \"C\")) from"
            " (select md5(each::text) as line from {} as each) as lines"
        ).format(rows)
    ).fetchone()
    return "{} rows, {}".format(*row) if row else ""
