"""Have Airflow compare the loads' ids with the vendors', and report the differences.

The comparison runs in Airflow because the vendors' credentials are there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table

from kindred import settings
from kindred.cli.airflow_runs import RECONCILE, UNFINISHED, wait_until_known
from kindred.cli.business_days import zone
from kindred.sources import LOADS, SOURCES, VENDORS, source_of
from kindred.warehouse import reconciliations
from kindred.warehouse.connections import connect
from kindred.warehouse.reconciliations import ReconciliationOutcome

if TYPE_CHECKING:
    from kindred.embedded.services import Services

POLL_SECONDS = 1.0


def ask(services: Services, sources: Sequence[str], *, is_dry_run: bool) -> tuple[str, bool]:
    """Have Airflow compare these sources now; return the run's id and whether it succeeded."""
    airflow = services.airflow
    wait_until_known(airflow, (RECONCILE,))
    airflow.patch(f"/dags/{RECONCILE}", {"is_paused": False})
    conf = {"sources": list(sources or SOURCES), "dry_run": is_dry_run}
    runs = f"/dags/{RECONCILE}/dagRuns"
    run_id = str(airflow.post(runs, {"logical_date": None, "conf": conf})["dag_run_id"])
    while (state := airflow.get(f"{runs}/{run_id}")["state"]) in UNFINISHED:
        time.sleep(POLL_SECONDS)
    return run_id, state == "success"


def compared(dsn: str, run_id: str) -> list[ReconciliationOutcome]:
    """Return the outcome of a run for each load that it compared."""
    with connect(dsn) as conn:
        return reconciliations.outcomes(conn, run_id)


def table(found: Sequence[ReconciliationOutcome]) -> Table:
    """Return a table with a row per load: ids at the vendor and in raw, gone, back and unknown."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    drawn.add_column("load")
    for name in ("vendor", "raw", "gone", "back", "written", "unknown"):
        drawn.add_column(name, justify="right")
    for one in found:
        counts = [one.ids_at_vendor, one.ids_in_raw, one.ids_gone, one.ids_returned]
        counts += [one.rows_published or 0, one.ids_unknown]
        drawn.add_row(one.load, *(f"{count:,}" for count in counts))
    return drawn


def advice(found: Sequence[ReconciliationOutcome], sources: Sequence[str]) -> Iterator[str]:
    """Yield the next steps, then what each vendor's comparison covers."""
    for one in found:
        if one.status == "held":
            yield (
                f"HELD {one.load}, batch {one.batch_id}: {one.message}\n"
                f'  `kindred release {one.batch_id} --reason "…"` where they are truly gone;'
                " else correct what `kindred status` names and reconcile again"
            )
        elif one.batch_id is not None and one.status != "published":
            why = one.message or "see the log of its task"
            yield f"{one.load}: batch {one.batch_id} is {one.status}: {why}"
        if one.unknown_from is not None and one.unknown_to is not None:
            first, last = (_day(moment) for moment in (one.unknown_from, one.unknown_to))
            days = f"--from {first} --to {last} --source {source_of(one.load)}"
            yield (
                f"{one.load}: {one.ids_unknown:,} records of the vendor are missing in raw or older"
                f" there: `kindred backfill {days}` loads them; quarantine.rows has rejected ones"
            )
        if one.through_key is not None:
            yield f"{one.load}: not all ids are compared yet: the same command continues from there"
    for vendor in dict.fromkeys(load.vendor for source in sources for load in SOURCES[source]):
        yield f"{vendor}: {VENDORS[vendor].reconciles}"


def due(dsn: str) -> list[str]:
    """Return a line for each load that is due for a comparison: the reason and the command."""
    every = settings.RECONCILE_DAYS.get()
    with connect(dsn) as conn:
        reasons = [(load.name, reconciliations.due(conn, load, every)) for load in LOADS.values()]
    return [
        f"{name}: deletions may be unseen, {reason}: `kindred reconcile --source {source_of(name)}`"
        for name, reason in reasons
        if reason
    ]


def compared_through(dsn: str) -> dict[str, datetime | None]:
    """Return for each load the time up to which comparisons have found its deletions."""
    with connect(dsn) as conn:
        return {
            load.name: reconciliations.compared_through(conn, load.name)
            for load in LOADS.values()
            if load.deletions is not None
        }


def _day(moment: datetime) -> str:
    return moment.astimezone(zone()).date().isoformat()
