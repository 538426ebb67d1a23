"""Find why Postgres rejected a model of dbt: the SQLSTATE and the column.

dbt keeps only an error's text, which quotes values. Its adapter is therefore patched to record the
error itself, and a model that failed on a value is queried again column by column.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from kindred.warehouse import sqlstates

SECONDS = 30.0  # for all columns of a model; the night has failed anyway
MOST_NAMED = 3
A_VALUE = "22"  # the class of SQLSTATEs for invalid values


@contextmanager
def recording_failures() -> Iterator[dict[str, Any]]:
    """Yield a dictionary that collects Postgres's errors by the name of dbt's node."""
    from dbt.adapters.postgres.connections import PostgresConnectionManager as Manager

    found: dict[str, Any] = {}
    handler = Manager.exception_handler

    @contextmanager
    def noting(self: Any, statement: str) -> Iterator[None]:
        with handler(self, statement):
            try:
                yield
            except Exception as error:
                if getattr(error, "pgcode", None):
                    found.setdefault(self.get_thread_connection().name, error)
                raise

    # No event of dbt has the error itself, and its results have only the text.
    Manager.exception_handler = noting  # type: ignore[assignment, method-assign]
    try:
        yield found
    finally:
        Manager.exception_handler = handler  # type: ignore[method-assign]


def describe(conn: psycopg.Connection, node: Any, errors: Mapping[str, Any]) -> str:
    """Return why Postgres rejected a node; empty if the error was not from Postgres.

    Args:
        conn: The transformer's connection, which runs the model's query again.
        node: The node of dbt, with its compiled code and its declared columns.
    """
    error = errors.get(node.unique_id)
    if error is None:
        return ""
    said = sqlstates.describe(error)
    columns = _columns(conn, node) if error.pgcode.startswith(A_VALUE) else []
    if not columns:
        return said
    more = " and others" * (len(columns) > MOST_NAMED)
    return f"{said} in column {', '.join(columns[:MOST_NAMED])}{more}"


def _columns(conn: psycopg.Connection, node: Any) -> list[str]:
    """Return the columns that cannot be computed; none if every column fails.

    Postgres computes only the selected columns of a query, so each column fails by itself.
    """
    query = getattr(node, "compiled_code", None)
    if not query:
        return []
    until = time.monotonic() + SECONDS
    model = sql.SQL("({}\n) as model").format(sql.SQL(query))
    try:
        names = _names(conn, model)
        failing = [name for name in names if _fails(conn, model, node, name, until)]
    except psycopg.Error:  # out of time, or a different error
        return []
    return failing if len(failing) < len(names) or len(names) == 1 else []


def _names(conn: psycopg.Connection, model: sql.Composed) -> list[str]:
    """Return the model's columns without planning the query, since planning computes constants."""
    statement = sql.SQL("select * from {}").format(model).as_bytes(conn)
    conn.pgconn.prepare(b"", statement)
    found = conn.pgconn.describe_prepared(b"")
    return [(found.fname(place) or b"").decode() for place in range(found.nfields)]


def _fails(
    conn: psycopg.Connection, model: sql.Composed, node: Any, name: str, until: float
) -> bool:
    """Return whether a column cannot be computed as the type that the model declares."""
    value: sql.Composable = sql.Identifier("model", name)
    declared = node.columns.get(name)
    if declared is not None and declared.data_type:
        value = sql.SQL("cast({} as {})").format(value, sql.SQL(declared.data_type))
    milliseconds = max(1, int((until - time.monotonic()) * 1000))
    try:
        with conn.transaction():
            conn.execute(sql.SQL("set local statement_timeout = {}").format(milliseconds))
            conn.execute(sql.SQL("select count({}) from {}").format(value, model))
    except psycopg.DataError:
        return True
    return False
