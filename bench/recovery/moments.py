"""Moments of a night at which a task of the real Airflow can be held from outside.

A lock on a table that the task is about to write to lets it come up to there and no further.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.recovery.machine import Machine
from kindred.cli.airflow_runs import REFRESH
from kindred.embedded.airflow_api import AirflowUnreachable

PATIENCE = 180.0  # seconds


@dataclass(frozen=True)
class Moment:
    """A task, and the table that it cannot write to."""

    dag: str
    task: str
    table: tuple[str, str]


_INGEST, _LOAD = "ingest_call_center", "genesys_conversations"
MOMENTS = {
    "in land": Moment(_INGEST, "land", ("landing", _LOAD)),
    "in gate": Moment(_INGEST, "gate", ("ops", "gate_results")),
    "in publish": Moment(_INGEST, "publish", ("raw", _LOAD)),
    "in publish, before commit": Moment(_INGEST, "publish", ("ops", "cursors")),
    "in score": Moment(REFRESH, "score", ("ops", "builds")),
    "in dbt": Moment(REFRESH, "build", ("build", "segment_summary")),
    "in marts gate": Moment(REFRESH, "gate", ("ops", "gate_results")),
    "in marts publish": Moment(REFRESH, "publish", ("ops", "changes")),
}


@contextmanager
def held_at(machine: Machine, moment: Moment) -> Iterator[str]:
    """Hold the night at a moment; give the id of the task that is held, and let go at the end."""
    deadline = time.monotonic() + PATIENCE
    _wait_for_task(machine, moment, ["queued", "running"], deadline)
    # The server may be what is killed.
    with suppress(psycopg.OperationalError), psycopg.connect(machine.dsn) as conn:
        table = sql.Identifier(*moment.table)
        conn.execute(sql.SQL("lock table {} in exclusive mode").format(table))
        _wait_for_waiter(conn, moment, deadline)
        yield _wait_for_task(machine, moment, ["running"], deadline)


def _wait_for_task(machine: Machine, moment: Moment, states: list[str], deadline: float) -> str:
    body = {"dag_ids": [moment.dag], "task_ids": [moment.task], "state": states}
    while time.monotonic() < deadline:
        with suppress(AirflowUnreachable):
            found = machine.services.airflow.post("/dags/~/dagRuns/~/taskInstances/list", body)
            if found["task_instances"]:
                return str(found["task_instances"][0]["id"])
        time.sleep(0.05)
    raise SystemExit(f"{moment.dag}.{moment.task} did not start")


def _wait_for_waiter(conn: psycopg.Connection, moment: Moment, deadline: float) -> None:
    while time.monotonic() < deadline:
        waiting = conn.execute(
            "select from pg_locks where not granted and relation = %s::regclass",
            [".".join(moment.table)],
        ).fetchone()
        if waiting is not None:
            return
        time.sleep(0.05)
    raise SystemExit(f"{moment.dag}.{moment.task} did not come to {'.'.join(moment.table)}")
