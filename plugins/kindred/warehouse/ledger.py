"""The ledger: one row of `ops.loads` a batch, and the fence that keeps old attempts out.

Airflow can run a retry beside the orphan it replaces, and backfills beside the nightly run.
So every write of a batch happens in a transaction that holds the load's lock and has checked
that no newer attempt of the batch exists. docs/ledger.md tells the states and who may move a
batch from one to another.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from kindred.errors import GateError, SupersededError
from kindred.loads import Batch, Load, Window
from kindred.warehouse import locks, suspicions

COUNTS = (
    *("rows_landed", "rows_quarantined", "rows_published", "texts_replaced", "values_unread"),
    *("extra_fields", "unanswered", "message", "suspicion"),
)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# What a batch can become, from what: an attempt that comes too late finds it moved on.
MOVES = {
    "landing": ("landing",),
    "landed": ("landing",),
    "failed": ("landing", "landed", "passed"),
    "skipped": ("landing",),
    "passed": ("landed", "held"),
    "held": ("landed",),
    "published": ("passed",),
}
# What a rerun takes over; the index `loads_unsettled` has one such batch a run and load.
UNSETTLED = ("landing", "landed", "passed", "failed")
STAMPS = {
    "landed": "landed_at",
    "passed": "gated_at",
    "held": "gated_at",
    "published": "ended_at",
    "failed": "ended_at",
    "skipped": "ended_at",
}


def lock_load(conn: psycopg.Connection, load: str) -> None:
    """Take the load's lock until the transaction ends."""
    locks.take(conn, load)


def lock_builds(conn: psycopg.Connection) -> None:
    """Keep others from claiming or settling a build until the transaction ends."""
    locks.take(conn, locks.BUILD)


def join_attempt(conn: psycopg.Connection, attempt: int) -> None:
    """Say of which attempt at the marts a session is, for `hold_attempt`."""
    conn.execute("select set_config('kindred.attempt', %s, false)", [str(attempt)])


def hold_attempt(conn: psycopg.Connection) -> None:
    """Keep newer attempts at the marts from beginning until the transaction ends.

    Raises:
        SupersededError: one has begun already; nothing more may be written.
    """
    try:
        conn.execute("select ops.hold_attempt()")
    except psycopg.errors.RaiseException:
        raise SupersededError("a newer attempt builds the marts; this one writes no more") from None


def fence(conn: psycopg.Connection, batch: Batch) -> None:
    """Take the lock and refuse to go on when a newer attempt owns the batch.

    Call it first in every transaction that writes for `batch`.

    Raises:
        SupersededError: a newer attempt of this batch has started.
    """
    lock_load(conn, batch.load)
    found = conn.execute(
        "select attempt from ops.loads where batch_id = %s", [batch.batch_id]
    ).fetchone()
    if found is None or found[0] != batch.attempt:
        raise SupersededError(
            f"{batch.load}: attempt {batch.attempt} of batch {batch.batch_id} was replaced by"
            f" attempt {found[0] if found else '(none)'}; nothing more is written by this one"
        )


def plan_window(
    conn: psycopg.Connection,
    load: Load,
    interval: Window,
    history_start: datetime,
    *,
    is_backfill: bool = False,
) -> Window:
    """Return the window to ask for: the night, the gap before it, odd nights, and the lookback.

    The first night of an empty warehouse takes the history from `history_start` on, and what
    says who there is from the beginning: a contact untouched for years still has orders.
    A backfill asks for its own days only: a person chose them, and each is asked for by itself.
    """
    if is_backfill:
        return interval
    row = conn.execute("select through from ops.cursors where load = %s", [load.name]).fetchone()
    if row is None:
        start = BEGINNING if load.is_state else min(history_start, interval.start)
        return Window(start, interval.end)
    start = min(_utc(row[0]), interval.start) - load.lookback
    again = suspicions.asked_again_from(conn, load, interval.end)
    return Window(min(start, again or start), interval.end)


def away(conn: psycopg.Connection, load: str, window: Window) -> timedelta | None:
    """Return how long before a window's end the load was asked last; None if it never was."""
    row = conn.execute("select through from ops.cursors where load = %s", [load]).fetchone()
    return None if row is None else window.end - _utc(row[0])


def open_batch(
    conn: psycopg.Connection,
    load: str,
    window: Window,
    run_id: str,
    *,
    is_backfill: bool = False,
) -> Batch:
    """Start an attempt at the batch of `load` in `run_id`, emptying what an older one left.

    A batch that is settled (published, held, superseded, skipped) stays as it is: a run that is
    run again after that opens another beside it.
    """
    with conn.transaction():
        lock_load(conn, load)
        row = conn.execute(
            """
            insert into ops.loads
                (load, run_id, window_start, window_end, is_backfill, attempt, status)
            values (%s, %s, %s, %s, %s, nextval('ops.attempts'), 'landing')
            on conflict (load, run_id) where status in ('landing', 'landed', 'passed', 'failed')
            do update set
                window_start = excluded.window_start, window_end = excluded.window_end,
                is_backfill = excluded.is_backfill,
                attempt = excluded.attempt, status = excluded.status, started_at = now(),
                rows_landed = 0, rows_quarantined = 0, rows_published = null, texts_replaced = 0,
                values_unread = 0,
                extra_fields = '{}', unanswered = '{}', message = null,
                suspicion = null, confirmed_at = null, rows_asked_again = null,
                landed_at = null, gated_at = null, ended_at = null
            returning batch_id, attempt
            """,
            [load, run_id, window.start, window.end, is_backfill],
        ).fetchone()
        assert row is not None  # noqa: S101 -- `returning` gives the row just written
        batch = Batch(row[0], load, window, run_id, row[1], is_backfill)
        conn.execute(
            sql.SQL("delete from {} where _batch_id = %s").format(sql.Identifier("landing", load)),
            [batch.batch_id],
        )
        conn.execute("delete from quarantine.rows where batch_id = %s", [batch.batch_id])
    return batch


