"""From a clone to the first result, and the night after it: seconds, rows, memory.

Clones the repository's HEAD into an empty folder and does what a newcomer does there. "Cold" has
empty package caches; "warm" finds the packages in the caches and everything else as new. Figures
come from outside (the clock, the machine's memory) and from what the run wrote down itself
(Airflow's task instances, the ledger), never from an estimate.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil
import psycopg

from bench import ROOT, say
from kindred.sources import SOURCES

MEBIBYTE = 2**20


INGESTS = tuple(f"ingest_{source}" for source in SOURCES)
# What a task belongs to; the three sources run side by side, so the sums exceed the wall clock.
SHARES = {
    "ingest": {f"{dag}.{task}" for dag in INGESTS for task in ("land", "publish")},
    "gate": {f"{dag}.gate" for dag in (*INGESTS, "refresh_marts")},
    "score (and waiting for the sources)": {"refresh_marts.score"},
    "dbt": {"refresh_marts.build"},
    "publish": {"refresh_marts.publish"},
}


@dataclass
class Peak:
    """The most memory in use above what was in use before, in MiB, seen every half second."""

    before: int = field(default_factory=lambda: psutil.virtual_memory().available)
    lowest: int = field(default_factory=lambda: psutil.virtual_memory().available)

    @property
    def mebibytes(self) -> int:
        return (self.before - self.lowest) // MEBIBYTE


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch the machine's memory while the block runs; keep other work off the machine."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peak.lowest = min(peak.lowest, psutil.virtual_memory().available)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


@dataclass(frozen=True)
class Interval:
    """One task: its DAG, its name, and when it ran."""

    dag: str
    task: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def main(arguments: list[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench first_result", description=__doc__)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--nights", type=int, default=2, help="nights after the first")
    parser.add_argument("--warm", action="store_true", help="use the package caches")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        clone = Path(scratch) / "kindred"
        _run(["git", "clone", "--quiet", str(ROOT), str(clone)], Path(scratch), {})
        caches = {} if options.warm else _empty_caches(Path(scratch))
        say(f"{options.customers:,} customers, {'warm' if options.warm else 'cold'} caches")
        install = _run(["make", "install"], clone, caches)
        row("install", install)
        kindred = [str(clone / ".venv/bin/kindred")]
        try:
            with watched() as peak:
                scale = ["--customers", str(options.customers)]
                start = _run([*kindred, "up", "--scenario", "retailer", *scale], clone, {})
                row("start", start)
                first = _night(kindred, clone)
            row("clone to first result", install + start + first)
            row("peak memory, MiB", peak.mebibytes)
            for _ in range(options.nights):
                _night(kindred, clone)
        finally:
            _run([*kindred, "down", "--erase"], clone, {})


def _empty_caches(scratch: Path) -> dict[str, str]:
    return {"UV_CACHE_DIR": str(scratch / "uv-cache"), "PIP_NO_CACHE_DIR": "1"}


def _run(command: list[str], folder: Path, extra: dict[str, str]) -> float:
    """Run a command to its end and return its seconds; its output is shown when it fails."""
    environment = {k: v for k, v in os.environ.items() if k not in ("KINDRED_HOME", "VIRTUAL_ENV")}
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 -- our own words
        command, cwd=folder, env=environment | extra, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-4_000:] + done.stderr[-4_000:])
        raise SystemExit(f"{command[0]} {command[1]} ended with {done.returncode}")
    return time.monotonic() - began


def _night(kindred: list[str], clone: Path) -> float:
    """Run one night and print where its time went."""
    seconds = _run([*kindred, "run"], clone, {})
    state = json.loads((clone / ".kindred/secrets.json").read_text())
    admin = subprocess.run(  # noqa: S603 -- our own words
        [*kindred, "dsn", "--role", "admin"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout.strip()
    warehouse = psycopg.conninfo.conninfo_to_dict(admin)
    metadata = psycopg.conninfo.make_conninfo(
        **(warehouse | {"dbname": "airflow", "user": "airflow", "password": state["airflow"]})
    )
    with psycopg.connect(metadata) as conn:
        night = [
            Interval(*found)
            for found in conn.execute(
                "select dag_id, task_id, start_date, end_date from task_instance"
                " where start_date > now() - make_interval(secs => %s)"
                " and end_date is not null order by start_date",
                [seconds],
            )
        ]
    say("")
    row("night, wall", seconds)
    for name, parts in SHARES.items():
        row(f"  {name}", sum(task.seconds for task in night if f"{task.dag}.{task.task}" in parts))
    for task in night:
        row(f"  {task.dag}.{task.task}", task.seconds)
    row("  no task running (orchestration)", seconds - _covered(night))
    row("  tasks", len(night))
    _landed(admin, seconds)
    return seconds


def _covered(intervals: list[Interval]) -> float:
    """Return the seconds in which at least one task ran."""
    covered, until = 0.0, None
    for interval in sorted(intervals, key=lambda each: each.start):
        start = interval.start if until is None else max(until, interval.start)
        covered += max(0.0, (interval.end - start).total_seconds())
        until = interval.end if until is None else max(until, interval.end)
    return covered


def _landed(dsn: str, seconds: float) -> None:
    with psycopg.connect(dsn) as conn:
        found = conn.execute(
            "select load, rows_landed, rows_published,"
            " extract(epoch from landed_at - started_at)::float from ops.loads"
            " where started_at > now() - make_interval(secs => %s) order by batch_id",
            [seconds],
        ).fetchall()
        built = conn.execute(
            "select changes, extract(epoch from built_at - started_at)::float from ops.builds"
            " where started_at > now() - make_interval(secs => %s) order by build_id",
            [seconds],
        ).fetchall()
    for load, landed, published, took in found:
        pace = f"{landed / took:>9,.0f} rows/s" if took else ""
        say(f"  {load:<32}{landed:>10,} landed {published or 0:>10,} changed{pace}")
    for changes, took in built:
        say(f"  {'dbt build':<32}{changes:>10,} changes {took or 0:>26.1f} s")


def row(name: str, figure: float) -> None:
    """Print one aligned figure."""
    say(f"{name:<40}{figure:>10.1f}" if isinstance(figure, float) else f"{name:<40}{figure:>10,}")
