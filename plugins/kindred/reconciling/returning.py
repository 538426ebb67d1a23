"""Bring back records that have a tombstone and that the vendor has after all.

An integration user that could not see them for a while is enough to cause this. The vendor's stamp
is older than the tombstone, so no night would bring them back. They are landed with a stamp one
tick newer than the tombstone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from kindred.api import Client
from kindred.landing.raw_reader import RawReader
from kindred.loads import TICK, ExtractRequest, Load, Window

FINEST = timedelta(milliseconds=1)  # of the vendors' stamps


@dataclass(frozen=True)
class Returned:
    """The vendor's stamp of a record, and the stamp of its tombstone in raw."""

    stamp: datetime
    ended_at: datetime


async def returned(
    api: Client, conn: psycopg.Connection, load: Load, back: Mapping[str, Returned]
) -> list[dict[str, Any]]:
    """Extract these records as the load does, and stamp each one newer than its tombstone."""
    wire = {field.name: field.encode_name for field in msgspec.structs.fields(load.row)}
    key, stamp = wire[load.key[0]], wire[load.modified_at or ""]
    known, found = RawReader(conn, asyncio.Lock()), []
    for moment in sorted({one.stamp.astimezone(UTC) for one in back.values()}):
        ask = ExtractRequest(api, Window(moment, moment + FINEST), known, frozenset({load.name}))
        async for page in load.extract(ask):
            found += [
                record | {stamp: back[record[key]].ended_at + TICK}
                for record in page.records
                if page.load == load.name and record.get(key) in back
            ]
    return found
