"""land >> gate >> publish: one source's night as three Airflow tasks.

`gate` and `publish` run whatever became of the task before them: a load that failed or is held
must not keep the good ones of its source back. Alerts hang on tasks, so a red task is seen even
where the publication went on.
"""

from __future__ import annotations

import logging
from itertools import groupby
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Asset, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred.errors import KindredError, SourceError, SourceRefused, SupersededError
from kindred.sources import LOADS, SOURCES
from kindred.steps.settings import (
    POLICY,
    endpoint,
    history_start,
    night,
    nightly,
    warehouse,
)
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

if TYPE_CHECKING:
    import psycopg
    from airflow.sdk import Context, XComArg

    from kindred.loads import Load, Window

log = logging.getLogger(__name__)


def ingest_dag(source: str, doc: str | None) -> DAG:
    """Return the DAG that ingests `source` every night; its file gives it tasks and a docstring."""
    return DAG(
        f"ingest_{source}",
        schedule=nightly(),
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["kindred", "ingest", source],
        default_args=POLICY,
    )


def assets(source: str) -> list[Asset]:
    """Return the assets of a source: one a load, under the load's name."""
    return [Asset(load.name, uri=f"kindred://raw/{load.name}") for load in SOURCES[source]]


def land(source: str) -> XComArg:
    """Pull every load of `source` for the night into landing."""

    @task(task_id="land")
    def run() -> None:
        from kindred.landing import land_loads

        context = get_current_context()
        interval, run_id = night(context), context["run_id"]
        failures: list[KindredError] = []
        landed = 0
        with connect(warehouse("loader")) as conn:
            for vendor, group in groupby(_unlanded(source, context), lambda load: load.vendor):
                loads = list(group)
                windows = {
                    load.name: ledger.plan(conn, load, interval, history_start(interval))
                    for load in loads
                }
                found = endpoint(vendor)
                if found is None:
                    _skip(conn, loads, windows, run_id)
                    continue
                for outcome in land_loads(conn, found, loads, windows, run_id):
                    log.info("%s", outcome)
                    landed += outcome.error is None
                    failures += [outcome.error] if outcome.error else []
        if not landed and not failures:
            raise AirflowSkipException(f"{source}: nothing to land")
        _raise_for(source, failures)

    return run()


def _unlanded(source: str, context: Context) -> list[Load]:
    """Return all loads of the source; in a retry, those that earlier attempts did not land."""
    if context["ti"].try_number <= 1:
        return list(SOURCES[source])
    names = [load.name for load in SOURCES[source]]
    with connect(warehouse("loader")) as conn:
        landed = {b.load for b in ledger.batches(conn, context["run_id"], names, "landed")}
    return [load for load in SOURCES[source] if load.name not in landed]


def _skip(
    conn: psycopg.Connection, loads: list[Load], windows: dict[str, Window], run_id: str
) -> None:
    """Write down that a vendor was not asked, because nobody has connected it."""
    message = f"Airflow has no connection named {loads[0].vendor} that it can read"
    log.warning("%s: skipped: %s", ", ".join(load.name for load in loads), message)
    for load in loads:
        batch = ledger.open_batch(conn, load.name, windows[load.name], run_id)
        with conn.transaction():
            ledger.guard(conn, batch)
            ledger.record(conn, batch, "skipped", message=message)
    conn.commit()


def _raise_for(source: str, failures: list[KindredError]) -> None:
    if not failures:
        return
    message = f"{source}: {len(failures)} not landed; the rest of the night goes on\n" + "\n".join(
        f"  {failure}" for failure in failures
    )
    if all(isinstance(failure, SourceRefused | SupersededError) for failure in failures):
        raise AirflowFailException(message)  # asking again will not help
    raise SourceError(message)


def gate(source: str) -> XComArg:
    """Check every landed batch of `source` against its suite; hold what fails."""

    @task(task_id="gate", trigger_rule=TriggerRule.ALL_DONE)
    def run() -> None:
        from kindred.gates import check_batches

        run_id = get_current_context()["run_id"]
        dsn = warehouse("loader")
        names = [load.name for load in SOURCES[source]]
        with connect(dsn) as conn:
            landed = ledger.batches(conn, run_id, names, "landed")
        if not landed:
            raise AirflowSkipException(f"{source}: no batch to gate")
        verdicts = check_batches(dsn, landed)
        for verdict in verdicts:
            log.info("%s", verdict)
        held = [verdict for verdict in verdicts if not verdict.is_passed]
        if held:
            raise AirflowFailException(
                f"{source}: {len(held)} of {len(verdicts)} held: "
                + ", ".join(verdict.suite for verdict in held)
            )

    return run()


def publish(source: str) -> XComArg:
    """Merge every batch of `source` that passed its gate into raw."""

    @task(task_id="publish", trigger_rule=TriggerRule.ALL_DONE, outlets=assets(source))
    def run() -> None:
        from kindred.publishing import publish_batches

        run_id = get_current_context()["run_id"]
        names = [load.name for load in SOURCES[source]]
        with connect(warehouse("loader")) as conn:
            passed = ledger.batches(conn, run_id, names, "passed")
            if not passed:
                stuck = [
                    batch.load
                    for status in ("landing", "landed", "failed", "held")
                    for batch in ledger.batches(conn, run_id, names, status)
                ]
                if stuck:
                    raise AirflowFailException(f"{source}: nothing passed: {', '.join(stuck)}")
                raise AirflowSkipException(f"{source}: nothing to publish")
            for publication in publish_batches(conn, passed, LOADS):
                log.info("%s", publication)

    return run()
