"""Take snapshots of a night and show them: a live table on a terminal, plain lines elsewhere.

Both show the same: each task with its seconds, and each load with its row counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kindred.cli import airflow_runs
from kindred.cli.airflow_runs import REPORT, UNFINISHED, Runs, Task
from kindred.embedded.airflow_api import Airflow
from kindred.warehouse.connections import fetch_rows

STYLES = {
    "success": "green",
    "published": "green",
    "passed": "green",
    "running": "cyan",
    "landing": "cyan",
    "failed": "bold red",
    "held": "bold red",
    "upstream_failed": "red",
    "up_for_retry": "yellow",
}
SETTLED = {"published", "failed", "held", "skipped", "superseded"}


@dataclass(frozen=True)
class BatchRow:
    """A row of `ops.loads`, without its window."""

    load: str
    status: str
    rows_landed: int
    rows_quarantined: int
    rows_published: int | None
    message: str | None


@dataclass
class RunSnapshot:
    """The state of a night's runs, tasks and batches at one moment."""

    runs: dict[tuple[str, str], str] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    batches: list[BatchRow] = field(default_factory=list)

    @property
    def failed(self) -> list[Task]:
        return [task for task in self.tasks if task.state == "failed"]

    @property
    def causes(self) -> list[Task]:
        """The failed tasks, without a report task that repeats a failure earlier in its run."""
        work = {(task.dag, task.run_id) for task in self.failed if task.name != REPORT}
        return [
            task
            for task in self.failed
            if task.name != REPORT or (task.dag, task.run_id) not in work
        ]

    @property
    def unpublished(self) -> list[BatchRow]:
        return [batch for batch in self.batches if batch.status in ("failed", "held")]


def run_snapshots(
    airflow: Airflow, ingests: list[str], start: datetime, began: datetime
) -> Iterator[RunSnapshot]:
    """Yield snapshots until the night's ingests and all refreshes that follow have ended.

    A snapshot takes only three requests, because the API has one worker, which the tasks need too.

    Args:
        ingests: The DAGs that were triggered for the night.
        start: The night's start, which is the runs' logical date.
        began: When the runs were triggered. Refreshes from then on belong to the night.
    """
    ours: set[str] = set()
    is_over = False
    while not is_over:
        runs = _ingests(airflow, ingests, start)
        is_ingested = not UNFINISHED & set(runs.values())
        # Read before the refreshes: an event that disappears in between has become a run.
        is_awaited = is_ingested and airflow_runs.has_events(airflow)
        found = airflow_runs.refreshes(airflow, began, ours)
        ours |= {run_id for _, run_id in found}
        is_over = is_ingested and not is_awaited and not UNFINISHED & set(found.values())
        runs |= found
        yield RunSnapshot(runs, airflow_runs.tasks_of(airflow, runs))
        if not is_over:
            time.sleep(airflow_runs.POLL_SECONDS)


def _ingests(airflow: Airflow, dags: list[str], start: datetime) -> Runs:
    moment = start.isoformat()
    body = {"dag_ids": dags, "logical_date_gte": moment, "logical_date_lte": moment}
    found = airflow.post("/dags/~/dagRuns/list", body)["dag_runs"]
    return {(entry["dag_id"], entry["dag_run_id"]): entry["state"] for entry in found}


def batches(dsn: str, run_ids: Iterable[str], since: datetime) -> list[BatchRow]:
    """Return the batches of the runs that were started at or after `since`, oldest first."""
    return fetch_rows(
        dsn,
        BatchRow,
        "select load, status, rows_landed, rows_quarantined, rows_published, message"
        " from ops.loads where run_id = any(%s) and started_at >= %s order by batch_id",
        [list(run_ids), since],
    )


@contextmanager
def display(console: Console) -> Iterator[Callable[[RunSnapshot], None]]:
    """Yield a function that displays a snapshot of the night."""
    if not console.is_terminal:
        yield LinePrinter(console).update
        return
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda snapshot: live.update(table(snapshot))


def table(snapshot: RunSnapshot) -> RenderableType:
    """Return the snapshot as two tables: tasks above, loads below."""
    tasks = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, side in (("task", "left"), ("state", "left"), ("seconds", "right")):
        tasks.add_column(name, justify="right" if side == "right" else "left")
    for task in snapshot.tasks:
        seconds = f"{task.seconds:.1f}" if task.seconds else ""
        tasks.add_row(_name(task), _state(task.state), seconds)
    if not snapshot.batches:
        return tasks
    loads = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    loads.add_column("load")
    loads.add_column("state")
    for name in ("landed", "quarantined", "published"):
        loads.add_column(name, justify="right")
    for batch in snapshot.batches:
        loads.add_row(batch.load, _state(batch.status), *_rows(batch))
    return Group(tasks, Text(), loads)


class LinePrinter:
    """Print one line for each task that ends and each load that settles."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: set[tuple[str, ...]] = set()

    def update(self, snapshot: RunSnapshot) -> None:
        """Print what is new in the snapshot."""
        for task in snapshot.tasks:
            if task.has_ended or task.state == "up_for_retry":
                line = f"{_name(task):36} {task.state:16} {task.seconds:7.1f} s"
                self._say((*task.key, task.state, str(task.attempt)), line)
        for batch in snapshot.batches:
            if batch.status in SETTLED:
                landed, quarantined, published = _rows(batch)
                rows = f"landed {landed}, quarantined {quarantined}, published {published}"
                self._say(
                    (batch.load, batch.status, rows), f"  {batch.load:34} {batch.status:16} {rows}"
                )

    def _say(self, key: tuple[str, ...], line: str) -> None:
        if key not in self._said:
            self._said.add(key)
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def _name(task: Task) -> str:
    return f"{task.dag}.{task.name}"


def _state(state: str) -> Text:
    return Text(state.replace("_", " "), style=STYLES.get(state, "dim"))


def _rows(batch: BatchRow) -> tuple[str, str, str]:
    published = "-" if batch.rows_published is None else f"{batch.rows_published:,}"
    return f"{batch.rows_landed:,}", f"{batch.rows_quarantined:,}", published
