"""How far the ids of a load have been compared with its vendor's: rows of `ops.reconciliations`.

A round goes through all ids in as many runs as it takes. A run whose batch was lost does not
count: the next one begins where it had begun.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from kindred.loads import Load, Window
from kindred.warehouse import ledger

# Its tombstones are published, or a person decides about them: it need not be done again.
SETTLED = "(batch_id is null or status in ('published', 'held', 'superseded'))"


@dataclass(frozen=True)
class Start:
    """Where a run begins: after which key, in which round, of what the nights had by then."""

    after_key: str
    round: int
    round_of: datetime


@dataclass(frozen=True)
class Reconciliation:
    """What one run compared of a load: `(after_key, through_key]`, None at the end."""

    load: str
    run_id: str
    batch_id: int | None
    is_dry_run: bool
    round: int
    round_of: datetime
    after_key: str
    through_key: str | None
    ids_at_vendor: int
    ids_in_raw: int
    ids_gone: int
    ids_returned: int
    ids_unknown: int
    unknown_from: datetime | None
    unknown_to: datetime | None

    def __str__(self) -> str:
        """Say what was compared, in numbers."""
        how = "would end" if self.is_dry_run else "end"
        back = f", {self.ids_returned:,} are back" if self.ids_returned else ""
        rest = "" if self.through_key is None else "; the next run goes on from here"
        return (
            f"{self.load}: {self.ids_in_raw:,} ids of raw compared with {self.ids_at_vendor:,} at"
            f" the vendor: {self.ids_gone:,} are gone and {how}{back}, {self.ids_unknown:,} are"
            f" not in raw{rest}"
        )


@dataclass(frozen=True)
class ReconciliationOutcome(Reconciliation):
    """What one run compared of a load, and what became of its batch; None where it has none."""

    status: str | None
    rows_published: int | None
    message: str | None


Compared = TypeVar("Compared", bound=Reconciliation)
NAMES = [field.name for field in fields(Reconciliation)]


def start(conn: psycopg.Connection, load: str) -> Start | None:
    """Return where the next run of a load begins; None while no night of it is published."""
    row = conn.execute("select through from ops.cursors where load = %s", [load]).fetchone()
    if row is None:
        return None
    last = _last(conn, load)
    if last is not None and last.through_key is not None:
        return Start(last.through_key, last.round, last.round_of)
    return Start("", last.round + 1 if last else 1, row[0])


def record(conn: psycopg.Connection, made: Reconciliation) -> None:
    """Write what a run compared, in the place of what an attempt before it had.

    Where there is a batch, the caller's transaction has called `ledger.guard`; an attempt without
    one takes nothing from an attempt that has.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, NAMES))
    conn.execute(
        sql.SQL(
            "insert into ops.reconciliations ({columns}) values ({values})"
            " on conflict (load, run_id) do update set ({columns}) = row({new})"
            " where excluded.batch_id is not null or reconciliations.batch_id is null"
        ).format(
            columns=columns,
            values=sql.SQL(", ").join(sql.Placeholder() * len(NAMES)),
            new=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in NAMES),
        ),
        [getattr(made, name) for name in NAMES],
    )


def of_run(conn: psycopg.Connection, run_id: str) -> list[Reconciliation]:
    """Return what a run has compared, load by load."""
    return _read(conn, Reconciliation, "run_id = %s order by reconciliation_id", run_id)


def outcomes(conn: psycopg.Connection, run_id: str) -> list[ReconciliationOutcome]:
    """Return what a run has compared and what became of it, load by load."""
    condition = "run_id = %s order by reconciliation_id"
    return _read(conn, ReconciliationOutcome, condition, run_id)


def of_batch(conn: psycopg.Connection, batch_id: int) -> Reconciliation | None:
    """Return the comparison whose tombstones a batch holds; None where it is a night's."""
    return next(iter(_read(conn, Reconciliation, "batch_id = %s", batch_id)), None)


