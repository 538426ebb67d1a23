"""Builds of the marts by the real tasks, and what readers then see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

import psycopg

from kindred import building
from kindred.tasks import refresh
from kindred.warehouse.connections import connect
from tests.histories.nights import Nights

CUSTOMER_MONTHS = ("customer_segments", "customer_attrition", "customer_advocacy")
# What tells of the batches, and not of the customers.
OF_THE_ROAD = ("last_published_at", "rows_published", "held_batches", "quarantined_rows")
Contents = dict[str, list[str]]


def bring(nights: Nights, run_id: str, *, is_full: bool = False) -> list[building.Node]:
    """Score, build and publish what changed; return what dbt did, nothing if nothing changed."""
    wish = refresh.Wish(full_refresh=is_full)
    if not refresh.score(run_id, nights, 60.0, wish):
        return []
    nodes = refresh.build(run_id, nights)
    let_pass(nights, run_id)
    refresh.publish(run_id, nights)
    return nodes


def let_pass(nights: Nights, run_id: str) -> None:
    """Call the marts of a build passed: a handful of customers leaves some of them empty."""
    with connect(nights.warehouse("transformer")) as conn:
        conn.execute(
            "insert into ops.gate_results (suite, build_id, rule, severity, is_passed)"
            " select 'mart_' || (node ->> 'name'), build_id, 'any', 'critical', true"
            " from ops.builds, jsonb_array_elements(models) as node"
            " where run_id = %s and node ->> 'kind' = 'model' and node ->> 'folder' = 'marts'",
            [run_id],
        )
        conn.execute("update ops.builds set status = 'passed' where run_id = %s", [run_id])
        conn.execute("grant select on all tables in schema build to kindred_publisher")


def contents(dsn: Callable[[str], str]) -> Contents:
    """Return every mart that readers see, as sorted text without what tells of the batches."""
    found: Contents = {}
    with connect(dsn("reader")) as conn:
        for mart, columns in _columns(conn).items():
            shown = ", ".join(f'"{name}"' for name in columns if name not in OF_THE_ROAD)
            rows = conn.execute(
                f'select row({shown})::text collate "C" as line from marts."{mart}" order by 1'
            ).fetchall()
            found[mart] = [line for (line,) in rows]
    return found


def _columns(conn: psycopg.Connection) -> dict[str, list[str]]:
    rows = conn.execute(
        "select table_name, array_agg(column_name::text order by ordinal_position)"
        " from information_schema.columns where table_schema = 'marts' group by 1 order by 1"
    ).fetchall()
    return dict(rows)


def due(conn: psycopg.Connection) -> set[tuple[str, date]]:
    """Return the customer-months that the last build computed."""
    return set(conn.execute("select customer_id, month from build.int_months_due").fetchall())


def customer_months(conn: psycopg.Connection) -> dict[tuple[str, date], tuple[str, ...]]:
    """Return the rows of all customer-month marts, by customer and month."""
    names = " full join ".join(
        f"build.{mart}" if not at else f"build.{mart} using (customer_id, month)"
        for at, mart in enumerate(CUSTOMER_MONTHS)
    )
    texts = ", ".join(f"{mart}::text" for mart in CUSTOMER_MONTHS)
    rows = conn.execute(f"select customer_id, month, {texts} from {names}").fetchall()
    return {(customer, month): tuple(texts) for customer, month, *texts in rows}


def customer_id(contact: str) -> str:
    """Return the name that a customer has in the marts."""
    return "c_" + hashlib.md5(f"salesforce:{contact}".encode()).hexdigest()[:16]  # noqa: S324 -- the marts' own
