"""score >> build >> gate >> publish: the marts as four Airflow tasks, one run at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import DAG, AssetAny, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred import settings
from kindred.airflow_tasks.context import POLICY, AirflowEnvironment
from kindred.airflow_tasks.ingest import assets
from kindred.errors import SupersededError
from kindred.sources import SOURCES

if TYPE_CHECKING:
    from airflow.sdk import Context, XComArg

    from kindred.pipeline.refresh import WaitPolicy


def refresh_dag(doc: str | None) -> DAG:
    """Return the DAG that refreshes the marts after any ingest's publication."""
    return DAG(
        "refresh_marts",
        schedule=AssetAny(*(asset for source in SOURCES for asset in assets(source))),
        catchup=False,
        max_active_runs=1,
        doc_md=doc,
        tags=["kindred", "marts"],
        default_args=POLICY,
        params={
            "full_refresh": Param(False, type="boolean", title="Rebuild everything"),
            "accept_scores": Param(
                "", type="string", title="Why scores that their gate holds may pass"
            ),
        },
    )


def score() -> XComArg:
    """Wait for running ingests, then claim the changes, score their texts and gate the scores."""

    @task(task_id="score")
    def run() -> None:
        from kindred.building import WaitingError
        from kindred.pipeline import refresh

        context, where = get_current_context(), AirflowEnvironment()
        refresh.wait(where.warehouse("loader"), _wait_policy(), lambda: _are_runs_left(context))
        wish = refresh.RefreshOptions(
            full_refresh=bool(context["params"].get("full_refresh")),
            accept_scores=str(context["params"].get("accept_scores") or ""),
        )
        seconds = settings.RESCORE_SECONDS.get()
        try:
            is_work = refresh.score(context["run_id"], where, seconds, wish)
        except (refresh.MartsHeld, WaitingError) as reason:
            raise AirflowFailException(str(reason)) from None
        if not is_work:
            raise AirflowSkipException("nothing changed since the last publication")

    return run()


def _wait_policy() -> WaitPolicy:
    from kindred.pipeline.refresh import WaitPolicy

    return WaitPolicy(quiet=settings.SETTLE_SECONDS.get(), longest=settings.BACKFILL_SECONDS.get())


def _are_runs_left(context: Context) -> bool:
    """Return whether an ingest has an unfinished run, of tonight or of a backfill's other days."""
    counted = (
        context["ti"].get_dr_count(f"ingest_{source}", states=["queued", "running"])
        for source in SOURCES
    )
    return any(counted)


def build() -> XComArg:
    """Run dbt and the estimates on the claimed changes."""

    @task(task_id="build")
    def run() -> None:
        from kindred.pipeline import refresh

        try:
            refresh.build(get_current_context()["run_id"], AirflowEnvironment())
        except SupersededError as newer:
            raise AirflowFailException(str(newer)) from None

    return run()


def gate_marts() -> XComArg:
    """Check the built marts against their suites; on failure the published marts stay."""

    @task(task_id="gate")
    def run() -> None:
        from kindred.pipeline import refresh

        try:
            refresh.gate(get_current_context()["run_id"], AirflowEnvironment())
        except (refresh.MartsHeld, SupersededError) as held:
            raise AirflowFailException(str(held)) from None

    return run()


def publish_marts() -> XComArg:
    """Publish all marts of the build in one transaction."""

    @task(task_id="publish")
    def run() -> None:
        from kindred.pipeline import refresh

        try:
            refresh.publish(get_current_context()["run_id"], AirflowEnvironment())
        except SupersededError as newer:
            raise AirflowFailException(str(newer)) from None

    return run()
