"""What the ledger has of nights and backfills: their batches, the days published, the builds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import class_row

from kindred.cli.business_days import Days
from kindred.warehouse.connections import connect
from kindred.warehouse.ledger import UNSETTLED


@dataclass(frozen=True)
class BatchRow:
    """A row of `ops.loads`, without its window."""

    load: str
    status: str
    rows_landed: int
    rows_quarantined: int
    rows_published: int | None
    message: str | None


@dataclass(frozen=True)
class LastNight:
    """The newest night that any load was asked for."""

    end: datetime
    is_complete: bool


@dataclass(frozen=True)
class LoadCoverage:
    """What there is of a load: how many of the days, and whether a night ever published it."""

    load: str
    days_published: int
    has_cursor: bool


@dataclass(frozen=True)
class BatchCounts:
    """What became of a load's batches, one a day."""

    load: str
    days: int
    published: int
    held: int
    failed: int
    rows_landed: int
    rows_changed: int
    rows_quarantined: int
    message: str | None


@dataclass(frozen=True)
class BuildResult:
    """A build of the marts: the customers and customer-months it computed (None: not reached)."""

    build_id: int
    status: str
    seconds: float
    customers: int | None
    customer_months: int | None


def batches(dsn: str, run_ids: Iterable[str], since: datetime) -> list[BatchRow]:
    """Return the batches of the runs that were opened since, oldest first."""
    return rows(
        dsn,
        BatchRow,
        "select load, status, rows_landed, rows_quarantined, rows_published, message"
        " from ops.loads where run_id = any(%s) and started_at >= %s order by batch_id",
        [list(run_ids), since],
    )


def last_night(dsn: str, loads: Iterable[str]) -> LastNight | None:
    """Return the newest night, which is complete when each of the loads is settled, well or not.

    A load that failed or never began leaves the night to be run again; one that a gate holds
    does not, for running it again would hold it again.
    """
    found = rows(
        dsn,
        LastNight,
        """
        select
            loads.window_end as "end",
            count(distinct loads.load) filter (
                where loads.status in ('published', 'held', 'skipped') and loads.load = any(%(all)s)
            ) = cardinality(%(all)s) as is_complete
        from ops.loads
        where loads.window_end = (select max(window_end) from ops.loads)
        group by loads.window_end
        """,
        {"all": list(loads)},
    )
    if not found:
        return None
    return LastNight(found[0].end.astimezone(UTC), found[0].is_complete)


def coverage(dsn: str, loads: Iterable[str], days: Days) -> list[LoadCoverage]:
    """Return how much of the days each load has, in the loads' order."""
    return rows(
        dsn,
        LoadCoverage,
        """
        with covered as (
            select load, range_agg(tstzrange(window_start, window_end)) as windows
            from ops.loads
            where status = 'published'
            group by load
        )
        select
            wanted.load,
            count(*) filter (
                where covered.windows @> tstzrange(days.starts, days.ends)
            ) as days_published,
            exists (select from ops.cursors where cursors.load = wanted.load) as has_cursor
        from unnest(%(loads)s::text[]) with ordinality as wanted (load, place)
        cross join unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) as days (starts, ends)
        left join covered on covered.load = wanted.load
        group by wanted.load, wanted.place
        order by wanted.place
        """,
        {
            "loads": list(loads),
            "starts": [night.start for night in days],
            "ends": [night.end for night in days],
        },
    )


def runs_with(dsn: str, loads: Iterable[str], run_ids: Iterable[str], *statuses: str) -> set[str]:
    """Return the runs in which the newest batch of a load is in one of the statuses."""
    with connect(dsn) as session:
        found = session.execute(
            """
            select run_id
            from (
                select distinct on (load, run_id) run_id, status
                from ops.loads
                where load = any(%s) and run_id = any(%s)
                order by load, run_id, batch_id desc
            ) as newest
            where status = any(%s)
            """,
            [list(loads), list(run_ids), list(statuses)],
        ).fetchall()
    return {run_id for (run_id,) in found}


def outcomes(
    dsn: str, loads: Iterable[str], run_ids: Iterable[str], since: datetime
) -> list[BatchCounts]:
    """Return what became of the runs' batches that were begun since, in the loads' order."""
    return rows(
        dsn,
        BatchCounts,
        """
        with newest as (
            select distinct on (load, run_id)
                *,
                status = any(%(unsettled)s) as is_failed
            from ops.loads
            where load = any(%(loads)s) and run_id = any(%(runs)s) and started_at >= %(since)s
            order by load, run_id, batch_id desc
        )
        select
            load,
            count(*) as days,
            count(*) filter (where status = 'published') as published,
            count(*) filter (where status = 'held') as held,
            count(*) filter (where is_failed) as failed,
            sum(rows_landed)::bigint as rows_landed,
            coalesce(sum(rows_published), 0)::bigint as rows_changed,
            sum(rows_quarantined)::bigint as rows_quarantined,
            min(message) filter (where is_failed) as message
        from newest
        group by load
        order by array_position(%(loads)s, load)
        """,
        {
            "loads": list(loads),
            "runs": list(run_ids),
            "since": since,
            "unsettled": list(UNSETTLED),
        },
    )


def builds(dsn: str, since: datetime) -> list[BuildResult]:
    """Return the builds of the marts that were begun since."""
    return rows(
        dsn,
        BuildResult,
        """
        select
            build_id,
            status,
            extract(
                epoch from coalesce(published_at, gated_at, built_at, now()) - started_at
            )::float as seconds,
            (
                select (node ->> 'rows')::bigint from jsonb_array_elements(models) as node
                where node ->> 'name' = 'int_due_customers'
            ) as customers,
            (
                select (node ->> 'rows')::bigint from jsonb_array_elements(models) as node
                where node ->> 'name' = 'customer_segments'
            ) as customer_months
        from ops.builds
        where started_at >= %s
        order by build_id
        """,
        [since],
    )


def rows(dsn: str, kind: type[Any], query: str, values: Any = None) -> list[Any]:
    """Return the rows of a query as objects of a class whose fields are its columns."""
    with connect(dsn) as session, session.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
