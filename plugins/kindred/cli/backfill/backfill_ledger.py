"""Queries about a backfill: the days published before, its batches, the builds that followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kindred.cli.business_days import Days
from kindred.warehouse.connections import connect, fetch_rows
from kindred.warehouse.ledger import UNSETTLED


@dataclass(frozen=True)
class LoadCoverage:
    """How many of the days a load has published, and whether any night has published it."""

    load: str
    days_published: int
    has_cursor: bool


@dataclass(frozen=True)
class BatchCounts:
    """Counts of a load's batches by outcome, one batch per day, and of their rows."""

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
    """A build of the marts; a count is None if the build ended before computing it."""

    build_id: int
    status: str
    seconds: float
    customers: int | None
    customer_months: int | None


def coverage(dsn: str, loads: Iterable[str], days: Days) -> list[LoadCoverage]:
    """Return how many of the days each load has published, in the order of the loads."""
    return fetch_rows(
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
    """Return the runs in which the newest batch of some load has one of the statuses."""
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
    """Return counts of the runs' batches started since, in the order of the loads."""
    return fetch_rows(
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
    """Return the builds of the marts started since, oldest first."""
    return fetch_rows(
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
