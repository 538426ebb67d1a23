"""What the tests of backfills share: a week, a plan of it, and what a person is told."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console

from kindred.cli.backfill import plan
from kindred.cli.business_days import Days

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def make(airflow: Any, meant: Days = WEEK, *sources: str, **given: Any) -> plan.BackfillPlan:
    given = {"only_failed": False, "at_once": 2} | given
    return plan.make(airflow, "", meant, sources, NOON, **given)


def said(show: Any, *given: Any) -> str:
    console = Console(file=io.StringIO(), width=160)
    show(console, *given)
    told: str = console.file.getvalue()  # type: ignore[attr-defined]
    return told
