"""score >> build >> gate >> publish: the marts as four Airflow tasks.

One run at a time. A source that publishes while a refresh is under way is taken up by the next
one, so an outage of one source needs no special case and nothing waits for it.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import DAG, AssetAny, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred.sources import LOADS, SOURCES
from kindred.steps.ingest import assets
from kindred.steps.settings import POLICY, REPOSITORY, warehouse
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

if TYPE_CHECKING:
    import psycopg
    from airflow.sdk import XComArg

    from kindred import scoring

log = logging.getLogger(__name__)


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
                "", type="string", title="Why scores may pass that their gate holds"
            ),
        },
    )


def score() -> XComArg:
    """Claim what changed, once the ingests under way have settled; score its texts and gate them.

    The claim comes first: what is published from here on is the next refresh's, texts and all.
    """

    @task(task_id="score")
    def run() -> None:
        from kindred import building, scoring
        from kindred.gates import check_scores

        context = get_current_context()
        dsn, version = warehouse("transformer"), scoring.INSTALLED.version
        with connect(dsn, autocommit=True) as conn:
            _wait(conn, float(os.environ.get("KINDRED_SETTLE_SECONDS", "300")))
            claimed = building.claim(
                conn,
                context["run_id"],
                full_refresh=bool(context["params"].get("full_refresh")),
                is_model_due=scoring.is_another_model_due(conn, version),
            )
        if claimed is None:
            raise AirflowSkipException("nothing changed since the last publication")
        log.info("%s", claimed)
        choice = _score(claimed.build_id)
        accepted = str(context["params"].get("accept_scores") or "")
        verdict = check_scores(
            dsn, claimed.build_id, is_used=choice.is_installed, accepted=accepted
        )
        log.info("%s", verdict)
        if not verdict.is_passed:
            raise _held(dsn, [verdict.suite])
        with connect(dsn, autocommit=True) as conn:
            scoring.settle(conn, claimed.build_id, choice)

    return run()


def _score(build_id: int) -> scoring.Choice:
    """Score the claimed texts, and what a new model has not read, while there is time."""
    from kindred import scoring

    seconds = float(os.environ.get("KINDRED_RESCORE_SECONDS", "600"))
    with connect(warehouse("loader"), autocommit=True) as conn:
        choice = scoring.score_texts(conn, LOADS.values(), build_id, seconds, say=log.info)
    (log.info if choice.is_installed else log.warning)("%s", choice)
    return choice


def _held(dsn: str, suites: list[str]) -> AirflowFailException:
    """Return the failure of a gate: what it holds, and what readers see meanwhile."""
    with connect(dsn) as conn:
        standing = ledger.standing_marts(conn)
    return AirflowFailException(f"marts held: {', '.join(suites)}; {standing}")


def _wait(conn: psycopg.Connection, patience: float) -> None:
    """Wait for the other ingests of the night, so that one build serves them all.

    Only so long: a source that hangs holds back only itself.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        under_way = conn.execute(
            "select distinct load from ops.loads where status in ('landing', 'landed', 'passed')"
            " and started_at > now() - interval '30 minutes' order by load"
        ).fetchall()
        if not under_way:
            return
        time.sleep(1)
    log.warning("not waiting any longer for the ingests under way")


def build() -> XComArg:
    """Run dbt over what was claimed."""

    @task(task_id="build")
    def run() -> None:
        from kindred import building

        dsn = warehouse("transformer")
        home = Path(os.environ.get("KINDRED_HOME", "/tmp/kindred"))  # noqa: S108 -- a cache
        with connect(dsn, autocommit=True) as conn:
            claimed = building.resume(conn, _build_of(dsn))
            building.build(conn, claimed, REPOSITORY / "dbt_project", home / "dbt", say=log.info)

    return run()


def gate_marts() -> XComArg:
    """Check the built marts against their suites; on failure yesterday's stay."""

    @task(task_id="gate")
    def run() -> None:
        from kindred.gates import check_marts

        dsn = warehouse("transformer")
        verdicts = check_marts(dsn, _build_of(dsn))
        for verdict in verdicts:
            log.info("%s", verdict)
        held = [verdict.suite for verdict in verdicts if not verdict.is_passed]
        if held:
            raise _held(dsn, held)

    return run()


def publish_marts() -> XComArg:
    """Publish all marts of the build in one transaction."""

    @task(task_id="publish")
    def run() -> None:
        from kindred.publishing import publish_marts as publish

        dsn = warehouse("publisher")
        for publication in publish(dsn, _build_of(dsn)):
            log.info("%s", publication)

    return run()


def _build_of(dsn: str) -> int:
    """Return the build that this run made."""
    run_id = get_current_context()["run_id"]
    with connect(dsn) as conn:
        row = conn.execute(
            "select max(build_id) from ops.builds where run_id = %s", [run_id]
        ).fetchone()
    if row is None or row[0] is None:
        raise AirflowFailException(f"run {run_id} has no build; clear its score task first")
    return int(row[0])
