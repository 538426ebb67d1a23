"""What days asked for again cost: as a backfill, as one range, and as so many nights.

The retailer's records of some days in the middle of its history are lost from raw, and the marts
are built without them. Then the days are brought back in three ways, each from that same state: a
batch a day and one build (what `kindred backfill` does), one batch for the whole range and one
build, and a batch and a build a day. All must end with the marts of before the loss. `nights.py`
in `bench/year` says what is left out of the real thing; Airflow adds its own seconds to each task.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psycopg
from psycopg import sql

from bench.truth.road import serving
from bench.year import digests
from bench.year.nights import Nights, Task, copy_database, preload
from kindred.cli.night import Night
from kindred.embedded.home import SUPERUSER
from kindred.loads import Window
from kindred.pipeline.environment import Run
from kindred.publishing import versions
from kindred.sources import LOADS
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
    with TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        with serving(Path(scratch) / "home", settings={}) as server:
            scenario = load_scenario("retailer", asked.customers)
            nights = Nights(server, open_world(Path(scratch), scenario, lambda _: None))
            first = Night.ending(scenario.now.date())
            _go(nights, [*nights.ingests(first, "first"), *nights.refreshes("first")])
            before = digests.all_of(nights.server.dsn(SUPERUSER))
            start = Night.ending((scenario.now - BACK).date()).start
            days = [
                Window(start + timedelta(days=n), start + timedelta(days=n + 1))
                for n in range(asked.days)
            ]
            lost = _lose(nights, Window(days[0].start, days[-1].end))
            _go(nights, nights.refreshes("loss"))
            say(f"{asked.days} days, {asked.customers:,} customers, {lost:,} rows of raw lost")
            say(
                f"\n{'brought back as':<28}{'seconds':>10}{'ratio':>8}{'builds':>8}{'rows due':>10}"
            )
            copy_database(nights.server, "lost", "warehouse")
            whole = _measure(nights, before, "one range", _range(nights, days), 0.0)
            _measure(nights, before, "a backfill", _backfill(nights, days), whole)
            _measure(nights, before, "as many nights", _nights(nights, days), whole)


def _range(nights: Nights, days: list[Window]) -> list[Task]:
    whole = Run("range", Window(days[0].start, days[-1].end), is_backfill=True)
    return [*nights.runs(whole), *nights.refreshes("range")]


def _backfill(nights: Nights, days: list[Window]) -> list[Task]:
    runs = [Run(f"day {day.start}", day, is_backfill=True) for day in days]
    return [*(task for run in runs for task in nights.runs(run)), *nights.refreshes("backfill")]


def _nights(nights: Nights, days: list[Window]) -> list[Task]:
    found: list[Task] = []
    for day in days:
        found += nights.runs(Run(f"night {day.start}", day, is_backfill=True))
        found += nights.refreshes(f"night {day.start}")
    return found


def _measure(
    nights: Nights, before: dict[str, str], name: str, tasks: list[Task], whole: float
) -> float:
    """Bring the days back in one way; print and return its seconds."""
    copy_database(nights.server, "warehouse", "lost")
    schema.migrate(nights.server.dsn("admin"), LOADS.values())
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


def _lose(nights: Nights, window: Window) -> int:
    """Delete from raw what the vendors select by in the window, and note who is affected."""
    lost = 0
    with psycopg.connect(nights.server.dsn(SUPERUSER)) as conn:
        for load in LOADS.values():
            by = load.happened_at if load.vendor != "salesforce" else "modified_at"
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


def _go(nights: Nights, tasks: list[Task]) -> None:
    told = nights.go(tasks)
    if told.failed:
        raise SystemExit(f"failed: {', '.join(told.failed)}; see {nights.log}")


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
