"""What days asked for again cost: as a backfill, as one range, and as so many nights.

The retailer's records of some days in the middle of its history are lost from raw, and the marts
are built without them. Then the days are brought back in three ways, each from that same state: a
batch a day and one build (what `kindred backfill` does), one batch for the whole range and one
build, and a batch and a build a day. All must end with the marts of before the loss.
`harness/forked_nights.py` says what is left out of the real thing; Airflow adds its own seconds to
each task.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import psycopg
from psycopg import sql

from bench import say
from harness import digests
from harness.databases import AS_USUAL, make_database, serving_temporarily
from harness.forked_nights import ForkedNights, NightTask, preload
from kindred.cli.business_days import Night
from kindred.embedded.home import SUPERUSER
from kindred.loads import Window
from kindred.pipeline.environment import Run
from kindred.publishing import versions
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import schema
from sandbox.scenario_files import load_scenario
from sandbox.world import open_world

BACK = timedelta(days=200)  # before the end of the history


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench backfill", description=__doc__)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=10)
    asked = parser.parse_args(arguments)
    preload()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    with serving_temporarily(AS_USUAL) as server:
        scenario = load_scenario("retailer", asked.customers)
        nights = ForkedNights(server, open_world(server.home.folder, scenario, lambda _: None))
        first = Night.ending(scenario.now.date())
        _go(nights, [*nights.night_tasks(first, "first"), *nights.refresh_tasks("first")])
        before = digests.all_of(nights.server.dsn(SUPERUSER))
        start = Night.ending((scenario.now - BACK).date()).start
        days = [
            Window(start + timedelta(days=n), start + timedelta(days=n + 1))
            for n in range(asked.days)
        ]
        lost = _lose(nights, Window(days[0].start, days[-1].end))
        _go(nights, nights.refresh_tasks("loss"))
        say(f"{asked.days} days, {asked.customers:,} customers, {lost:,} rows of raw lost")
        say(f"\n{'brought back as':<28}{'seconds':>10}{'ratio':>8}{'builds':>8}{'rows due':>10}")
        make_database(nights.server, "lost", "warehouse")
        whole = _measure(nights, before, "one range", _range(nights, days), 0.0)
        _measure(nights, before, "a backfill", _backfill(nights, days), whole)
        _measure(nights, before, "as many nights", _nights(nights, days), whole)


def _range(nights: ForkedNights, days: list[Window]) -> list[NightTask]:
    whole = Run("range", Window(days[0].start, days[-1].end), is_backfill=True)
    return [*nights.ingest_tasks(whole), *nights.refresh_tasks("range")]


def _backfill(nights: ForkedNights, days: list[Window]) -> list[NightTask]:
    runs = [Run(f"day {day.start}", day, is_backfill=True) for day in days]
    return [
        *(task for run in runs for task in nights.ingest_tasks(run)),
        *nights.refresh_tasks("backfill"),
    ]


def _nights(nights: ForkedNights, days: list[Window]) -> list[NightTask]:
    found: list[NightTask] = []
    for day in days:
        found += nights.ingest_tasks(Run(f"night {day.start}", day, is_backfill=True))
        found += nights.refresh_tasks(f"night {day.start}")
    return found


def _measure(
    nights: ForkedNights, before: dict[str, str], name: str, tasks: list[NightTask], whole: float
) -> float:
    """Bring the days back in one way; print and return its seconds."""
    make_database(nights.server, "warehouse", "lost")
    schema.migrate(nights.server.dsn("admin"), VENDORS.values())
    began = monotonic()
    _go(nights, tasks)
    seconds = monotonic() - began
    with psycopg.connect(nights.server.dsn(SUPERUSER)) as conn:
        row = conn.execute(
            "select count(*), sum((node ->> 'rows')::bigint) from ops.builds"
            " left join jsonb_array_elements(models) as node"
            " on node ->> 'name' = 'customer_segments'"
            " where status = 'published' and run_id not in ('first', 'loss')"
        ).fetchone()
    builds, rows = row or (0, 0)
    say(f"{name:<28}{seconds:>10.1f}{seconds / (whole or seconds):>8.2f}{builds:>8}{rows:>10,}")
    after = digests.all_of(nights.server.dsn(SUPERUSER))
    other = sorted(table for table in before if before[table] != after[table])
    if other:
        raise SystemExit(f"{name} ended with other rows in {', '.join(other)}")
    return seconds


def _lose(nights: ForkedNights, window: Window) -> int:
    """Delete from raw what the vendors select by in the window, and note who is affected."""
    lost = 0
    with psycopg.connect(nights.server.dsn(SUPERUSER)) as conn:
        for load in LOADS.values():
            # A vendor that drops what is deleted selects by what happened, not by what changed.
            by = load.happened_at
            if load.modified_at and not load.is_deleted_by_absence:
                by = load.modified_at
            lost += conn.execute(
                sql.SQL(
                    "with gone as (delete from {raw} where {by} >= {start} and {by} < {end}"
                    " returning {subject} as subject, {day} as from_date)"
                    " insert into ops.changes (load, subject, from_date, batch_id)"
                    " select {load}, subject, from_date, 0 from gone"
                ).format(
                    raw=sql.Identifier("raw", load.name),
                    by=sql.Identifier(by),
                    start=window.start,
                    end=window.end,
                    subject=sql.Identifier(load.subject),
                    day=versions.day(load, load.name, "UTC"),
                    load=load.name,
                )
            ).rowcount
    return lost


def _go(nights: ForkedNights, tasks: list[NightTask]) -> None:
    result = nights.run(tasks)
    if result.failed:
        raise SystemExit(f"failed: {', '.join(result.failed)}; see {nights.log}")