def is_done(conn: psycopg.Connection, load: str, run_id: str) -> bool:
    """Whether an attempt of the run has compared the load, and its tombstones are not lost."""
    return bool(
        _read(
            conn,
            Reconciliation,
            f"load = %s and run_id = %s and ({SETTLED} or status in ('landed', 'passed'))",
            load,
            run_id,
        )
    )


def retire_held(conn: psycopg.Connection, load: str, run_id: str) -> int:
    """Retire what earlier rounds left held, once the run has ended a round; return how many.

    The ids have been compared again: what is still gone is in a batch of this round.
    """
    with conn.transaction():
        ledger.lock_load(conn, load)
        retired = conn.execute(
            """
            update ops.loads set status = 'superseded', ended_at = now()
            from ops.reconciliations as earlier
            join ops.reconciliations as ended on ended.load = earlier.load
            where earlier.load = %s and ended.run_id = %s and not ended.is_dry_run
                and ended.through_key is null and earlier.round < ended.round
                and earlier.batch_id = loads.batch_id and status = 'held'
            returning loads.batch_id
            """,
            [load, run_id],
        ).fetchall()
        conn.execute(
            sql.SQL("delete from {} where _batch_id = any(%s)").format(
                sql.Identifier("held", load)
            ),
            [[batch_id for (batch_id,) in retired]],
        )
    return len(retired)


def due(conn: psycopg.Connection, load: Load, every: timedelta) -> str | None:
    """Say why the ids of a load have to be compared, None where they need not be.

    By what is published, not by the wall clock: the sandbox's days are others.
    """
    if load.deletions is None:
        return None
    last, ended = _last(conn, load.name), _last(conn, load.name, "through_key is null")
    if last is not None and last.through_key is not None:
        return "a comparison is under way"
    row = conn.execute(
        """
        with nights as (
            select window_end, window_end - lag(window_end) over (order by window_end) as away
            from ops.loads
            where load = %(load)s and status = 'published' and not is_backfill
        )
        select
            max(away) filter (where window_end > coalesce(%(ended)s::timestamptz, '-infinity')),
            (select through from ops.cursors where load = %(load)s)
                - coalesce(%(ended)s::timestamptz, min(window_end))
        from nights
        """,
        {"load": load.name, "ended": ended.round_of if ended else None},
    ).fetchone()
    away, since = row or (None, None)
    remembered = load.deletions.remembered_for
    if away is not None and away > remembered:
        return f"away for {away.days} days, and the vendor reports deletions for {remembered.days}"
    if since is not None and since >= every:
        return f"not compared for {since.days} days"
    return None


def compared_through(conn: psycopg.Connection, load: str) -> datetime | None:
    """Return up to where deletions are known from comparing: when the last whole round began."""
    ended = _last(conn, load, "through_key is null")
    return ended.round_of if ended else None


def asked(conn: psycopg.Connection, load: Load) -> Window | None:
    """Return what nights and backfills have asked for: what was stamped then raw should have.

    The end is as far back from the cursor as the next night looks.
    """
    row = conn.execute(
        """
        select min(window_start), (select through from ops.cursors where load = %(load)s)
        from ops.loads
        where load = %(load)s and status = 'published' and not exists (
            select from ops.reconciliations where batch_id = loads.batch_id
        )
        """,
        {"load": load.name},
    ).fetchone()
    if row is None or None in row or row[0] >= row[1] - load.lookback:
        return None
    return Window(row[0].astimezone(UTC), row[1].astimezone(UTC) - load.lookback)


def _last(conn: psycopg.Connection, load: str, condition: str = "true") -> Reconciliation | None:
    found = _read(
        conn,
        Reconciliation,
        f"load = %s and not is_dry_run and {SETTLED} and {condition}"
        " order by reconciliation_id desc limit 1",
        load,
    )
    return found[0] if found else None


def _read(
    conn: psycopg.Connection, kind: type[Compared], condition: str, *values: object
) -> list[Compared]:
    query = f"""
        select {", ".join(field.name for field in fields(kind))}
        from ops.reconciliations
        left join (
            select batch_id as its_batch_id, status, rows_published, message from ops.loads
        ) as batches on its_batch_id = batch_id
        where {condition}
    """  # noqa: S608 -- constants of this module
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
