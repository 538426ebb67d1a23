"""What is shown while a backfill runs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from kindred.cli.airflow_runs import Task
from kindred.cli.backfill import display
from kindred.cli.backfill.watch import BackfillSnapshot, SourceProgress
from tests.unit.cli.backfill.planning import said


def snapshot(over: int, failed: int = 0, **given: Any) -> BackfillSnapshot:
    return BackfillSnapshot(
        (SourceProgress("crm", 90, failed, 90 - over), SourceProgress("social", 90, 0, 0)), **given
    )


def test_plain_lines_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(display.time, "monotonic", lambda: float(next(clock)))
    console = Console(file=io.StringIO(), width=160)
    lines = display.ProgressPrinter(console)

    for over in range(91):
        lines.update(snapshot(over, failed=over // 30))
    refresh = [("build", "success"), ("gate", "skipped")]
    tasks = tuple(Task("refresh_marts", "r", name, state, 1.5, 1) for name, state in refresh)
    ended = snapshot(90, 3, tasks=tasks)
    lines.update(ended)
    lines.update(ended)

    told = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert 10 < len(told) < 60
    assert told[-2] == "crm 90 of 90 (3 failed), social 90 of 90"
    assert told[-1].split()[:2] == ["refresh_marts.build", "success"]
    assert "to go" in told[1]


def test_the_live_table_says_what_is_paused() -> None:
    paused = BackfillSnapshot((SourceProgress("crm", 90, 2, 30, is_paused=True),))

    told = said(lambda console: console.print(display.table(paused, "about 5 min to go")))

    assert "paused in Airflow" in told
    assert " ".join(told.splitlines()[1].split()) == "crm 90 58 2 30 paused in Airflow"
    assert "about 5 min to go" in told


def test_time_to_go_counts_from_where_the_following_began(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(display.time, "monotonic", lambda: next(clock))
    pace = display.Eta()

    assert pace.to_go(snapshot(60)) == ""
    assert pace.to_go(snapshot(70)) == "about 20 s to go"
