"""What holds after every step, whatever happened: the cursors, the changes, what is left over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from typing import Any

import psycopg

from tests.histories.compare import read
from tests.histories.truth import KEYS, Raw, Row

UNDER_WAY = ["landing", "landed", "passed"]
# The column that names whose row it is, and the one that says from which day on it counts.
SUBJECTS = {
    "salesforce_contacts": ("contact_id", "customer_since"),
    "salesforce_orders": ("contact_id", "ordered_on"),
    "salesforce_survey_responses": ("contact_id", "submitted_at"),
    "salesforce_touchpoint_ratings": ("contact_id", "rated_at"),
    "salesforce_referrals": ("referrer_contact_id", "created_at"),
    "genesys_conversations": ("conversation_id", "started_at"),
    "genesys_surveys": ("conversation_id", "conversation_started_at"),
    "genesys_transcripts": ("conversation_id", "said_at"),
    "mastodon_statuses": ("account", "created_at"),
}


def changes(conn: psycopg.Connection, after: int = 0) -> list[tuple[str, str, date]]:
    """Return load, subject and first day of `ops.changes`, those after a number."""
    return conn.execute(
        "select load, subject, from_date from ops.changes where change_id > %s order by 1, 2, 3",
        [after],
    ).fetchall()


def changed(before: Raw, after: Raw, zone: tzinfo) -> list[tuple[str, str, date]]:
    """Return what a publication has to call changed that made `after` from `before`."""
    found: dict[tuple[str, str], date] = {}
    for load in KEYS:
        for key in before[load].keys() | after[load].keys():
            old, new = before[load].get(key), after[load].get(key)
            for row in (old, new) if old != new else ():
                if row is not None:
                    subject, day = _subject(load, row, zone)
                    found[load, subject] = min(day, found.get((load, subject), day))
    return sorted((load, subject, day) for (load, subject), day in found.items())


def _subject(load: str, row: Row, zone: tzinfo) -> tuple[str, date]:
    subject, day = (row[column] for column in SUBJECTS[load])
    return subject, day.astimezone(zone).date() if isinstance(day, datetime) else day


@contextmanager
def only_true_changes(conn: psycopg.Connection, zone: tzinfo, met: set[str]) -> Iterator[None]:
    """Hold `ops.changes` against what really changes in raw meanwhile, and note the posts met."""
    before = read(conn)
    (last,) = conn.execute("select coalesce(max(change_id), 0) from ops.changes").fetchone() or (0,)
    yield
    now = read(conn)
    met |= {status_id for (status_id,) in now["mastodon_statuses"]}
    assert changes(conn, last) == changed(before, now, zone)


def gaps(conn: psycopg.Connection) -> list[str]:
    """Return the cursors that stand past something nobody has asked for."""
    rows = conn.execute("select load, through from ops.cursors order by load").fetchall()
    return [
        f"{load}: the cursor is at {through}, published is what came before {reached}"
        for load, through in rows
        if through > (reached := _reached(conn, load))
    ]


def cursors(conn: psycopg.Connection) -> dict[str, datetime]:
    """Return up to where each load is published."""
    return dict(conn.execute("select load, through from ops.cursors").fetchall())


def outdated(conn: psycopg.Connection) -> list[tuple[str, int, str]]:
    """Return load, batch and status of what waits though a later batch has brought all of it."""
    return conn.execute(
        """
        select old.load, old.batch_id, old.status from ops.loads as old
        where old.status in ('held', 'failed') and exists (
            select from ops.loads as new
            where new.load = old.load and new.status = 'published'
                and new.batch_id > old.batch_id
                and new.ended_at > coalesce(old.ended_at, old.gated_at)
                and new.window_start <= old.window_start and new.window_end >= old.window_end
        )
        """
    ).fetchall()


def _reached(conn: psycopg.Connection, load: str) -> Any:
    """Return up to where the published windows follow each other without a gap."""
    windows = conn.execute(
        "select window_start, window_end from ops.loads"
        " where load = %s and status = 'published' order by 1, 2",
        [load],
    ).fetchall()
    reached = windows[0][0]
    for start, end in windows:
        if start <= reached:
            reached = max(reached, end)
    return reached


def leftovers(conn: psycopg.Connection) -> list[str]:
    """Return the batches that are settled, or that the ledger does not know, but have rows left."""
    found = []
    for schema, states in (("landing", UNDER_WAY), ("held", ["held"])):
        for load in KEYS:
            rows = conn.execute(
                f"select _batch_id, batch.status, count(*) from {schema}.{load}"
                " left join ops.loads as batch on batch.batch_id = _batch_id"
                " where batch.status is null or not batch.status = any(%s) group by 1, 2",
                [states],
            ).fetchall()
            found += [f"{schema}.{load}: batch {row[0]} is {row[1]}: {row[2]} rows" for row in rows]
    return found
