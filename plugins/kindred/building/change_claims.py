"""Claim changes for a build, which publishes them in as many attempts as it takes.

Only the newest attempt of the newest build may write to `build` and `estimated`. Each write begins
with `ops.hold_attempt()`, which raises an error in other attempts (warehouse/migrations).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

from kindred.errors import BuildError, SupersededError
from kindred.warehouse import ledger, locks


@dataclass(frozen=True)
class Build:
    """One run of dbt over claimed changes: a row of `ops.builds`."""

    build_id: int
    changes: int
    is_full_refresh: bool
    attempt: int = field(compare=False)  # the fencing token

    def __str__(self) -> str:
        what = "full refresh" if self.is_full_refresh else "what changed"
        return f"build {self.build_id}: {what}, {self.changes:,} changes"


class WaitingError(BuildError):
    """The changes cannot be built yet, because backfills came before the first night."""

    def __init__(self, conn: psycopg.Connection) -> None:
        found = conn.execute(
            "select load, count(*) from ops.changes group by load order by load"
        ).fetchall()
        waiting = ", ".join(f"{load} ({changes:,})" for load, changes in found)
        super().__init__(
            f"changes wait to be built: {waiting}. None of these loads has had a night yet, and"
            " only a night sets the date through which the marts' data reach. Run one"
            " (`kindred run`, or an ingest's newest run in Airflow); the marts follow it"
        )


def claim(
    conn: psycopg.Connection,
    run_id: str,
    *,
    full_refresh: bool = False,
    is_model_due: bool = False,
) -> Build | None:
    """Claim every change that no published build covers; return None if there is nothing to do.

    A cursor that moved without a change also needs a build, because the marts show how fresh they
    are. Changes of an unpublished build are claimed again, and a full refresh that was never
    published is still due. Marts of an older version, whose keys have no vendor, are refreshed in
    full.

    Args:
        is_model_due: Whether another model is to score the texts, which needs a build by itself.

    Raises:
        WaitingError: There are changes, but no load has had a night yet.
    """
    with conn.transaction():
        ledger.lock_builds(conn)
        row = conn.execute(
            """
            select
                not exists (select from ops.builds where status = 'published'),
                exists (select from ops.changes),
                (select min(through) from ops.cursors),
                (select max(moved_at) from ops.cursors) > (
                    select max(started_at) from ops.builds where status = 'published'
                ),
                coalesce((
                    select is_full_refresh and status <> 'published'
                    from ops.builds order by build_id desc limit 1
                ), false),
                -- Made before links had a vendor: what is kept has other keys.
                to_regclass('build.customer_segments') is not null
                    and to_regclass('build.int_identity_links') is null
            """
        ).fetchone()
        assert row is not None  # noqa: S101 -- a select without from has one row
        is_first, has_changes, data_through, has_moved, is_owed_full, is_outdated = row
        is_full = full_refresh or is_first or is_owed_full or is_outdated
        if data_through is None and has_changes:
            raise WaitingError(conn)
        if data_through is None or not (is_full or has_changes or has_moved or is_model_due):
            return None
        _terminate_older_attempts(conn)
        conn.execute(
            "update ops.builds set status = 'failed',"
            " message = coalesce(message, 'replaced by a later build')"
            " where status in ('building', 'built', 'passed', 'held')"
        )
        row = conn.execute(
            "insert into ops.builds (run_id, status, is_full_refresh, data_through, attempt)"
            " values (%s, 'building', %s, %s, nextval('ops.attempts'))"
            " returning build_id, attempt",
            [run_id, is_full, data_through],
        ).fetchone()
        assert row is not None  # noqa: S101 -- `returning` returns the row just written
        build_id, attempt = row
        claimed = conn.execute("update ops.changes set build_id = %s", [build_id]).rowcount
        conn.execute("update ops.builds set changes = %s where build_id = %s", [claimed, build_id])
    return Build(build_id, claimed, is_full, attempt)


def resume(conn: psycopg.Connection, build_id: int) -> Build:
    """Begin another attempt at a claimed build; earlier attempts can no longer write.

    Raises:
        SupersededError: A newer build has claimed its changes.
        BuildError: Its texts are not scored, or their gate holds them.
    """
    with conn.transaction():
        _terminate_older_attempts(conn)
        row = conn.execute(
            "update ops.builds set status = 'building', message = null,"
            " attempt = nextval('ops.attempts')"
            " where build_id = %s and build_id = (select max(build_id) from ops.builds)"
            " and status <> 'published' and text_model_version is not null"
            " returning changes, is_full_refresh, attempt",
            [build_id],
        ).fetchone()
    if row is None:
        if _is_newest(conn, build_id):
            raise BuildError(f"build {build_id} has no scores yet: clear the score task of its run")
        raise SupersededError(f"build {build_id} is published, or a newer one has its changes")
    return Build(build_id, *row)


def hold_attempt(conn: psycopg.Connection) -> None:
    """Prevent newer attempts from beginning until the transaction ends.

    Raises:
        SupersededError: A newer attempt has begun already, so nothing more may be written.
    """
    ledger.hold_attempt(conn)


def _terminate_older_attempts(conn: psycopg.Connection) -> None:
    """Terminate the sessions in which an older attempt is writing, and prevent further writes.

    The older attempt is an orphan, because builds run one at a time. A session whose process has
    stopped or is lost in the middle of a transaction would block this attempt.
    """
    locks.end_sharers(conn, locks.ATTEMPT)
    locks.take(conn, locks.ATTEMPT)


def _is_newest(conn: psycopg.Connection, build_id: int) -> bool:
    row = conn.execute(
        "select %s = max(build_id) and bool_and(status <> 'published' or build_id <> %s)"
        " from ops.builds",
        [build_id, build_id],
    ).fetchone()
    return bool(row and row[0])
