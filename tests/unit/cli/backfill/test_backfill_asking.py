"""What Airflow is asked, and in which order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kindred.cli.backfill import airflow_backfills
from kindred.cli.backfill.watch import start
from kindred.embedded.airflow_api import AirflowRefusal
from tests.unit.cli.backfill.planning import WEEK, make


def test_everything_is_asked_for_before_a_dag_is_unpaused(airflow: Any) -> None:
    start(airflow, make(airflow, at_once=3))

    assert airflow.changes == [
        "ask ingest_crm completed 3",
        "ask ingest_call_center completed 3",
        "ask ingest_social completed 3",
        "unpause refresh_marts",
        "unpause ingest_crm",
        "unpause ingest_call_center",
        "unpause ingest_social",
    ]


def test_a_source_without_a_run_to_make_is_not_asked_for(airflow: Any) -> None:
    for dag in ("ingest_crm", "ingest_call_center"):
        for day in range(2, 9):
            airflow.has_run(dag, date(2026, 3, day), "success")

    start(airflow, make(airflow, only_failed=True))

    assert airflow.changes[0] == "ask ingest_social failed 2"
    assert "unpause ingest_crm" not in airflow.changes


def test_a_paused_backfill_goes_on_when_it_is_taken_up(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK, is_paused=True)
    airflow.has_run("ingest_crm", date(2026, 3, 3), "queued", "backfill")

    start(airflow, make(airflow, WEEK, "crm"))

    assert airflow.changes[0] == "put /backfills/1/unpause"


def test_asking_waits_until_airflow_has_noticed_that_the_one_before_is_over(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_backfills.time, "sleep", lambda _: None)
    airflow.refusals = 3

    assert (
        airflow_backfills.create(airflow, "ingest_crm", WEEK, airflow_backfills.EVERYTHING, 2).days
        == WEEK
    )


def test_asking_gives_up_when_somebody_was_quicker(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_backfills, "MARKING_SECONDS", -1)
    airflow.refusals = 3

    with pytest.raises(AirflowRefusal, match="already a running backfill"):
        airflow_backfills.create(airflow, "ingest_crm", WEEK, airflow_backfills.EVERYTHING, 2)
