"""The records of one load in raw, by their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from kindred.loads import Load


@dataclass(frozen=True)
class RawRecord:
    """The state of a key in raw."""

    modified_at: datetime
    is_deleted: bool


def keys_after(conn: psycopg.Connection, load: Load, key: str, most: int) -> dict[str, RawRecord]:
    """Return the keys that follow `key` in order, tombstones included, `most` of them."""
    query = sql.SQL(
        "select {key}, {stamp}, is_deleted from {raw} where {key} > %s order by {key} limit %s"
    ).format(key=sql.Identifier(load.key[0]), stamp=_stamp(load), raw=_raw(load))
    rows = conn.execute(query, [key, most]).fetchall()
    return {name: RawRecord(stamp, is_deleted) for name, stamp, is_deleted in rows}


def rows_as_read(
    conn: psycopg.Connection, load: Load, wanted: Mapping[str, RawRecord]
) -> list[dict[str, Any]]:
    """Return the rows of these keys that have not changed since they were read."""
    query = sql.SQL(
        "select {columns} from {raw} join unnest(%s::text[], %s::timestamptz[])"
        " as wanted (name, read_at) on name = {key} and read_at = {stamp}"
        " where not is_deleted order by name"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, load.row.__struct_fields__)),
        raw=_raw(load),
        key=sql.Identifier(load.key[0]),
        stamp=_stamp(load),
    )
    stamps = [held.modified_at for held in wanted.values()]
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, [list(wanted), stamps]).fetchall()


def _raw(load: Load) -> sql.Identifier:
    return sql.Identifier("raw", load.name)


def _stamp(load: Load) -> sql.Identifier:
    return sql.Identifier(load.modified_at or "_extracted_at")
