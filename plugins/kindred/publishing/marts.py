"""Publish a gated build: every mart in one transaction, so that readers never see a mixture.

Tables that readers see are never dropped, truncated or swapped: their views, grants and open
queries stay. Only rows whose content differs are written, so a quiet night writes little.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

from kindred.errors import PublishError, SupersededError
from kindred.publishing import tables
from kindred.warehouse import locks, sqlstates
from kindred.warehouse.connections import connect
from kindred.warehouse.ledger import published_marts

# A session that waits for a reader's lock blocks new readers too, so wait briefly but often.
LOCK_TIMEOUT_SECONDS = 0.5
ATTEMPTS = 24
WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class MartPublication:
    """The numbers of rows that publishing one mart wrote."""

    mart: str
    rows_added: int
    rows_removed: int
    rows: int

    def __str__(self) -> str:
        return (
            f"marts.{self.mart}: {self.rows:,} rows,"
            f" {self.rows_added:,} written, {self.rows_removed:,} removed"
        )


def publish_marts(
    dsn: str,
    build_id: int,
    marts: Iterable[str] | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> list[MartPublication]:
    """Make `marts.<mart>` equal `build.<mart>` for every mart of a build that passed its gate.

    Args:
        dsn: The publisher's connection string.
        marts: The marts; by default those whose suites the build passed.
        wait_seconds: How long to wait for a reader whose lock blocks a new column.

    Returns:
        What was written; nothing if the build is published already.

    Raises:
        PublishError: The build has not passed, a mart has lost or retyped a column, or readers
            hold a lock. Readers keep the marts of the last publication.
        SupersededError: A newer build is published.
    """
    with connect(dsn) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.execute(f"set lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
        for attempt in range(ATTEMPTS):
            try:
                return _publish(conn, build_id, marts)
            except locks.LockedError as error:
                in_the_way = str(error)
            except psycopg.errors.LockNotAvailable:
                in_the_way = f"a new column waits for {locks.holders(conn, 'marts')}"
            except psycopg.Error as error:
                # Its text can quote a row, so only its kind is passed on.
                raise PublishError(
                    f"build {build_id}: Postgres refused the publication"
                    f" ({sqlstates.describe(error)}); {published_marts(conn)}"
                ) from None
            if attempt + 1 < ATTEMPTS:
                time.sleep(wait_seconds)
        raise PublishError(
            f"build {build_id}: readers or another publication held a lock each of {ATTEMPTS}"
            f" times ({in_the_way}); end that session and publish again; {published_marts(conn)}"
        )


def _publish(
    conn: psycopg.Connection, build_id: int, marts: Iterable[str] | None
) -> list[MartPublication]:
    names = list(marts) if marts is not None else _gated(conn, build_id)
    if _is_published(conn, build_id):
        return []
    if not names:
        raise PublishError(f"build {build_id} has no gated marts to publish")
    for mart in names:
        tables.check_compatible(conn, mart)
    for mart in names:
        with _locked(conn):
            tables.add_columns(conn, mart)
    with _locked(conn):
        conn.execute("set local timezone = 'UTC'")
        if _is_published(conn, build_id):
            return []
        done = [_publish_mart(conn, mart) for mart in names]
        conn.execute(
            "update ops.builds set status = 'published', published_at = now() where build_id = %s",
            [build_id],
        )
        conn.execute("delete from ops.changes where build_id = %s", [build_id])
    for mart in names:
        # If a reader blocks this, the next publication does it.
        with suppress(psycopg.errors.LockNotAvailable, locks.LockedError), _locked(conn):
            tables.restore_constraints(conn, mart)
    return done


@contextmanager
def _locked(conn: psycopg.Connection) -> Iterator[None]:
    """Lock out other publications for a transaction whose snapshot is taken under the lock."""
    with conn.transaction():
        locks.take(conn, locks.PUBLISH)
        yield


def _is_published(conn: psycopg.Connection, build_id: int) -> bool:
    row = conn.execute(
        "select status, (select max(build_id) from ops.builds where status = 'published')"
        " from ops.builds where build_id = %s",
        [build_id],
    ).fetchone()
    status, newest = row or ("unknown", None)
    if status == "published":
        return True
    if newest is not None and newest > build_id:
        raise SupersededError(
            f"build {build_id} is older than build {newest}, which readers already see"
        )
    if status != "passed":
        raise PublishError(
            f"build {build_id} has not passed its gate (it is {status}); {published_marts(conn)}"
        )
    return False


def _gated(conn: psycopg.Connection, build_id: int) -> list[str]:
    rows = conn.execute(
        "select distinct substr(suite, 6) from ops.gate_results"
        " where build_id = %s and suite like 'mart\\_%%' order by 1",
        [build_id],
    ).fetchall()
    return [row[0] for row in rows]


def _publish_mart(conn: psycopg.Connection, mart: str) -> MartPublication:
    tables.create(conn, mart)
    removed, added, rows = tables.replace_different_rows(conn, mart)
    tables.copy_comments(conn, mart)
    return MartPublication(mart, added, removed, rows)
