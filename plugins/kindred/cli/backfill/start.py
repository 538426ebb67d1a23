"""Start what was planned, or take up what is under way."""

from __future__ import annotations

from kindred.cli.airflow_runs import REFRESH
from kindred.cli.backfill import airflow_backfills
from kindred.cli.backfill.airflow_backfills import EVERYTHING, FAILED, Backfill
from kindred.cli.backfill.plan import BackfillPlan, SourcePlan
from kindred.embedded.airflow_api import Airflow


def start(airflow: Airflow, plan: BackfillPlan) -> list[Backfill]:
    """Ask Airflow for a backfill of each source that has runs to make, and let them run."""
    backfills = [_start(airflow, plan, part) for part in plan.parts if part.runs]
    # What waits in a paused DAG or backfill waits without a word. Asked for first and unpaused
    # afterwards: the scheduler starts the current night of a DAG that it finds unpaused, and dies
    # when two runs of one day are made at once.
    for backfill in backfills:
        if backfill.is_paused:
            airflow.put(f"/backfills/{backfill.number}/unpause")
    for dag in (REFRESH, *(backfill.dag for backfill in backfills)):
        airflow.patch(f"/dags/{dag}", {"is_paused": False})
    return backfills


def _start(airflow: Airflow, plan: BackfillPlan, part: SourcePlan) -> Backfill:
    if part.under_way is not None:
        return part.under_way
    which = FAILED if plan.only_failed else EVERYTHING
    return airflow_backfills.create(airflow, part.dag, plan.days, which, plan.at_once)