def record(conn: psycopg.Connection, batch: Batch, status: str, **counts: Any) -> None:
    """Write the batch's new status and counts; the caller's transaction has called `guard`.

    Raises:
        SupersededError: the batch has moved on, so that it cannot become this any more.
    """
    unknown = counts.keys() - set(COUNTS)
    if unknown:
        raise TypeError(f"the ledger has no {', '.join(sorted(unknown))}")
    changes = [sql.SQL("status = {}").format(status)]
    changes += [sql.SQL("{} = {}").format(sql.Identifier(k), v) for k, v in counts.items()]
    if status in STAMPS:
        changes.append(sql.SQL("{} = now()").format(sql.Identifier(STAMPS[status])))
    written = conn.execute(
        sql.SQL("update ops.loads set {} where batch_id = {} and status = any({})").format(
            sql.SQL(", ").join(changes), batch.batch_id, list(MOVES[status])
        )
    ).rowcount
    if not written:
        raise SupersededError(
            f"{batch.load}: batch {batch.batch_id} has moved on and cannot be {status} any more"
        )


def batches(
    conn: psycopg.Connection, run_id: str, loads: Iterable[str], status: str
) -> list[Batch]:
    """Return the batches of `loads` in `run_id` that are in `status`, in the loads' order."""
    names = list(loads)
    rows = conn.execute(
        "select batch_id, load, window_start, window_end, run_id, attempt, is_backfill"
        " from ops.loads where run_id = %s and load = any(%s) and status = %s"
        " order by array_position(%s, load)",
        [run_id, names, status, names],
    ).fetchall()
    return [_batch(row) for row in rows]


def published(conn: psycopg.Connection, load: str, window: Window) -> list[Batch]:
    """Return the published batches of a load that asked for some of the window."""
    rows = conn.execute(
        "select batch_id, load, window_start, window_end, run_id, attempt, is_backfill, unanswered"
        " from ops.loads where load = %s and status = 'published'"
        " and window_start < %s and window_end > %s",
        [load, window.end, window.start],
    ).fetchall()
    return [_batch(row) for row in rows]


def states(conn: psycopg.Connection, run_id: str, loads: Iterable[str]) -> dict[str, str]:
    """Return the status of each load's newest batch in `run_id`, in the loads' order."""
    return {load: status for load, (status, _) in newest(conn, run_id, loads).items()}


def newest(
    conn: psycopg.Connection, run_id: str, loads: Iterable[str]
) -> dict[str, tuple[str, str | None]]:
    """Return status and message of each load's newest batch in `run_id`, in the loads' order."""
    names = list(loads)
    rows = conn.execute(
        """
        select load, status, message
        from (
            select distinct on (load) load, status, message
            from ops.loads
            where run_id = %s and load = any(%s)
            order by load, batch_id desc
        ) as newest
        order by array_position(%s, load)
        """,
        [run_id, names, names],
    ).fetchall()
    return {load: (status, message) for load, status, message in rows}


def find(conn: psycopg.Connection, batch_id: int) -> Batch | None:
    """Return the newest attempt of a batch, None where the ledger has no such batch."""
    row = conn.execute(
        "select batch_id, load, window_start, window_end, run_id, attempt, is_backfill"
        " from ops.loads where batch_id = %s",
        [batch_id],
    ).fetchone()
    return None if row is None else _batch(row)


def find_held(conn: psycopg.Connection, batch_id: int) -> Batch:
    """Return a batch that a gate holds.

    Raises:
        GateError: there is no such batch, or it is not held.
    """
    row = conn.execute("select status from ops.loads where batch_id = %s", [batch_id]).fetchone()
    batch = find(conn, batch_id)
    if row is None or batch is None:
        raise GateError(f"there is no batch {batch_id}: `kindred status` names what is held")
    if row[0] != "held":
        raise GateError(f"{batch.load}: batch {batch_id} is not held, it is {row[0]}")
    return batch


def is_released(conn: psycopg.Connection, batch_id: int, reason: str) -> bool:
    """Whether a held batch has been let through for this reason, and is published."""
    row = conn.execute(
        "select from ops.loads where batch_id = %s and status = 'published' and message = %s",
        [batch_id, f"released: {reason}"],
    ).fetchone()
    return row is not None


def _batch(row: tuple[Any, ...]) -> Batch:
    batch_id, load, start, end, run_id, attempt, is_backfill, *rest = row
    window = Window(_utc(start), _utc(end))
    unanswered: frozenset[str] = frozenset(*rest)
    return Batch(batch_id, load, window, run_id, attempt, is_backfill, unanswered)


def published_marts(conn: psycopg.Connection) -> str:
    """Say what readers see while a build is held or cannot be published."""
    row = conn.execute(
        "select to_char(published_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),"
        " to_char(data_through at time zone 'UTC', 'YYYY-MM-DD HH24:MI')"
        " from ops.builds where status = 'published' order by published_at desc limit 1"
    ).fetchone()
    if row is None:
        return "nothing has been published yet, so readers see no marts"
    through = f", with data through {row[1]} UTC" if row[1] else ""
    return f"readers keep the marts published {row[0]} UTC{through}"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
