"""Nights that were published empty or thin: the following nights ask for them again.

An answer that is empty by mistake looks like a quiet day, and the cursor moves past it. So such a
night stays in the windows of the next ones (`ledger.plan`) until one that is not odd itself has
asked for it again, whatever came. After a week nobody asks any more, and `kindred status` says so.
A night's moments are the data's, so the sandbox's calendar counts where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from kindred.loads import Batch, Load, Window

ASKED_AGAIN_FOR = timedelta(days=7)

# What a batch asked for first: from where the published nights before it ended.
UNCONFIRMED = """
    select
        loads.load,
        loads.batch_id,
        greatest(loads.window_start, (
            select max(earlier.window_end)
            from ops.loads as earlier
            where
                earlier.load = loads.load
                and earlier.status = 'published'
                and not earlier.is_backfill
                and earlier.window_end < loads.window_end
                and earlier.batch_id < loads.batch_id
        )) as night_start,
        loads.window_end as night_end,
        loads.window_start,
        loads.rows_landed,
        loads.suspicion,
        loads.rows_asked_again
    from ops.loads
    where
        loads.status = 'published'
        and loads.suspicion is not null
        and loads.confirmed_at is null
        and not loads.is_backfill
"""


@dataclass(frozen=True)
class Suspicion:
    """A night that was published with few rows or none."""

    batch_id: int
    night: Window
    rows_landed: int


def unconfirmed(conn: psycopg.Connection, load: str, window: Window) -> list[Suspicion]:
    """Return the odd nights of a load that lie in a window."""
    rows = conn.execute(
        f"""
        with unconfirmed as ({UNCONFIRMED})
        select batch_id, night_start, night_end, rows_landed
        from unconfirmed
        where load = %s and night_start >= %s and night_end <= %s
        order by night_end
        """,  # noqa: S608 -- no value goes into the text
        [load, window.start, window.end],
    ).fetchall()
    return [Suspicion(batch, Window(_utc(a), _utc(b)), landed) for batch, a, b, landed in rows]


def asked_again_from(conn: psycopg.Connection, load: Load, end: datetime) -> datetime | None:
    """Return from where a night that ends at `end` asks again for odd nights, if there are any."""
    row = conn.execute(
        f"""
        with unconfirmed as ({UNCONFIRMED})
        select min(greatest(window_start, night_start - %s))
        from unconfirmed
        where load = %s and night_end <= %s and night_end > %s
        """,  # noqa: S608 -- no value goes into the text
        [load.lookback, load.name, end, end - ASKED_AGAIN_FOR],
    ).fetchone()
    return _utc(row[0]) if row and row[0] else None


def nights(found: Iterable[Suspicion]) -> list[Window]:
    """Return the time that odd nights cover, each moment once: a night can be run twice."""
    merged: list[Window] = []
    for night in sorted((one.night for one in found), key=lambda night: night.start):
        if merged and night.start <= merged[-1].end:
            end = max(merged[-1].end, night.end)
            merged[-1] = Window(merged[-1].start, end)
        else:
            merged.append(night)
    return merged


def rows_of(conn: psycopg.Connection, batch: Batch, load: Load, night: Window) -> int:
    """Count the rows of a landed batch that are a night's, by the stamp that it is asked for by."""
    stamp = sql.Identifier(load.modified_at or load.happened_at)
    query = sql.SQL(
        "select count(*) from {} where _batch_id = {} and {stamp} >= {} and {stamp} < {}"
    ).format(
        sql.Identifier("landing", batch.load), batch.batch_id, night.start, night.end, stamp=stamp
    )
    row = conn.execute(query).fetchone()
    return int(row[0]) if row else 0


def settle(conn: psycopg.Connection, batch: Batch, load: Load) -> None:
    """Confirm the odd nights that a batch has asked for again; its rows are still in landing.

    More rows than before settle a night. The same answer does where the batch has its own night's
    rows: a vendor that is silent still would confirm anything.
    """
    row = conn.execute(
        "select suspicion is null or confirmed_at is not null from ops.loads where batch_id = %s",
        [batch.batch_id],
    ).fetchone()
    is_sound = bool(row and row[0])
    for one in unconfirmed(conn, batch.load, batch.window):
        if one.batch_id >= batch.batch_id:
            continue
        rows = rows_of(conn, batch, load, one.night)
        conn.execute(
            "update ops.loads set rows_asked_again = %s,"
            " confirmed_at = case when %s then now() end where batch_id = %s",
            [rows, is_sound or rows > one.rows_landed, one.batch_id],
        )


def accept(conn: psycopg.Connection, batch: Batch) -> None:
    """Take a batch for what it is: a person has looked, and nobody has to ask again."""
    conn.execute(
        "update ops.loads set confirmed_at = now() where batch_id = %s and suspicion is not null",
        [batch.batch_id],
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
