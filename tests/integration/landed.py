"""Batches for the tests: rows that keep their contract, landed as `land` would."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from kindred.gates import suites
from kindred.landing.contracts import Contract
from kindred.loads import Batch, Load, Window
from kindred.warehouse import ledger, schema

START = datetime(2026, 3, 1, tzinfo=UTC)
NIGHT = Window(START, START + timedelta(days=1))
NOON = START + timedelta(hours=12)


def example(load: Load) -> dict[str, Any]:
    """Return the row of the record that the load's suite gives as an example."""
    record = suites.read(load.name).document["meta"]["example"]
    silent = {
        field.encode_name: None
        for field in msgspec.structs.fields(load.row)
        if field.default is msgspec.NODEFAULT
    }
    checked = Contract(load).validate([silent | record])
    assert checked.refused == []
    assert checked.extra_fields == set()
    return dict(zip(load.row.__struct_fields__, checked.rows[0], strict=False))


_runs = itertools.count(1)


def good(load: Load, **changes: Any) -> dict[str, Any]:
    """Return a row that every rule of the load's suite is happy with, but for `changes`."""
    return example(load) | changes


def many(load: Load, count: int, **changes: Any) -> list[dict[str, Any]]:
    """Return `count` good rows with keys of their own."""
    last = load.key[-1]
    row = good(load, **changes)
    return [
        row | {last: number if isinstance(row[last], int) else f"k-{number}"}
        for number in range(count)
    ]


def land(
    conn: psycopg.Connection,
    load: Load,
    rows: Iterable[dict[str, Any]],
    *,
    window: Window = NIGHT,
    status: str = "landed",
    run_id: str | None = None,
    extracted_at: datetime | None = None,
    quarantined: int = 0,
    extra_fields: Iterable[str] = (),
) -> Batch:
    """Open a batch, land `rows` and leave it in `status`; a row may name its `_extracted_at`."""
    batch = ledger.open_batch(conn, load.name, window, run_id or f"run-{next(_runs)}")
    written = list(rows)
    with conn.transaction():
        insert(conn, batch, load, written, extracted_at or window.end)
        ledger.record(
            conn, batch, "landed", rows_landed=len(written), rows_quarantined=quarantined,
            extra_fields=list(extra_fields),
        )  # fmt: skip
        if status == "published":
            ledger.record(conn, batch, "passed")
        if status != "landed":
            ledger.record(conn, batch, status)
    return batch


def insert(
    conn: psycopg.Connection,
    batch: Batch,
    load: Load,
    rows: Iterable[dict[str, Any]],
    extracted_at: datetime,
) -> None:
    """Write rows into landing: null or the contract's default where a row says nothing."""
    names = [column.name for column in [*schema.columns(load), *schema.META]]
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("landing", load.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
    )
    asked = {
        field.name
        for field in msgspec.structs.fields(load.row)
        if field.default is msgspec.NODEFAULT
    }
    columns = {
        column.name: column.is_nullable for column in schema.columns(load) if column.name in asked
    }
    for row in rows:
        meta = {"_extra": None, "_batch_id": batch.batch_id, "_extracted_at": extracted_at}
        silent = {name: None for name, kept in columns.items() if kept}
        struct = load.row(**silent | {k: v for k, v in row.items() if k not in meta})
        fields = {name: getattr(struct, name) for name in load.row.__struct_fields__}
        full = fields | meta | {k: v for k, v in row.items() if k in meta}
        conn.execute(statement, [_adapt(full[name]) for name in names])


def _adapt(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, list | dict) else value
