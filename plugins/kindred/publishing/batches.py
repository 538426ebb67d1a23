"""Publish gated batches: merge landing into raw and record what changed.

For each key, raw holds the greatest version that was ever published. Versions are ordered by the
vendor's modification stamp, then by the time of extraction (counters change without a new stamp),
then deletions above others, then by a hash of the content.  The greatest version of a set does not
depend on the order of the set, so raw does not depend on the order of publications.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from kindred import settings
from kindred.errors import KindredError, SupersededError, WarehouseError
from kindred.loads import Batch, Load
from kindred.publishing import merge
from kindred.warehouse import ledger, sqlstates, suspicions

ABANDONED_AFTER = "6 hours"  # twice what a task may take


class LostError(WarehouseError):
    """Rows that landed and passed their gate are gone from landing; `what` is for the ledger."""

    def __init__(self, batch: Batch, landed: int, present: int) -> None:
        self.what = (
            f"batch {batch.batch_id} landed {landed:,} rows but {present:,} are there;"
            " a crash of the database empties landing: run this load again for its window"
        )
        super().__init__(f"{batch.load}: {self.what}")


@dataclass(frozen=True)
class BatchPublication:
    """The result of publishing one batch: changed rows of raw, and rows that lost a conflict."""

    batch: Batch
    rows_published: int
    rows_conflicting: int
    subjects_changed: int

    def __str__(self) -> str:
        conflicts = f", {self.rows_conflicting:,} quarantined" if self.rows_conflicting else ""
        return (
            f"raw.{self.batch.load}: {self.rows_published:,} rows changed"
            f" of {self.subjects_changed:,} subjects{conflicts}"
        )


def publish_batches(
    conn: psycopg.Connection,
    batches: Iterable[Batch],
    loads: Mapping[str, Load],
    time_zone: str | None = None,
    first: Callable[[psycopg.Connection, Batch], None] | None = None,
) -> list[BatchPublication]:
    """Publish each batch in its own transaction; a failure does not stop the others.

    Args:
        conn: A connection as the loader.
        loads: The loads by name, which define versions and subjects.
        time_zone: The business's time zone, which assigns an instant to a day; by default the
            setting.
        first: A function that each transaction calls first, such as the release of a held batch.

    Raises:
        SupersededError: A newer attempt owns the only batch that could not be published.
        WarehouseError: A batch could not be merged; the message names each, and the remedy. A
            batch whose rows a crash has removed from landing is failed, to be extracted again.
    """
    zone = time_zone or settings.TIME_ZONE.get().key
    conn.commit()  # ends the caller's transaction, in which a batch would be only a savepoint
    done: list[BatchPublication] = []
    failures: list[KindredError] = []
    for batch in batches:
        try:
            with conn.transaction():
                if first is not None:
                    first(conn, batch)
                done.append(_publish(conn, batch, loads[batch.load], zone))
            _analyze(conn, done[-1])
        except LostError as error:
            failures.append(error)
            _give_up(conn, batch, error)
        except (WarehouseError, SupersededError) as error:
            failures.append(error)
        except psycopg.Error as error:
            # Its text can quote a row ("Key (email)=(...)"), so only its kind is passed on.
            failures.append(
                WarehouseError(
                    f"{batch.load}: Postgres refused the merge of batch {batch.batch_id}"
                    f" ({sqlstates.describe(error)}); raw is unchanged"
                )
            )
    if failures:
        several = WarehouseError("; ".join(map(str, failures)))
        raise failures[0] if len(failures) == 1 else several
    return done


def _publish(conn: psycopg.Connection, batch: Batch, load: Load, zone: str) -> BatchPublication:
    ledger.fence(conn, batch)
    _refuse_unready(conn, batch)
    # A row's text is part of its version, so it must not depend on the session's settings.
    conn.execute("set local timezone = 'UTC'")
    conn.execute("set local datestyle = 'ISO'")
    conn.execute("set local extra_float_digits = 1")
    merge.reduce(conn, batch, load)
    conflicting = merge.quarantine_conflicts(conn, batch, load)
    merge.keep_addresses(conn, batch, load)
    merge.find_changes(conn, load, zone)
    if _has_open_batches(conn, batch):
        merge.touch_unchanged(conn, load)
    published = merge.upsert(conn, load)
    merge.forget_addresses(conn, load)
    subjects = merge.mark_subjects(conn, batch)
    suspicions.settle(conn, batch, load)
    conn.execute(
        sql.SQL("delete from {} where _batch_id = {}").format(
            sql.Identifier("landing", load.name), batch.batch_id
        )
    )
    conn.execute("drop table incoming, changed")
    _move_cursor(conn, batch)
    _retire_covered(conn, batch)
    _record(conn, batch, published, conflicting)
    return BatchPublication(batch, published, conflicting, subjects)


def _refuse_unready(conn: psycopg.Connection, batch: Batch) -> None:
    row = conn.execute(
        sql.SQL(
            "select status, rows_landed, (select count(*) from {} where _batch_id = {id})"
            " from ops.loads where batch_id = {id}"
        ).format(sql.Identifier("landing", batch.load), id=batch.batch_id)
    ).fetchone()
    if row is None or row[0] != "passed":
        raise WarehouseError(
            f"{batch.load}: batch {batch.batch_id} has not passed its gate"
            f" (it is {row[0] if row else 'unknown'}); run the gate first"
        )
    if row[1] != row[2]:
        raise LostError(batch, row[1], row[2])


def _give_up(conn: psycopg.Connection, batch: Batch, error: LostError) -> None:
    """Mark a batch whose rows are gone as failed, so that nothing waits for them.

    A held batch stays held, and a batch that a newer attempt has taken over is left to it.
    """
    with suppress(SupersededError), conn.transaction():
        ledger.fence(conn, batch)
        ledger.record(conn, batch, "failed", message=error.what)


def _has_open_batches(conn: psycopg.Connection, batch: Batch) -> bool:
    """Return whether a batch extracted before this one could still be published after it."""
    row = conn.execute(
        "select exists (select from ops.loads where load = %s and batch_id <> %s"
        " and status in ('landing', 'landed', 'passed', 'held'))",
        [batch.load, batch.batch_id],
    ).fetchone()
    return bool(row and row[0])


def _move_cursor(conn: psycopg.Connection, batch: Batch) -> None:
    """Move the load's cursor to the window's end, only forward and never past a gap.

    A backfill does not move it, because it does not look back for what earlier nights missed.
    """
    if batch.is_backfill:
        return
    conn.execute(
        """
        insert into ops.cursors (load, through, batch_id) values (%s, %s, %s)
        on conflict (load) do update set
            through = excluded.through, batch_id = excluded.batch_id, moved_at = now()
        where cursors.through < excluded.through and cursors.through >= %s
        """,
        [batch.load, batch.window.end, batch.batch_id, batch.window.start],
    )


def _retire_covered(conn: psycopg.Connection, batch: Batch) -> None:
    """Supersede held, failed and abandoned batches whose window this batch covers.

    A batch is abandoned if it has been unfinished for longer than any attempt may take.
    """
    retired = conn.execute(
        "update ops.loads set status = 'superseded', ended_at = now() where load = %s"
        " and batch_id < %s and (status in ('held', 'failed')"
        " or status in ('landing', 'landed', 'passed') and started_at < now() - %s::interval)"
        " and window_start >= %s and window_end <= %s returning batch_id",
        [batch.load, batch.batch_id, ABANDONED_AFTER, batch.window.start, batch.window.end],
    ).fetchall()
    for schema in ("held", "landing"):
        conn.execute(
            sql.SQL("delete from {} where _batch_id = any(%s)").format(
                sql.Identifier(schema, batch.load)
            ),
            [[batch_id for (batch_id,) in retired]],
        )


def _record(conn: psycopg.Connection, batch: Batch, published: int, conflicting: int) -> None:
    counts: dict[str, int] = {"rows_published": published}
    if conflicting:
        row = conn.execute(
            "select rows_quarantined from ops.loads where batch_id = %s", [batch.batch_id]
        ).fetchone()
        counts["rows_quarantined"] = conflicting + (row[0] if row else 0)
    ledger.record(conn, batch, "published", **counts)


def _analyze(conn: psycopg.Connection, publication: BatchPublication) -> None:
    """Analyze the table after a big merge, so that the build does not plan for an empty one."""
    table = sql.Identifier("raw", publication.batch.load)
    with conn.transaction():
        row = conn.execute(
            "select reltuples, has_table_privilege(oid, 'maintain') from pg_class"
            " where oid = %s::regclass",
            [f"raw.{publication.batch.load}"],
        ).fetchone()
        if row is not None and row[1] and publication.rows_published * 10 >= row[0]:
            conn.execute(sql.SQL("analyze {}").format(table))
