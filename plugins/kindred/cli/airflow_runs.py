"""Follow a night's runs: Airflow has the tasks' states, the ledger has the rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kindred.cli.run_ledger import BatchRow
from kindred.embedded.airflow_api import Airflow
from kindred.errors import SetupError
from kindred.sources import SOURCES

INGESTS = tuple(f"ingest_{source}" for source in SOURCES)
RECONCILE = "reconcile"
REFRESH = "refresh_marts"
REPORT = "report"  # an ingest's last task, red where a load of the run is missing
UNFINISHED = {"queued", "running"}
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Task:
    """A task of a run as Airflow last reported it."""

    dag: str
    run_id: str
    name: str
    state: str
    seconds: float
    attempt: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.dag, self.run_id, self.name

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


@dataclass
class RunSnapshot:
    """What a night looks like at one moment."""

    runs: dict[tuple[str, str], str] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    batches: list[BatchRow] = field(default_factory=list)

    @property
    def failed(self) -> list[Task]:
        return [task for task in self.tasks if task.state == "failed"]

    @property
    def causes(self) -> list[Task]:
        """The failed tasks, but for a report of what an earlier task of its run has failed in."""
        work = {(task.dag, task.run_id) for task in self.failed if task.name != REPORT}
        return [
            task
            for task in self.failed
            if task.name != REPORT or (task.dag, task.run_id) not in work
        ]

    @property
    def unpublished(self) -> list[BatchRow]:
        return [batch for batch in self.batches if batch.status in ("failed", "held")]


Runs = dict[tuple[str, str], str]


def run_snapshots(
    airflow: Airflow, ingests: list[str], start: datetime, began: datetime
) -> Iterator[RunSnapshot]:
    """Yield snapshots until the night's ingests and every refresh after them have ended.

    A snapshot costs three requests: the API has one worker, and the tasks need it too.

    Args:
        ingests: the DAGs whose runs for the night were asked for.
        start: the night's start, which is the runs' logical date.
        began: when they were asked for: what is refreshed from then on is the night's.
    """
    ours: set[str] = set()
    is_over = False
    while not is_over:
        runs = _ingests(airflow, ingests, start)
        is_ingested = not UNFINISHED & set(runs.values())
        # Asked before the refreshes: an event that is gone by then has its run.
        is_awaited = is_ingested and has_events(airflow)
        found = refreshes(airflow, began, ours)
        ours |= {run_id for _, run_id in found}
        is_over = is_ingested and not is_awaited and not UNFINISHED & set(found.values())
        runs |= found
        yield RunSnapshot(runs, tasks_of(airflow, runs))
        if not is_over:
            time.sleep(POLL_SECONDS)


def wait_until_known(airflow: Airflow, dags: tuple[str, ...], seconds: float = 90) -> None:
    """Wait until Airflow has read the DAGs' files."""
    deadline = time.monotonic() + seconds
    for dag in dags:
        while airflow.find(f"/dags/{dag}") is None:
            errors = airflow.get("/importErrors")["import_errors"]
            if errors:
                files = ", ".join(sorted({error["filename"] for error in errors}))
                raise SetupError(f"Airflow cannot read {files}: the UI's first page says why")
            if time.monotonic() > deadline:
                raise SetupError(f"Airflow has not read the DAG {dag} after {seconds:.0f} s")
            time.sleep(0.3)


def _ingests(airflow: Airflow, dags: list[str], start: datetime) -> Runs:
    moment = start.isoformat()
    body = {"dag_ids": dags, "logical_date_gte": moment, "logical_date_lte": moment}
    found = airflow.post("/dags/~/dagRuns/list", body)["dag_runs"]
    return {(entry["dag_id"], entry["dag_run_id"]): entry["state"] for entry in found}


def has_events(airflow: Airflow) -> bool:
    """Return whether published assets wait for a refresh to be made of them."""
    found = airflow.find(f"/dags/{REFRESH}/assets/queuedEvents")
    return bool(found and found["queued_events"])


def refreshes(airflow: Airflow, began: datetime, ours: set[str]) -> Runs:
    """Return the refreshes that started after `began`, or were under way then."""
    body = {"dag_ids": [REFRESH], "order_by": "-run_after", "page_limit": 20}
    found = airflow.post("/dags/~/dagRuns/list", body)["dag_runs"]
    return {
        (REFRESH, entry["dag_run_id"]): entry["state"]
        for entry in reversed(found)
        if entry["dag_run_id"] in ours
        or entry["state"] in UNFINISHED
        or datetime.fromisoformat(entry["run_after"]) >= began
    }


def tasks_of(airflow: Airflow, runs: Runs) -> list[Task]:
    """Return the tasks of the runs in the order they started."""
    dags, run_ids = ({run[place] for run in runs} for place in (0, 1))
    body = {"dag_ids": sorted(dags), "dag_run_ids": sorted(run_ids), "page_limit": 100}
    answer = airflow.post("/dags/~/dagRuns/~/taskInstances/list", body)
    found = sorted(answer["task_instances"], key=lambda entry: entry["start_date"] or "~")
    return [
        Task(
            entry["dag_id"],
            entry["dag_run_id"],
            entry["task_id"],
            entry["state"] or "waiting",
            _seconds(entry),
            entry["try_number"],
        )
        for entry in found
    ]


def _seconds(entry: dict[str, Any]) -> float:
    if entry["duration"] is not None:
        return float(entry["duration"])
    if entry["start_date"] is None:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(entry["start_date"])).total_seconds()
