"""Follow a backfill: how many days are over, then the refresh of the marts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from kindred.cli import airflow_runs
from kindred.cli.airflow_runs import UNFINISHED, Task
from kindred.cli.backfill import airflow_backfills
from kindred.cli.backfill.airflow_backfills import Backfill
from kindred.embedded.airflow_api import Airflow

POLL_SECONDS = 3.0


@dataclass(frozen=True)
class SourceProgress:
    """How far the runs of one source are."""

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
    """What a backfill looks like at one moment: its days, and once they are over the refreshes."""

    courses: tuple[SourceProgress, ...]
    tasks: tuple[Task, ...] = field(default=())

    @property
    def left(self) -> int:
        return sum(course.left for course in self.courses)

    @property
    def failed(self) -> int:
        return sum(course.failed for course in self.courses)


def follow(airflow: Airflow, backfills: list[Backfill]) -> Iterator[BackfillSnapshot]:
    """Yield pictures until every run has ended and every refresh of the marts after them.

    A picture costs three requests a source, and later three in all: the API has one worker, and
    the tasks need it too.
    """
    since = min(backfill.created_at for backfill in backfills)
    days = {b.dag: airflow_backfills.count(airflow, b.dag, b.days) for b in backfills}
    courses: tuple[SourceProgress, ...] = ()
    is_over = False
    while not is_over:
        if not courses or any(course.left for course in courses):
            courses = tuple(_course(airflow, b, days[b.dag]) for b in backfills)
        picture = BackfillSnapshot(courses)
        if not picture.left:
            tasks, is_over = _refreshes(airflow, since)
            picture = BackfillSnapshot(courses, tasks)
        yield picture
        if not is_over:
            time.sleep(POLL_SECONDS)


def _course(airflow: Airflow, backfill: Backfill, days: int) -> SourceProgress:
    left = airflow_backfills.count(airflow, backfill.dag, backfill.days, *UNFINISHED)
    return SourceProgress(
        backfill.dag.removeprefix("ingest_"),
        days,
        airflow_backfills.count(airflow, backfill.dag, backfill.days, "failed"),
        left,
        left > 0 and airflow_backfills.is_paused(airflow, backfill),
    )


def _refreshes(airflow: Airflow, since: datetime) -> tuple[tuple[Task, ...], bool]:
    """The tasks of the refreshes since, and whether no other is to come."""
    # Asked before the refreshes: an event that is gone by then has its run.
    is_awaited = airflow_runs.has_events(airflow)
    runs = airflow_runs.refreshes(airflow, since, set())
    tasks = airflow_runs.tasks_of(airflow, runs) if runs else []
    return tuple(tasks), not is_awaited and not UNFINISHED & set(runs.values())
