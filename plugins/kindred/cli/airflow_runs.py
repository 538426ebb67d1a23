"""Runs and their tasks as Airflow reports them, and services that stay up while they are followed.

A database or a scheduler that dies in mid-night would leave a person to type the same command
again, more than once: what has lost its database dies later than the database.
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
REPORT = "report"  # an ingest's last task, red where a load of the run is missing
UNFINISHED = {"queued", "running"}
ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}
POLL_SECONDS = 1.0
# One death of the database makes three or four; a busy API answers late now and then.
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


def with_restarts(services: Services, look: Callable[[], Iterator[Snapshot]]) -> Iterator[Snapshot]:
    """Yield what `look` yields; start again what dies meanwhile, then look again.

    Raises:
        KindredError: services die again and again, or a person has stopped them.
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
        f"the services do not stay up: see {services.home.logs}; the same command goes on with it"
    )


@contextmanager
def _borne() -> Iterator[None]:
    """Ignore the failure of a server, which may answer later, but not the refusal of a request."""
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
