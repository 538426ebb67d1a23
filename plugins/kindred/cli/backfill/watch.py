"""Start what was planned, and follow it to the end of the last refresh."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console

from kindred.cli import airflow_runs
from kindred.cli.airflow_runs import REFRESH, UNFINISHED, Task, with_restarts
from kindred.cli.backfill import airflow_backfills
from kindred.cli.backfill.airflow_backfills import EVERYTHING, FAILED, Backfill
from kindred.cli.backfill.display import display
from kindred.cli.backfill.plan import BackfillPlan, SourcePlan
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.services import Services

POLL_SECONDS = 3.0


@dataclass(frozen=True)
class SourceProgress:
    """The progress of one source's runs, counted in days."""

    source: str
    days: int
    failed: int
    left: int
    is_paused: bool = False

    @property
    def done(self) -> int:
        return self.days - self.failed - self.left


@dataclass(frozen=True)
class BackfillSnapshot:
    """The state of a backfill at one moment: its days, and at the end the refreshes' tasks."""

    sources: tuple[SourceProgress, ...]
    tasks: tuple[Task, ...] = field(default=())

    @property
    def left(self) -> int:
        return sum(progress.left for progress in self.sources)

    @property
    def failed(self) -> int:
        return sum(progress.failed for progress in self.sources)


def backfill_snapshots(airflow: Airflow, backfills: list[Backfill]) -> Iterator[BackfillSnapshot]:
    """Yield snapshots until all runs and all refreshes of the marts that follow have ended.

    A snapshot takes three requests per source, and later three in all, because the API has one
    worker, which the tasks need too.
    """
    since = min(backfill.created_at for backfill in backfills)
    days = {b.dag: airflow_backfills.count(airflow, b.dag, b.days) for b in backfills}
    sources: tuple[SourceProgress, ...] = ()
    is_over = False
    while not is_over:
        if not sources or any(progress.left for progress in sources):
            sources = tuple(_progress(airflow, b, days[b.dag]) for b in backfills)
        snapshot = BackfillSnapshot(sources)
        if not snapshot.left:
            tasks, is_over = _refreshes(airflow, since)
            snapshot = BackfillSnapshot(sources, tasks)
        yield snapshot
        if not is_over:
            time.sleep(POLL_SECONDS)


def _progress(airflow: Airflow, backfill: Backfill, days: int) -> SourceProgress:
    left = airflow_backfills.count(airflow, backfill.dag, backfill.days, *UNFINISHED)
    return SourceProgress(
        backfill.dag.removeprefix("ingest_"),
        days,
        airflow_backfills.count(airflow, backfill.dag, backfill.days, "failed"),
        left,
        left > 0 and airflow_backfills.is_paused(airflow, backfill),
    )


def _refreshes(airflow: Airflow, since: datetime) -> tuple[tuple[Task, ...], bool]:
    """Return the tasks of the refreshes since `since`, and whether all refreshes have ended."""
    # Read before the refreshes: an event that disappears in between has become a run.
    is_awaited = airflow_runs.has_events(airflow)
    runs = airflow_runs.refreshes(airflow, since, set())
    tasks = airflow_runs.tasks_of(airflow, runs) if runs else []
    return tuple(tasks), not is_awaited and not UNFINISHED & set(runs.values())


def start(airflow: Airflow, plan: BackfillPlan) -> list[Backfill]:
    """Create a backfill for each source that has runs to make, and unpause what it needs."""
    backfills = [_start(airflow, plan, part) for part in plan.parts if part.runs]
    # Runs of a paused DAG or backfill wait without any message. Create first, unpause afterwards:
    # the scheduler creates the current night's run of an unpaused DAG, and crashes when two runs
    # of one day are created at once.
    for backfill in backfills:
        if backfill.is_paused:
            airflow.put(f"/backfills/{backfill.number}/unpause")
    for dag in (REFRESH, *(backfill.dag for backfill in backfills)):
        airflow.patch(f"/dags/{dag}", {"is_paused": False})
    return backfills


def _start(airflow: Airflow, plan: BackfillPlan, part: SourcePlan) -> Backfill:
    if part.under_way is not None:
        return part.under_way
    which = FAILED if plan.only_failed else EVERYTHING
    return airflow_backfills.create(airflow, part.dag, plan.days, which, plan.at_once)


def watch(console: Console, services: Services, backfills: list[Backfill]) -> BackfillSnapshot:
    """Show the backfills until they and the refreshes after them have ended."""
    console.print()
    with display(console) as show:
        found = with_restarts(services, lambda: backfill_snapshots(services.airflow, backfills))
        for snapshot in found:
            show(snapshot)
    return snapshot
