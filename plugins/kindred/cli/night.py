"""One night: which one it is, its runs asked of Airflow, and how it ended.

A night is asked for over Airflow's REST API like any person would, so scheduler, executor and
retries are the real ones.
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
    """The newest night that any load was asked for."""

    end: datetime
    is_complete: bool


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
    origins = vendor_connections.connection_origins(services.airflow)
    vendors = {vendor for vendor, origin in origins.items() if origin}
    loads = [load.name for load in LOADS.values() if load.vendor in vendors]
    last = last_night(services.postgres.dsn("admin"), loads)
    if last is None:
        return Night.ending(services.sandbox.calendar().history_end.date())
    # By the calendar: a day is 23 or 25 hours long when the clocks change.
    day = last.end.astimezone(zone()).date()
    return Night.ending(day + timedelta(days=1) if last.is_complete else day)


def last_night(dsn: str, loads: Iterable[str]) -> LastNight | None:
    """Return the newest night, which is complete when each of the loads is settled, well or not.

    A load that failed or never began leaves the night to be run again; one that a gate holds
    does not, for running it again would hold it again.
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
    """Run the night and every refresh of the marts that follows from it, and show how it goes.

    Raises:
        KindredError: Airflow does not know a DAG, or its components do not stay up.
    """
    _warn_of_mixture(services)
    typer.echo(f"The night of {night.last_day}:\n")
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


def _warn_of_mixture(services: Services) -> None:
    """Say when made-up customers and real ones would meet in one warehouse."""
    owners = vendor_connections.connection_origins(services.airflow)
    own = sorted(vendor for vendor, owner in owners.items() if owner == "own")
    if own and vendor_connections.SANDBOX in owners.values():
        typer.echo(
            f"Note: {', '.join(own)} is your own and the other sources are the sandbox's: the "
            "figures mix both. `kindred down --erase`, then `kindred run --no-sandbox`, is real "
            "sources only."
        )


def report(console: Console, services: Services, snapshot: RunSnapshot) -> bool:
    """Show what was found, and what failed with its next step; return whether all went well."""
    for task in snapshot.causes:
        page = f"{services.airflow.base}/dags/{task.dag}/runs/{task.run_id}/tasks/{task.name}"
        typer.echo(f"FAILED  {task.dag}.{task.name}: its log is at {page}", err=True)
    for batch in snapshot.unpublished:
        reason = batch.message or "`kindred status` names the rule"
        typer.echo(f"{batch.status.upper():7} {batch.load}: {reason}", err=True)
    went_well = not snapshot.failed and not snapshot.unpublished
    if not went_well:
        typer.echo(
            "What was published before stays. Next: `kindred status`, fix what it names,"
            " `kindred run`.",
            err=True,
        )
    for line in deletions.due(services.postgres.dsn("admin")):
        typer.echo(f"DUE     {line}", err=True)
    findings.show(console, services.postgres.dsn("reader"))
    print_addresses(services)
    return went_well


def print_addresses(services: Services) -> None:
    """Say where the UI and the warehouse are and how to stop."""
    password = airflow_settings.password_file(services.home)
    typer.echo(
        f"\nAirflow    {services.airflow.base}  user {airflow_settings.USER},"
        f" password in {password}"
    )
    typer.echo("Warehouse  `kindred dsn --role reader` prints the address for a BI tool")
    typer.echo("Stop       `kindred down` (or `make down`)")
