"""Read and create Airflow's backfills and their runs.

Airflow allows one unfinished backfill per DAG. An unfinished backfill of the same days therefore
comes from an earlier command that was interrupted, and following it resumes that command.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kindred.cli.airflow_runs import UNFINISHED
from kindred.cli.business_days import Days
from kindred.embedded.airflow_api import Airflow, AirflowRefusal

EVERYTHING, FAILED = "completed", "failed"  # values of Airflow's `reprocess_behavior`
PAGE = 100  # the largest that Airflow allows
MARKING_SECONDS = 60.0  # Airflow marks finished backfills every 30 s


@dataclass(frozen=True)
class Backfill:
    """One of Airflow's backfills."""

    number: int
    dag: str
    days: Days
    created_at: datetime
    is_paused: bool


@dataclass(frozen=True)
class BackfillRun:
    """One run of a DAG; `start` is the instant at which its day begins."""

    run_id: str
    start: datetime
    state: str


def find_active(airflow: Airflow, dag: str) -> Backfill | None:
    """Return the DAG's backfill that has queued or running runs, if there is one."""
    found = airflow.get("/backfills", dag_id=dag, order_by="-id", limit=1)["backfills"]
    if not found or found[0]["completed_at"] is not None:
        return None
    backfill = _backfill(found[0])
    # Airflow marks a finished backfill with a delay.
    is_over = count(airflow, dag, backfill.days, *UNFINISHED) == 0
    return None if is_over else backfill


def is_paused(airflow: Airflow, backfill: Backfill) -> bool:
    return bool(airflow.get(f"/backfills/{backfill.number}")["is_paused"])


def would_run(airflow: Airflow, dag: str, days: Days, which: str) -> set[datetime]:
    """Return the starts of the days that Airflow would run, for the first time or again."""
    body = _body(dag, days, which, at_once=1)
    found = airflow.post("/backfills/dry_run", body, seconds=60)["backfills"]
    return {datetime.fromisoformat(entry["logical_date"]) for entry in found}


def runs(airflow: Airflow, dag: str, days: Days, **only: Any) -> Iterator[BackfillRun]:
    """Yield the DAG's runs of these days in the order of the days, fetched page by page."""
    seen, total = 0, 1
    while seen < total:
        page = airflow.get(
            f"/dags/{dag}/dagRuns",
            **_range(days),
            order_by="logical_date",
            limit=PAGE,
            offset=seen,
            **only,
        )
        for entry in page["dag_runs"]:
            moment = datetime.fromisoformat(entry["logical_date"])
            yield BackfillRun(entry["dag_run_id"], moment, entry["state"])
        seen += PAGE
        total = page["total_entries"]


def count(airflow: Airflow, dag: str, days: Days, *states: str) -> int:
    """Return how many of these days' runs belong to a backfill and are in one of the states."""
    only = {"state": sorted(states)} if states else {}
    path = f"/dags/{dag}/dagRuns"
    found = airflow.get(path, **_range(days), run_type="backfill", limit=1, **only)
    return int(found["total_entries"])


def seconds_of_late(airflow: Airflow, dag: str) -> list[float]:
    """Return the durations of the newest successful runs in seconds, 20 at most."""
    found = airflow.get(f"/dags/{dag}/dagRuns", state="success", order_by="-id", limit=20)
    return [entry["duration"] for entry in found["dag_runs"] if entry["duration"] is not None]


def create(airflow: Airflow, dag: str, days: Days, which: str, at_once: int) -> Backfill:
    """Create a backfill in Airflow; all its runs are queued when this returns.

    Raises:
        AirflowRefusal: Airflow rejects the request, or another backfill of the DAG is active.
    """
    deadline = time.monotonic() + MARKING_SECONDS
    while True:
        try:
            # Airflow takes some hundredths of a second to create each run.
            asked = airflow.post("/backfills", _body(dag, days, which, at_once), seconds=600)
        except AirflowRefusal as refusal:
            if refusal.status != 409 or time.monotonic() > deadline:
                raise
            time.sleep(1)  # the previous one has ended, but Airflow has not marked it yet
        else:
            return _backfill(asked)


def _body(dag: str, days: Days, which: str, at_once: int) -> dict[str, Any]:
    return {
        "dag_id": dag,
        "from_date": days.start.isoformat(),
        "to_date": days.last_instant.isoformat(),
        "reprocess_behavior": which,
        "max_active_runs": at_once,
    }


def _range(days: Days) -> dict[str, str]:
    return {
        "logical_date_gte": days.start.isoformat(),
        "logical_date_lte": days.last_instant.isoformat(),
    }


def _backfill(entry: dict[str, Any]) -> Backfill:
    start, end, created = (
        datetime.fromisoformat(entry[name]) for name in ("from_date", "to_date", "created_at")
    )
    return Backfill(
        entry["id"], entry["dag_id"], Days.between(start, end), created, entry["is_paused"]
    )
