"""Start what was planned, follow it, and show how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from kindred.cli import airflow_runs, night_progress
from kindred.cli.airflow_runs import REFRESH, UNFINISHED, Task
from kindred.cli.backfill import airflow_backfills
from kindred.cli.backfill.airflow_backfills import EVERYTHING, FAILED, Backfill
from kindred.cli.backfill.plan import BackfillPlan, SourcePlan
from kindred.cli.formatting import counts, duration
from kindred.cli.supervision import with_restarts
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.services import Services

POLL_SECONDS = 3.0
QUIET_SECONDS = 10.0  # between two plain lines that only count on


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

    sources: tuple[SourceProgress, ...]
    tasks: tuple[Task, ...] = field(default=())

    @property
    def left(self) -> int:
        return sum(progress.left for progress in self.sources)

    @property
    def failed(self) -> int:
        return sum(progress.failed for progress in self.sources)


def backfill_snapshots(airflow: Airflow, backfills: list[Backfill]) -> Iterator[BackfillSnapshot]:
    """Yield snapshots until every run has ended and every refresh of the marts after them.

    A snapshot costs three requests a source, and later three in all: the API has one worker, and
    the tasks need it too.
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
    """Return the tasks of the refreshes since, and whether no other is to come."""
    # Asked before the refreshes: an event that is gone by then has its run.
    is_awaited = airflow_runs.has_events(airflow)
    runs = airflow_runs.refreshes(airflow, since, set())
    tasks = airflow_runs.tasks_of(airflow, runs) if runs else []
    return tuple(tasks), not is_awaited and not UNFINISHED & set(runs.values())


def start(airflow: Airflow, plan: BackfillPlan) -> list[Backfill]:
    """Ask Airflow for a backfill of each source that has runs to make, and let them run."""
    backfills = [_start(airflow, plan, part) for part in plan.parts if part.runs]
    # What waits in a paused DAG or backfill waits without a word. Asked for first and unpaused
    # afterwards: the scheduler starts the current night of a DAG that it finds unpaused, and dies
    # when two runs of one day are made at once.
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
    with _display(console) as show:
        found = with_restarts(services, lambda: backfill_snapshots(services.airflow, backfills))
        for snapshot in found:
            show(snapshot)
    return snapshot


@contextmanager
def _display(console: Console) -> Iterator[Callable[[BackfillSnapshot], None]]:
    """Yield a function that shows a snapshot of the backfill."""
    if not console.is_terminal:
        yield ProgressPrinter(console).update
        return
    pace = Eta()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda snapshot: live.update(table(snapshot, pace.to_go(snapshot)))


def table(snapshot: BackfillSnapshot, to_go: str) -> RenderableType:
    """Return the snapshot as a table: days above, the refresh of the marts below."""
    parts: list[RenderableType] = [
        counts(
            ("source", "days", "done", "failed", "left", ""),
            [(p.source, p.days, p.done, p.failed, p.left, _pause(p)) for p in snapshot.sources],
        )
    ]
    if to_go:
        parts.append(Text(to_go, style="dim"))
    if _night(snapshot).tasks:
        parts += [Text(), night_progress.table(_night(snapshot))]
    return Group(*parts)


class ProgressPrinter:
    """A line when days are over, at most one in ten seconds; and one for each task of a refresh."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks = night_progress.LinePrinter(console)
        self._pace = Eta()
        self._last = time.monotonic()
        self._said = ""

    def update(self, snapshot: BackfillSnapshot) -> None:
        """Say what is new in the snapshot."""
        said = ", ".join(map(_describe, snapshot.sources))
        to_go = self._pace.to_go(snapshot)
        is_time = not snapshot.left or time.monotonic() - self._last >= QUIET_SECONDS
        if said != self._said and is_time:
            line = f"{said}; {to_go}" if to_go else said
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
            self._said, self._last = said, time.monotonic()
        self._tasks.update(_night(snapshot))


class Eta:
    """How fast days are over since the following began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._over_before: int | None = None

    def to_go(self, snapshot: BackfillSnapshot) -> str:
        """Say how long the rest takes at this pace; nothing while it is not known."""
        over = sum(progress.days - progress.left for progress in snapshot.sources)
        if self._over_before is None:
            self._over_before = over
        if not snapshot.left or over == self._over_before:
            return ""
        seconds = (time.monotonic() - self._began) / (over - self._over_before)
        return f"about {duration(seconds * snapshot.left)} to go"


def _describe(progress: SourceProgress) -> str:
    failed = f" ({progress.failed:,} failed)" if progress.failed else ""
    return f"{progress.source} {progress.days - progress.left:,} of {progress.days:,}{failed}" + (
        f", {_pause(progress)}" * progress.is_paused
    )


def _pause(progress: SourceProgress) -> str:
    return "paused in Airflow" if progress.is_paused else ""


def _night(snapshot: BackfillSnapshot) -> airflow_runs.RunSnapshot:
    """Return the refresh of the marts as a night's snapshot, without tasks that were skipped."""
    return airflow_runs.RunSnapshot(
        tasks=[task for task in snapshot.tasks if task.state != "skipped"]
    )
