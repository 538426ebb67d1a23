"""Estimate on what dbt made, into `estimated`: what SQL cannot say well.

    importance.py  which touchpoints and motivators go with connection
    risks.py       who will have left in three months, and how well that was foretold before
    worths.py      what customers will buy in the next twelve months

Each reads tables of `build` and gives whole tables of `estimated`. Customers come in one order and
figures are rounded, so the same data give the same bytes.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pandas as pd
import psycopg
from psycopg import sql

from kindred.building import importance, risks, worths
from kindred.building.claims import hold
from kindred.building.dbt import Node
from kindred.warehouse import sqlstates

Read = Callable[[str], pd.DataFrame]
Tables = dict[str, pd.DataFrame]

ESTIMATES: dict[str, Callable[[Read], Tables]] = {
    "importance": importance.estimate,
    "lapse_risk": risks.estimate,
    "expected_value": worths.estimate,
}
DIGITS = 6


def estimate(conn: psycopg.Connection, say: Callable[[str], None]) -> tuple[list[Node], str | None]:
    """Make every estimate; return what was done, and what went wrong if anything did.

    An estimate that fails says where in the code and never why in words: its text could hold a
    customer's value.
    """

    def read(query: str) -> pd.DataFrame:
        return _read(conn, query)

    nodes: list[Node] = []
    for name, make in ESTIMATES.items():
        start = time.perf_counter()
        try:
            rows = _replace(conn, make(read))
        except (ArithmeticError, LookupError, TypeError, ValueError, psycopg.Error) as error:
            return nodes, f"the estimate {name} failed ({_kind(error)}{_place(error)})"
        nodes.append(Node(name, "estimate", "success", round(time.perf_counter() - start, 3), rows))
        say(f"{'estimate':<8} {name:<38} success")
    return nodes, None


def _read(conn: psycopg.Connection, query: str) -> pd.DataFrame:
    """Return what a query gives; COPY is several times as fast as rows of Python."""
    text = io.BytesIO()
    statement = sql.SQL("copy ({}) to stdout with (format csv, header)").format(sql.SQL(query))
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for part in copy:
            text.write(part)
    text.seek(0)
    # A touchpoint may be called "None" or "01": only an empty field is unknown, and names are text.
    names = dict.fromkeys(("customer_id", "item", "tier"), "str")
    return pd.read_csv(text, keep_default_na=False, na_values=[""], dtype=names)


def _replace(conn: psycopg.Connection, tables: Tables) -> int:
    """Put whole tables in the place of what was estimated before."""
    with conn.transaction(), conn.cursor() as cursor:
        hold(conn)
        for name, frame in tables.items():
            table = sql.Identifier("estimated", name)
            cursor.execute(sql.SQL("delete from {}").format(table))
            if frame.empty:
                continue
            columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
            statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(table, columns)
            with cursor.copy(statement) as copy:
                copy.write(frame.round(DIGITS).to_csv(index=False, header=False))
    return sum(map(len, tables.values()))


def _kind(error: Exception) -> str:
    return sqlstates.describe(error) if isinstance(error, psycopg.Error) else type(error).__name__


def _place(error: BaseException) -> str:
    """Return the file and line at which an estimate failed."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
