"""The verbs as Airflow tasks; only this package of `kindred` imports Airflow.

A task reads its connections and its data interval from Airflow, calls a function of `pipeline` and
passes nothing on: the next task finds its batches in the ledger by the run's id. So no value goes
through XCom, and a task can be cleared by itself.
"""

from kindred.airflow_tasks.ingest import gate, ingest_dag, land, publish, report
from kindred.airflow_tasks.reconcile import (
    gate_gone,
    land_gone,
    publish_gone,
    reconcile_dag,
    report_gone,
)
from kindred.airflow_tasks.refresh import build, gate_marts, publish_marts, refresh_dag, score

__all__ = [
    "build",
    "gate",
    "gate_gone",
    "gate_marts",
    "ingest_dag",
    "land",
    "land_gone",
    "publish",
    "publish_gone",
    "publish_marts",
    "reconcile_dag",
    "refresh_dag",
    "report",
    "report_gone",
    "score",
]
