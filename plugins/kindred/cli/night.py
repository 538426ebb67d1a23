"""Run one night: choose it, trigger its runs in Airflow, and report how it ended.

Runs are triggered through Airflow's REST API, as a person would do it, so the scheduler, the
executor and the retries are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import typer
from rich.console import Console

from kindred.cli import deletions, findings, night_progress
from kindred.cli.airflow_runs import (
    INGESTS,
    RECONCILE,
    REFRESH,
    UNFINISHED,
    wait_until_known,
    with_restarts,
)
from kindred.cli.business_days import Night, zone
from kindred.cli.night_progress import RunSnapshot, run_snapshots
from kindred.embedded import airflow_settings, vendor_connections
from kindred.embedded.airflow_api import Airflow, AirflowRefusal
from kindred.embedded.services import Services
from kindred.errors import KindredError
from kindred.sources import LOADS
from kindred.warehouse.connections import fetch_rows


@dataclass(frozen=True)
class LastNight:
    """The newest night for which any load has a batch."""

    end: datetime
    is_complete: bool


def next_night(services: Services, through: date | None) -> Night:
    """Return the requested night, else the next in sandbox time or the one of the last midnight.

    Args:
        through: The last business day to load.

    Raises:
        KindredError: That day is not over. In sandbox time this cannot happen, because running a
            night sets the sandbox's clock.
    """
    choice = services.sandbox.choice
    today = datetime.now(zone()).date()
    if through is not None:
        if through >= today and not choice.is_on:
            raise KindredError(f"{through} is not over. Use --through {today - timedelta(days=1)}")
        return Night.ending(through + timedelta(days=1))
    if not choice.is_on:
        return Night.ending(today)
    origins = vendor_connections.connection_origins(services.airflow)
    vendors = {vendor for vendor, origin in origins.items() if origin}
    loads = [load.name for load in LOADS.values() if load.vendor in vendors]
    last = last_night(services.postgres.dsn("admin"), loads)
    if last is None:
        return Night.ending(services.sandbox.calendar().history_end.date())
    # Count days by the calendar: a day has 23 or 25 hours when the clocks change.
    day = last.end.astimezone(zone()).date()
    return Night.ending(day + timedelta(days=1) if last.is_complete else day)


def last_night(dsn: str, loads: Iterable[str]) -> LastNight | None:
    """Return the newest night, which is complete when all loads are published, held or skipped.

    A load that failed or never started leaves the night incomplete, so that it is run again. A
    held load does not, because another run would hold it again.
    """
    found = fetch_rows(
        dsn,
        LastNight,
        """
        select
            loads.window_end as "end",
            count(distinct loads.load) filter (
                where loads.status in ('published', 'held', 'skipped') and loads.load = any(%(all)s)
            ) = cardinality(%(all)s) as is_complete
        from ops.loads
        where loads.window_end = (select max(window_end) from ops.loads)
        group by loads.window_end
        """,
        {"all": list(loads)},
    )
    if not found:
        return None
    return LastNight(found[0].end.astimezone(UTC), found[0].is_complete)


def run(console: Console, services: Services, night: Night) -> RunSnapshot:
    """Run the night and the refreshes of the marts that follow, and show the progress.

    Raises:
        KindredError: Airflow has not parsed a DAG, or its components keep crashing.
    """
    _warn_of_mixture(services)
    typer.echo(f"The night of {night.last_day}:\n")
    airflow = services.airflow
    began = datetime.now(UTC)
    _set_clock(services, night)
    wait_until_known(airflow, (*INGESTS, RECONCILE, REFRESH))
    # Trigger first, unpause afterwards: the scheduler creates the current night's run of an
    # unpaused DAG, and crashes when two runs of the same night are created at once.
    run_ids = {_trigger(airflow, dag, night) for dag in INGESTS}
    for dag in (REFRESH, RECONCILE, *INGESTS):
        airflow.patch(f"/dags/{dag}", {"is_paused": False})

    def look() -> Iterator[RunSnapshot]:
        _set_clock(services, night)  # a restarted sandbox may have lost it
        for snapshot in run_snapshots(services.airflow, list(INGESTS), night.start, began):
            snapshot.batches = night_progress.batches(
                services.postgres.dsn("admin"), run_ids, began
            )
            yield snapshot

    snapshot = RunSnapshot()
    with night_progress.display(console) as show:
        for snapshot in with_restarts(services, look):
            show(snapshot)
    return snapshot


def _set_clock(services: Services, night: Night) -> None:
    if services.sandbox.choice.is_on:
        services.sandbox.set_clock(night.end)


def _trigger(airflow: Airflow, dag: str, night: Night) -> str:
    """Trigger the DAG's run of the night, or reuse an existing one; return its id.

    An existing run that has ended is cleared, so that it runs again.
    """
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


def _warn_of_mixture(services: Services) -> None:
    """Warn when made-up and real customers would share one warehouse."""
    owners = vendor_connections.connection_origins(services.airflow)
    own = sorted(vendor for vendor, owner in owners.items() if owner == "own")
    if own and vendor_connections.SANDBOX in owners.values():
        typer.echo(
            f"Note: your own connection is used for {', '.join(own)} and the sandbox for the other"
            " sources, so the figures mix both. For real sources only, use `kindred down --erase`"
            " and then `kindred run --no-sandbox`."
        )


def report(console: Console, services: Services, snapshot: RunSnapshot) -> bool:
    """Print the findings, and each failure with its next step; return whether all went well."""
    for task in snapshot.causes:
        page = f"{services.airflow.base}/dags/{task.dag}/runs/{task.run_id}/tasks/{task.name}"
        typer.echo(f"FAILED  {task.dag}.{task.name}: its log is at {page}", err=True)
    for batch in snapshot.unpublished:
        reason = batch.message or "`kindred status` names the rule"
        typer.echo(f"{batch.status.upper():7} {batch.load}: {reason}", err=True)
    went_well = not snapshot.failed and not snapshot.unpublished
    if not went_well:
        typer.echo(
            "Data published earlier stay. Next: run `kindred status`, fix what it names, and run"
            " `kindred run` again.",
            err=True,
        )
    for line in deletions.due(services.postgres.dsn("admin")):
        typer.echo(f"DUE     {line}", err=True)
    findings.show(console, services.postgres.dsn("reader"))
    print_addresses(services)
    return went_well


def print_addresses(services: Services) -> None:
    """Print the addresses of the UI and the warehouse, and the command that stops them."""
    password = airflow_settings.password_file(services.home)
    typer.echo(
        f"\nAirflow    {services.airflow.base}  user {airflow_settings.USER},"
        f" password in {password}"
    )
    typer.echo("Warehouse  `kindred dsn --role reader` prints the address for a BI tool")
    typer.echo("Stop       `kindred down` (or `make down`)")
