"""Follow runs and tasks in Airflow, and restart services that crash meanwhile.

Without restarts a crash of the database or the scheduler would force a person to repeat the
command, and more than once, because services that lose their database crash some time after it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg

from kindred.embedded.airflow_api import Airflow, AirflowRefusal, AirflowUnreachable
from kindred.embedded.services import Services
from kindred.errors import KindredError, SetupError, WarehouseError
from kindred.sources import SOURCES

INGESTS = tuple(f"ingest_{source}" for source in SOURCES)
RECONCILE = "reconcile"
REFRESH = "refresh_marts"
REPORT = "report"  # an ingest's last task; it fails when a load of the run is missing
UNFINISHED = {"queued", "running"}
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}
POLL_SECONDS = 1.0
# One crash of the database causes three or four errors, and a busy API times out now and then.
MOST_TROUBLES, WITHIN_SECONDS = 20, 1800.0
PAUSE_SECONDS = 1.0
Snapshot = TypeVar("Snapshot")


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


Runs = dict[tuple[str, str], str]


def wait_until_known(airflow: Airflow, dags: tuple[str, ...], seconds: float = 90) -> None:
    """Wait until Airflow has parsed the DAGs.

    Raises:
        SetupError: A DAG file has import errors, or the time is over.
    """
    deadline = time.monotonic() + seconds
    for dag in dags:
        while airflow.find(f"/dags/{dag}") is None:
            errors = airflow.get("/importErrors")["import_errors"]
            if errors:
                files = ", ".join(sorted({error["filename"] for error in errors}))
                raise SetupError(f"Airflow cannot import {files}: see the first page of its UI")
            if time.monotonic() > deadline:
                raise SetupError(f"Airflow has not parsed the DAG {dag} after {seconds:.0f} s")
            time.sleep(0.3)


def has_events(airflow: Airflow) -> bool:
    """Return whether asset events are queued that have yet to trigger a refresh."""
    found = airflow.find(f"/dags/{REFRESH}/assets/queuedEvents")
    return bool(found and found["queued_events"])


def refreshes(airflow: Airflow, began: datetime, ours: set[str]) -> Runs:
    """Return the refreshes that are in `ours`, are unfinished or were created since `began`."""
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
    """Return the tasks of the runs in the order in which they started."""
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


def with_restarts(services: Services, look: Callable[[], Iterator[Snapshot]]) -> Iterator[Snapshot]:
    """Yield what `look` yields; when a service crashes, restart it and call `look` again.

    Raises:
        KindredError: Services keep crashing, or a person has stopped them.
    """
    troubles: deque[float] = deque(maxlen=MOST_TROUBLES)
    while len(troubles) < MOST_TROUBLES or time.monotonic() - troubles[0] > WITHIN_SECONDS:
        with _borne():
            for snapshot in look():
                yield snapshot
                if services.crashed():
                    break
            else:
                return
        troubles.append(time.monotonic())
        with _borne():
            services.restart_crashed()
        time.sleep(PAUSE_SECONDS)
    raise KindredError(
        f"the services keep crashing: see {services.home.logs}; the same command resumes"
    )


@contextmanager
def _borne() -> Iterator[None]:
    """Ignore errors of a server, which may recover, but not a rejected request (HTTP 4xx)."""
    try:
        yield
    except (
        AirflowRefusal,
        AirflowUnreachable,
        WarehouseError,
        psycopg.OperationalError,
    ) as trouble:
        if isinstance(trouble, AirflowRefusal) and trouble.status < 500:
            raise
