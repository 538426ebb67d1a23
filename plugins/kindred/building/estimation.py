"""Compute estimates that SQL cannot express well, from dbt's tables into `estimated`.

    importance.py  which touchpoints and motivators are associated with connection
    risks.py       who will have left in three months, and how well that was predicted before
    worths.py      what customers will buy in the next twelve months
    ranges.py      the allowed range of each figure

Each estimate reads tables of `build` and returns whole tables of `estimated`. Customers come in a
fixed order and figures are rounded, so the same data give the same bytes. Whatever the data, an
estimate ends with valid figures or with the reason why there are none: no build waits for a model.
"""

from __future__ import annotations

import io
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from kindred.building import importance, risks, worths
from kindred.building.change_claims import hold_attempt
from kindred.building.dbt import DbtNode
from kindred.building.ranges import Tables, Unsayable, keep_to_ranges
from kindred.warehouse import sqlstates

Read = Callable[[str], pd.DataFrame]


class Estimator(NamedTuple):
    """The function of an estimate, and the one for its tables if there is no model."""

    make: Callable[[Read], Tables]
    no_model: Callable[[list[str], str], Tables]


ESTIMATES: dict[str, Estimator] = {
    "importance": Estimator(importance.estimate, importance.no_model),
    "lapse_risk": Estimator(risks.estimate, risks.no_model),
    "expected_value": Estimator(worths.estimate, worths.no_model),
}
DIGITS = 6
_OURS = Path(__file__).parents[1]
_MONTH = "select month from build.int_driver_months where is_latest"


def estimate(
    conn: psycopg.Connection, say: Callable[[str], None]
) -> tuple[list[DbtNode], str | None]:
    """Compute every estimate; return the nodes, and the problem if the database failed.

    A model that fails stores its reason and does not affect the others.
    """

    def read(query: str) -> pd.DataFrame:
        return _read(conn, query)

    nodes: list[DbtNode] = []
    for name, how in ESTIMATES.items():
        start = time.perf_counter()
        try:
            tables, reason = made(how, read)
            rows = _replace(conn, tables)
        except psycopg.Error as error:
            return nodes, f"the estimate {name} failed ({sqlstates.describe(error)}{_place(error)})"
        status = "no model" if reason else "success"
        nodes.append(DbtNode(name, "estimate", status, round(time.perf_counter() - start, 3), rows))
        say(f"{'estimate':<8} {name:<38} {status}{f': {reason}' if reason else ''}")
    return nodes, None


def made(how: Estimator, read: Read) -> tuple[Tables, str | None]:
    """Return an estimate's tables with valid figures, or tables without figures and the reason.

    The reason of a failure names the place in the code and not the error's text, which could
    contain a customer's value.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # invalid figures are found below
            return keep_to_ranges(how.make(read), DIGITS), None
    except Unsayable as error:
        reason = str(error)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        reason = f"the estimate failed ({type(error).__name__}{_place(error)})"
    return how.no_model(read(_MONTH)["month"].tolist(), reason), reason


def _read(conn: psycopg.Connection, query: str) -> pd.DataFrame:
    """Return the rows of a query; COPY is several times as fast as fetching Python rows."""
    text = io.BytesIO()
    statement = sql.SQL("copy ({}) to stdout with (format csv, header)").format(sql.SQL(query))
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for part in copy:
            text.write(part)
    text.seek(0)
    # A touchpoint may be named "None" or "01": only an empty field is unknown, and names are text.
    names = dict.fromkeys(("customer_id", "item", "tier"), "str")
    return pd.read_csv(text, keep_default_na=False, na_values=[""], dtype=names)


def _replace(conn: psycopg.Connection, tables: Tables) -> int:
    """Replace the earlier estimates with whole tables; return the number of rows."""
    with conn.transaction(), conn.cursor() as cursor:
        hold_attempt(conn)
        for name, frame in tables.items():
            table = sql.Identifier("estimated", name)
            cursor.execute(sql.SQL("delete from {}").format(table))
            if frame.empty:
                continue
            columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
            statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(table, columns)
            with cursor.copy(statement) as copy:
                copy.write(frame.to_csv(index=False, header=False))
    return sum(map(len, tables.values()))


def _place(error: BaseException) -> str:
    """Return the file and line at which an estimate failed: the last one of this project."""
    first, *deeper = traceback.extract_tb(error.__traceback__)
    frames = deeper or [first]
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_OURS)]
    for frame in reversed(ours or frames):
        return f" at {Path(frame.filename).name}:{frame.lineno}"
    return ""
