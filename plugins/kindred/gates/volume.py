"""Decide whether a batch with few rows or none means a quiet window or a source that went silent.

A batch without rows breaks no rule over rows. The number to expect comes from recent nights. A
suspicious batch that is published all the same is extracted again by the following nights, see
warehouse/suspicions.py.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg

from kindred import settings
from kindred.gates.expected_volume import FEWEST_EXPECTED, NightVolume, Usual, usual
from kindred.gates.verdicts import Finding, Severity
from kindred.loads import Batch, Load
from kindred.warehouse import suspicions

HISTORY = timedelta(weeks=8)
# Windows count as equally long within these factors: a night with a clock change, not the first.
LONGEST, SHORTEST = 1.25, 0.25
# A load that skips what raw holds lands whole groups of rows, such as the phrases of a call.
GROUP = 10
EMPTY, THIN = "rows_arrived", "rows_as_usual"
SUSPICIONS = {EMPTY: "empty", THIN: "thin"}


def empty_or_thin(
    conn: psycopg.Connection,
    batch: Batch,
    rows: int = 0,
    *,
    may_be_empty: bool,
    load: Load | None = None,
) -> Finding | None:
    """Return the finding on a batch with few rows or none; None if their number is plausible.

    It is critical if rows were expected and none landed.

    Args:
        rows: The number of landed rows.
        may_be_empty: Whether the load skips what raw holds already. Its window looks back but lands
            nothing twice, so only the time since the last rows can be too long.
        load: The load, which tells the rows of nights that are extracted again; these do not count
            for this night. Without it all rows count.
    """
    own, rows = _own(conn, batch, rows, load)
    expected = usual(_nights(conn, batch, own))
    if may_be_empty:
        return None if rows else _quiet(conn, batch, expected, own)
    if rows == 0:
        return _empty(expected)
    return _finding(THIN, "warning", expected, f"{rows:,} rows") if expected.is_thin(rows) else None


def _empty(expected: Usual) -> Finding | None:
    if expected.rows == 0:
        return None
    return _finding(EMPTY, "critical" if expected.is_due else "warning", expected, "No rows")


def _quiet(conn: psycopg.Connection, batch: Batch, expected: Usual, own: timedelta) -> Finding:
    """Return the finding on a load for which a quiet night is normal, but not a quiet week."""
    due = expected.mean * (_without_rows(conn, batch) / own)
    is_due = expected.nights > 0 and due >= FEWEST_EXPECTED * GROUP
    return _finding(EMPTY, "critical" if is_due else "warning", expected, "No rows")


def _finding(rule: str, severity: Severity, expected: Usual, found: str) -> Finding:
    way_out = (
        "Check the vendor's status, the credentials' permissions and the object's name, then"
        " land the load again; `kindred release` if the source was really quiet."
        if severity == "critical"
        else "It is published, and the following nights extract it again until it is confirmed."
    )
    return Finding(rule, severity, False, f"{found} in this window ({expected}). {way_out}", 0, 0)


def _own(
    conn: psycopg.Connection, batch: Batch, rows: int, load: Load | None
) -> tuple[timedelta, int]:
    """Return the window's length without the nights that it extracts again, and its rows."""
    length = batch.window.end - batch.window.start
    if load is None:
        return length, rows
    again = [
        one
        for one in suspicions.unconfirmed(conn, batch.load, batch.window)
        if one.batch_id != batch.batch_id and one.night.end < batch.window.end
    ]
    for night in suspicions.nights(again):
        length -= night.end - night.start
        rows -= suspicions.rows_of(conn, batch, load, night)
    return length, max(rows, 0)


def _nights(conn: psycopg.Connection, batch: Batch, length: timedelta) -> list[NightVolume]:
    """Return the published nights of the eight weeks before with windows of about this length."""
    zone = settings.TIME_ZONE.get().key
    rows = conn.execute(
        """
        with nights as (
            select
                rows_landed,
                window_end - window_start as length,
                extract(isodow from (window_end - interval '1 second') at time zone %(zone)s)
                = extract(isodow from (%(end)s - interval '1 second') at time zone %(zone)s)
                    as is_same_weekday
            from ops.loads
            where
                load = %(load)s
                and status = 'published'
                and not is_backfill
                -- What is still asked for again says nothing yet.
                and (
                    suspicion is null
                    or confirmed_at is not null
                    or window_end <= %(end)s - %(asked_again)s
                )
                and window_end < %(end)s
                and window_end >= %(since)s
        )
        select
            (rows_landed * extract(epoch from %(length)s) / extract(epoch from length))::float,
            is_same_weekday and length >= %(length)s / %(longest)s
        from nights
        where length between %(length)s * %(shortest)s and %(length)s * %(longest)s
        """,
        {
            "zone": zone,
            "load": batch.load,
            "end": batch.window.end,
            "since": batch.window.end - HISTORY,
            "asked_again": suspicions.ASKED_AGAIN_FOR,
            "length": length,
            "longest": LONGEST,
            "shortest": SHORTEST,
        },
    ).fetchall()
    return [NightVolume(*row) for row in rows]


def _without_rows(conn: psycopg.Connection, batch: Batch) -> timedelta:
    """Return the time from the end of the last window with rows to the end of this window."""
    row = conn.execute(
        "select max(window_end) from ops.loads"
        " where load = %s and status = 'published' and rows_landed > 0",
        [batch.load],
    ).fetchone()
    last = row[0] if row and row[0] else batch.window.start
    return max(timedelta(0), batch.window.end - last)
