"""One night: which one it is, and asking Airflow for it.

A night is asked for over Airflow's REST API like any person would, so scheduler, executor and
retries are the real ones.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from kindred.cli import ledger
from kindred.cli.airflow_runs import REFRESH, UNFINISHED, RunSnapshot, follow
from kindred.cli.supervision import with_restarts
from kindred.embedded.airflow_api import Airflow, AirflowRefusal
from kindred.embedded.connections import connection_origins
from kindred.embedded.services import Services
from kindred.errors import KindredError, SetupError
from kindred.sources import LOADS

INGESTS = ("ingest_crm", "ingest_call_center", "ingest_social")
RECONCILE = "reconcile"


@dataclass(frozen=True)
class Night:
    """One business day `[start, end)`, ended by a midnight of the business's time zone."""

    start: datetime
    end: datetime

    @classmethod
    def ending(cls, day: date) -> Night:
        """The night whose business day ends when `day` begins."""
        here = zone()
        end = datetime.combine(day, clock.min, here)
        start = datetime.combine(day - timedelta(days=1), clock.min, here)
        return cls(start.astimezone(UTC), end.astimezone(UTC))

    @property
    def last_day(self) -> date:
        """The business day the night covers."""
        return self.start.astimezone(zone()).date()

    @property
    def run_id(self) -> str:
        return f"night__{self.last_day.isoformat()}"


def next_night(services: Services, through: date | None) -> Night:
    """Choose the night: the one asked for, else the next in sandbox time or the last midnight.

    Args:
        through: the last business day to have.

    Raises:
        KindredError: that day is not over. In sandbox time a night makes it so.
    """
    choice = services.sandbox.choice
    today = datetime.now(zone()).date()
    if through is not None:
        if through >= today and not choice.is_on:
            raise KindredError(f"{through} is not over. Use --through {today - timedelta(days=1)}")
        return Night.ending(through + timedelta(days=1))
    if not choice.is_on:
        return Night.ending(today)
    vendors = {name for name, owner in connection_origins(services.airflow).items() if owner}
    loads = [load.name for load in LOADS.values() if load.vendor in vendors]
    last = ledger.last_night(services.postgres.dsn("admin"), loads)
    if last is None:
        return Night.ending(services.sandbox.calendar().history_end.date())
    # By the calendar: a day is 23 or 25 hours long when the clocks change.
    day = last.end.astimezone(zone()).date()
    return Night.ending(day + timedelta(days=1) if last.is_complete else day)


def zone() -> ZoneInfo:
    """The business's time zone, in which a day begins."""
    return ZoneInfo(os.environ.get("KINDRED_TIME_ZONE", "UTC"))


def run(services: Services, night: Night, show: Callable[[RunSnapshot], None]) -> RunSnapshot:
    """Run the night and every refresh of the marts that follows from it.

    Raises:
        KindredError: Airflow does not know a DAG, or its components do not stay up.
    """
    airflow = services.airflow
    began = datetime.now(UTC)
    _set_clock(services, night)
    wait_until_known(airflow, (*INGESTS, RECONCILE, REFRESH))
    # Asked for first and unpaused afterwards: the scheduler starts the current night of a DAG
    # that it finds unpaused, and dies when two runs of the same night are made at once.
    run_ids = {_trigger(airflow, dag, night) for dag in INGESTS}
    for dag in (REFRESH, RECONCILE, *INGESTS):
        airflow.patch(f"/dags/{dag}", {"is_paused": False})

    def look() -> Iterator[RunSnapshot]:
        _set_clock(services, night)  # a sandbox that was started again may not know it
        for picture in follow(services.airflow, list(INGESTS), night.start, began):
            picture.batches = ledger.batches(services.postgres.dsn("admin"), run_ids, began)
            yield picture

    picture = RunSnapshot()
    for picture in with_restarts(services, look):
        show(picture)
    return picture


def _set_clock(services: Services, night: Night) -> None:
    if services.sandbox.choice.is_on:
        services.sandbox.set_clock(night.end)


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


def _trigger(airflow: Airflow, dag: str, night: Night) -> str:
    """Ask for the night's run of the DAG; one that there is already is followed or run again."""
    body = {
        "dag_run_id": night.run_id,
        "logical_date": night.start.isoformat(),
        "data_interval_start": night.start.isoformat(),
        "data_interval_end": night.end.isoformat(),
        "run_after": datetime.now(UTC).isoformat(),
    }
    try:
        return str(airflow.post(f"/dags/{dag}/dagRuns", body)["dag_run_id"])
    except AirflowRefusal as refusal:
        if refusal.status != 409:
            raise
    moment = night.start.isoformat()
    found = airflow.get(f"/dags/{dag}/dagRuns", logical_date_gte=moment, logical_date_lte=moment)
    there = next(iter(found["dag_runs"]), None)
    if there is None:
        raise KindredError(f"{dag} has a run named {night.run_id} for another day: remove it")
    run_id = str(there["dag_run_id"])
    if there["state"] not in UNFINISHED:
        airflow.post(f"/dags/{dag}/dagRuns/{run_id}/clear", {"dry_run": False})
    return run_id
