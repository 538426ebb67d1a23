"""An Airflow, a ledger and the days of UTC, all made up; and a backfill that was started."""

from __future__ import annotations

from typing import Any

import pytest

from kindred.cli.backfill import backfill_ledger, watch
from kindred.cli.backfill.airflow_backfills import Backfill
from kindred.cli.backfill.backfill_ledger import LoadCoverage
from kindred.cli.backfill.watch import start
from kindred.embedded import vendor_connections
from tests.unit.cli.backfill.fake_airflow import FakeAirflow
from tests.unit.cli.backfill.planning import WEEK, make


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KINDRED_TIME_ZONE", raising=False)
    for vendor in vendor_connections.VENDORS:
        monkeypatch.delenv(f"AIRFLOW_CONN_{vendor.upper()}", raising=False)


@pytest.fixture
def airflow() -> Any:
    return FakeAirflow()


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A ledger in which every load was published for two of the days."""
    found: dict[str, Any] = {"has_cursor": True}
    monkeypatch.setattr(
        backfill_ledger,
        "coverage",
        lambda _, loads, meant: [
            LoadCoverage(load, len(meant) - 5, found["has_cursor"]) for load in loads
        ],
    )
    return found


@pytest.fixture
def started(airflow: Any, monkeypatch: pytest.MonkeyPatch) -> list[Backfill]:
    monkeypatch.setattr(watch, "POLL_SECONDS", 0)
    return start(airflow, make(airflow, WEEK, "crm"))
