"""land >> gate >> publish >> report: deletions that no night can see, as four Airflow tasks.

The DAG runs every day. It compares a load once in `KINDRED_RECONCILE_DAYS`, or after its source was
away. A load that is not due costs nothing, and a large one continues on the next day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    DAG,
    AssetAlias,
    CronTriggerTimetable,
    Param,
    TriggerRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred import settings
from kindred.airflow_tasks.context import POLICY, AirflowEnvironment
from kindred.airflow_tasks.ingest import assets
from kindred.errors import SupersededError
from kindred.sources import SOURCES

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

    from kindred.pipeline.reconcile import Options

RECONCILED = AssetAlias("raw_reconciled")


def reconcile_dag(doc: str | None) -> DAG:
    """Return the DAG that compares the loads' ids; its file adds tasks and the docstring."""
    return DAG(
        "reconcile",
        schedule=_daily(),
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["kindred", "reconcile"],
        default_args=POLICY,
        params={
            "sources": Param(
                None,
                type=["null", "array"],
                items={"enum": list(SOURCES)},
                title="Sources to compare now",
                description="Due or not; empty: all loads that are due.",
            ),
            "dry_run": Param(False, type="boolean", title="Show what is gone, and change nothing"),
        },
    )


def _daily() -> Any:
    """Return the schedule: in sandbox time there is none, a person asks."""
    if settings.CLOCK.get() == "sandbox":
        return None
    cron, zone = settings.RECONCILE_SCHEDULE.get(), settings.TIME_ZONE.get()
    return CronTriggerTimetable(cron, timezone=zone.key)


def land_gone() -> XComArg:
    """Compare the loads that are due with the vendors, and land tombstones for deletions."""

    @task(task_id="land")
    def run() -> None:
        from kindred.pipeline import reconcile

        context = get_current_context()
        try:
            made = reconcile.land(context["run_id"], _options(context), AirflowEnvironment())
        except reconcile.NotCompared as failure:
            if failure.is_final:
                raise AirflowFailException(str(failure)) from None
            raise
        if not any(one.batch_id for one in made):
            raise AirflowSkipException("nothing was due" if not made else "nothing is gone")

    return run()


def _options(context: Context) -> Options:
    from kindred.pipeline.reconcile import Options
    from kindred.reconciling import Bound

    params = context["params"]
    sources = params.get("sources")
    return Options(
        sources=tuple(sources or SOURCES),
        is_asked=sources is not None,
        is_dry_run=bool(params.get("dry_run")),
        every=settings.RECONCILE_DAYS.get(),
        bound=Bound(pages=settings.RECONCILE_PAGES.get()),
    )


def gate_gone() -> XComArg:
    """Hold a load's tombstones if they are too many."""

    @task(task_id="gate", trigger_rule=TriggerRule.ALL_DONE)
    def run() -> None:
        from kindred.pipeline import reconcile

        verdicts = reconcile.gate(get_current_context()["run_id"], AirflowEnvironment())
        if not verdicts:
            raise AirflowSkipException("no batch to gate")
        held = [verdict.suite for verdict in verdicts if not verdict.is_passed]
        if held:
            raise AirflowFailException(f"held: {', '.join(held)}")

    return run()


def publish_gone() -> XComArg:
    """Merge the tombstones that passed into raw, and emit the asset events of their loads."""

    @task(task_id="publish", trigger_rule=TriggerRule.ALL_DONE, outlets=[RECONCILED])
    def run() -> None:
        from kindred.pipeline import reconcile

        context = get_current_context()
        try:
            published = reconcile.publish(context["run_id"], AirflowEnvironment())
        except SupersededError as refusal:
            raise AirflowFailException(str(refusal)) from None
        if not published:
            raise AirflowSkipException("nothing to publish")
        for asset in (asset for source in SOURCES for asset in assets(source)):
            if asset.name in published:
                context["outlet_events"][RECONCILED].add(asset)

    return run()


def report_gone() -> XComArg:
    """Log what was compared; it does not run after a failed task, so the run fails with it."""

    @task(task_id="report", trigger_rule=TriggerRule.NONE_FAILED)
    def run() -> None:
        from kindred.pipeline import reconcile

        reconcile.report(get_current_context()["run_id"], AirflowEnvironment())

    return run()
