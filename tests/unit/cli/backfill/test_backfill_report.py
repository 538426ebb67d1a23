"""How a backfill ended: what it changed, what failed, and the command that fixes it."""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from kindred.cli.airflow_runs import Task
from kindred.cli.backfill import airflow_backfills, backfill_ledger, report
from kindred.cli.backfill.backfill_ledger import BatchCounts, BuildResult
from kindred.cli.backfill.watch import BackfillSnapshot, SourceProgress
from kindred.cli.business_days import Days
from tests.unit.cli.backfill.fake_airflow import end_runs
from tests.unit.cli.backfill.planning import WEEK, make


def outcome(**given: Any) -> BatchCounts:
    usual: dict[str, Any] = {
        "load": "salesforce_orders",
        "days": 7,
        "published": 7,
        "held": 0,
        "failed": 0,
        "rows_landed": 1234,
        "rows_changed": 56,
        "rows_quarantined": 0,
        "message": None,
    }
    return BatchCounts(**usual | given)


def finish(
    airflow: Any,
    started: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    outcomes: list[BatchCounts],
    builds: list[BuildResult],
    statuses: dict[str, str] | None = None,
    tasks: tuple[Task, ...] = (),
) -> tuple[bool, str]:
    batches = statuses or {}
    monkeypatch.setattr(backfill_ledger, "outcomes", lambda *_: outcomes)
    monkeypatch.setattr(backfill_ledger, "builds", lambda *_: builds)
    monkeypatch.setattr(
        backfill_ledger,
        "runs_with",
        lambda _dsn, _loads, runs, *wanted: {run for run in runs if batches.get(run) in wanted},
    )
    services: Any = SimpleNamespace(airflow=airflow, postgres=SimpleNamespace(dsn=lambda _: ""))
    console = Console(file=io.StringIO(), width=160)
    snapshot = BackfillSnapshot((SourceProgress("crm", 7, 0, 0),), tasks=tasks)
    went_well = report.report(console, services, started, snapshot)
    return went_well, console.file.getvalue() + capsys.readouterr().err  # type: ignore[attr-defined]


def test_the_report_says_what_changed_and_how_often_the_marts_were_built(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    built = BuildResult(3, "published", 41.2, 120, 840)

    went_well, told = finish(
        airflow, started, monkeypatch, capsys, outcomes=[outcome()], builds=[built]
    )

    assert went_well
    assert "1,234" in told
    assert "rebuilt once, in 41 s: 840 months of 120 customers" in told


def test_without_a_change_the_marts_are_as_they_were(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    unchanged = outcome(rows_changed=0)

    went_well, told = finish(airflow, started, monkeypatch, capsys, outcomes=[unchanged], builds=[])

    assert went_well
    assert "the marts are as they were" in told


def test_days_that_failed_are_named_with_the_command_that_mends_them(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    lost = f"backfill__{Days(date(2026, 3, 4), date(2026, 3, 4)).start}"
    failed = outcome(published=6, failed=1, message="salesforce: HTTP 500")

    went_well, told = finish(
        airflow,
        started,
        monkeypatch,
        capsys,
        outcomes=[failed],
        builds=[],
        statuses={lost: "failed"},
    )

    assert not went_well
    assert "FAILED  salesforce_orders, 1 day: salesforce: HTTP 500" in told
    again = "kindred backfill --from 2026-03-04 --to 2026-03-04 --source crm --only-failed"
    assert again in told
    assert "kindred status" not in told


def test_what_a_gate_holds_is_not_run_again(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    end_runs(airflow, 1, "failed")
    (stuck,) = airflow_backfills.runs(airflow, "ingest_crm", WEEK, state=["failed"])

    went_well, told = finish(
        airflow,
        started,
        monkeypatch,
        capsys,
        outcomes=[outcome(published=6, held=1)],
        builds=[],
        statuses={stuck.run_id: "held"},
    )

    assert not went_well
    assert "HELD    salesforce_orders, 1 day" in told
    assert "kindred status" in told
    assert "--only-failed" not in told


def test_a_run_that_failed_before_it_had_a_batch_is_named_too(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    end_runs(airflow, 1, "failed")

    went_well, told = finish(airflow, started, monkeypatch, capsys, outcomes=[], builds=[])

    assert not went_well
    assert "--from 2026-03-02 --to 2026-03-02 --source crm --only-failed" in told


def test_a_refresh_that_failed_is_named(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    gate = Task("refresh_marts", "r", "gate", "failed", 1.5, 1)
    held = BuildResult(3, "held", 41.2, 120, 840)

    went_well, told = finish(
        airflow, started, monkeypatch, capsys, outcomes=[outcome()], builds=[held], tasks=(gate,)
    )

    assert not went_well
    assert "not published: build 3 is held" in told
    assert "/dags/refresh_marts/runs/r/tasks/gate" in told


def test_who_leaves_is_told_how_to_come_back(airflow: Any) -> None:
    services: Any = SimpleNamespace(airflow=airflow)

    told = report.left_running(services, make(airflow, WEEK, "crm", "social", only_failed=True))

    assert told.endswith(
        "`kindred backfill --from 2026-03-02 --to 2026-03-08"
        " --source crm --source social --only-failed`"
    )
    assert "/dags/ingest_social" in told
