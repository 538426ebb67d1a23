"""What a warehouse holds, as digests that do not depend on the order of rows or on the day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import psycopg
from psycopg import sql

from bench.truth.road import PROJECT
from bench.year.nights import Nights
from kindred.embedded.home import SUPERUSER
from kindred.publishing import versions
from kindred.sources import LOADS

# It says when things were published, by the wall clock.
BY_THE_CLOCK = {"freshness"}


def all_of(nights: Nights) -> dict[str, str]:
    """Return a digest of every table of raw and marts."""
    with psycopg.connect(nights.server.dsn(SUPERUSER)) as conn:
        found = {"raw": raw(conn), "marts": marts(conn)}
    return {f"{schema}.{name}": d for schema, tables in found.items() for name, d in tables.items()}


def short(tables: dict[str, str]) -> str:
    """Return one digest of all of them."""
    return hashlib.sha256(repr(sorted(tables.items())).encode()).hexdigest()[:16]


def marts(conn: psycopg.Connection, of: str = "marts") -> dict[str, str]:
    """Return a digest of every mart's rows."""
    names = sorted(path.stem for path in (PROJECT / "marts").glob("*.sql"))
    return {
        name: _digest(conn, sql.SQL("{}").format(sql.Identifier(of, name)), sql.SQL("mart::text"))
        for name in names
        if name not in BY_THE_CLOCK
    }


def raw(conn: psycopg.Connection) -> dict[str, str]:
    """Return a digest of what each load holds that was not deleted.

    What came and went between two looks at a vendor leaves a tombstone with who looked, and none
    with who did not.
    """
    return {name: _digest(conn, *_living(name)) for name in LOADS}


def _living(name: str) -> Iterator[sql.Composable]:
    load = LOADS[name]
    columns = versions.content_columns(load)
    yield sql.SQL("(select {} from {}{})").format(
        versions.names_of(columns),
        sql.Identifier("raw", name),
        sql.SQL(" where not is_deleted" if "is_deleted" in columns else ""),
    )
    yield sql.SQL("mart::text")


def _digest(conn: psycopg.Connection, table: sql.Composable, text: sql.Composable) -> str:
    conn.execute("set timezone = 'UTC'")
    row = conn.execute(
        sql.SQL(
            "select count(*), md5(string_agg(line, '' order by line collate \"C\")) from"
            " (select md5({}) as line from {} as mart) as lines"
        ).format(text, table)
    ).fetchone()
    return "{} rows, {}".format(*row) if row else ""
