"""land >> gate >> publish >> report: one source's night as four Airflow tasks.

`gate`, `publish` and `report` run whatever the state of the task before them: a failed or held load
must not delay the other loads of its source. `publish` emits the asset events, which Airflow
accepts only from a task that succeeds. `report` comes last, so its state is the run's: failed if a
load is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Asset, AssetAlias, Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred.airflow_tasks.context import POLICY, AirflowEnvironment, nightly, run_of
from kindred.errors import GateError, SupersededError
from kindred.sources import SOURCES

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

log = logging.getLogger(__name__)


def ingest_dag(source: str, doc: str | None) -> DAG:
    """Return the DAG that ingests `source` every night; its file adds tasks and the docstring."""
    return DAG(
        f"ingest_{source}",
        schedule=nightly(),
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["kindred", "ingest", source],
        default_args=POLICY,
        params={
            "replace": Param(
                None,
                type=["null", "integer"],
                title="A held batch to replace",
                description="Its window is extracted again, and nothing else is.",
            ),
            "release": Param(
                None,
                type=["null", "integer"],
                title="A held batch to release",
                description="It is published as it is, and nothing is extracted.",
            ),
            "reason": Param(
                None,
                type=["null", "string"],
                title="Why it may pass",
                description="Kept in the ledger.",
            ),
        },
    )


def assets(source: str) -> list[Asset]:
    """Return the assets of a source: one per load, with the load's name."""
    return [_asset(load.name) for load in SOURCES[source]]


def published_assets(source: str) -> AssetAlias:
    """Return the alias for those assets of a source that a run publishes."""
    return AssetAlias(f"raw_{source}")


def _asset(load: str) -> Asset:
    return Asset(load, uri=f"kindred://raw/{load}")


def land(source: str) -> XComArg:
    """Pull every load of `source` for the night into landing."""

    @task(task_id="land")
    def run() -> None:
        from kindred.pipeline import held_batches, ingest

        context, where = get_current_context(), AirflowEnvironment()
        params = context["params"]
        if params["release"] is not None:
            raise AirflowSkipException(f"{source}: a batch is released, nothing is extracted")
        try:
            if params["replace"] is not None:
                landed = held_batches.replace(
                    source, int(params["replace"]), context["run_id"], where
                )
            else:
                landed = ingest.land(source, run_of(context), where)
        except ingest.NotLanded as failure:
            if failure.is_final:
                raise AirflowFailException(str(failure)) from None
            raise
        except GateError as refusal:
            raise AirflowFailException(str(refusal)) from None
        if not landed:
            raise AirflowSkipException(f"{source}: nothing to land")

    return run()


def gate(source: str) -> XComArg:
    """Check every landed batch of `source` against its suite; hold what fails."""

    @task(task_id="gate", trigger_rule=TriggerRule.ALL_DONE)
    def run() -> None:
        from kindred.pipeline import ingest

        verdicts = ingest.gate(source, get_current_context()["run_id"], AirflowEnvironment())
        if not verdicts:
            raise AirflowSkipException(f"{source}: no batch to gate")
        held = [verdict.suite for verdict in verdicts if not verdict.is_passed]
        if held:
            raise AirflowFailException(
                f"{source}: {len(held)} of {len(verdicts)} held: {', '.join(held)}"
            )

    return run()


def publish(source: str) -> XComArg:
    """Merge every batch of `source` that passed its gate into raw, and emit asset events."""

    @task(task_id="publish", trigger_rule=TriggerRule.ALL_DONE, outlets=[published_assets(source)])
    def run() -> None:
        from kindred.pipeline import held_batches, ingest

        context, where = get_current_context(), AirflowEnvironment()
        params = context["params"]
        try:
            if params["release"] is not None:
                reason, dsn = params["reason"] or "", where.warehouse("loader")
                log.info("%s", held_batches.release(source, int(params["release"]), reason, dsn))
                published = [held_batches.load_of(int(params["release"]), dsn)]
            else:
                published = ingest.publish(
                    source, context["run_id"], where, is_last_try=_is_last_try(context)
                )
        except (GateError, SupersededError) as refusal:
            raise AirflowFailException(str(refusal)) from None
        if not published:
            raise AirflowSkipException(f"{source}: nothing to publish")
        _send_events(context, source, published)

    return run()


def _is_last_try(context: Context) -> bool:
    return context["ti"].try_number > context["ti"].max_tries


def _send_events(context: Context, source: str, loads: Iterable[str]) -> None:
    """Have Airflow emit the asset events of these loads when the task succeeds."""
    events = context["outlet_events"][published_assets(source)]
    for load in loads:
        events.add(_asset(load))


def report(source: str) -> XComArg:
    """Fail, and with it the run, if a load of `source` is not published; name each."""

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE)
    def run() -> None:
        from kindred.pipeline import held_batches, reporting

        context, dsn = get_current_context(), AirflowEnvironment().warehouse("loader")
        params = context["params"]
        try:
            if params["release"] is not None:
                held_batches.refuse_held(int(params["release"]), dsn)
                return
            loads = [load.name for load in SOURCES[source]]
            if params["replace"] is not None:
                loads = [held_batches.load_of(int(params["replace"]), dsn)]
            published = reporting.check(source, context["run_id"], loads, dsn)
        except (GateError, reporting.Incomplete) as missing:
            raise AirflowFailException(str(missing)) from None
        if not published:
            raise AirflowSkipException(f"{source}: nothing was requested")

    return run()
