"""`kindred reconcile`: what is asked of Airflow, and what a person reads afterwards."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from kindred.cli import app, deletions, status
from kindred.sources import SOURCES, VENDORS
from kindred.warehouse.reconciliations import ReconciliationOutcome

ENDED = ReconciliationOutcome(
    load="salesforce_contacts",
    run_id="manual__1",
    batch_id=7,
    is_dry_run=False,
    round=1,
    round_of=datetime(2026, 11, 1, tzinfo=UTC),
    after_key="",
    through_key=None,
    ids_at_vendor=1998,
    ids_in_raw=2000,
    ids_gone=2,
    ids_returned=0,
    ids_unknown=0,
    unknown_from=None,
    unknown_to=None,
    status="published",
    rows_published=2,
    message=None,
)


class Airflow:
    """Takes one run, which is under way for two looks and then ends."""

    base = "http://127.0.0.1:1"

    def __init__(self, end: str) -> None:
        self.states = ["queued", "running", end]
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def find(self, path: str) -> dict[str, Any]:
        return {"dag_id": path.rsplit("/", 1)[1]}

    def patch(self, path: str, body: dict[str, Any]) -> None:
        self.asked.append((path, body))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((path, body))
        return {"dag_run_id": "manual__1"}

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/dags/reconcile/dagRuns/manual__1"
        return {"state": self.states.pop(0)}


@pytest.fixture(autouse=True)
def no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletions, "POLL_SECONDS", 0)


@pytest.mark.parametrize(("end", "went_well"), [("success", True), ("failed", False)])
def test_airflow_compares_the_sources_that_are_asked_for(end: str, went_well: bool) -> None:
    airflow = Airflow(end)
    services: Any = SimpleNamespace(airflow=airflow)
    assert deletions.ask(services, ["crm"], is_dry_run=True) == ("manual__1", went_well)
    assert airflow.asked == [
        ("/dags/reconcile", {"is_paused": False}),
        (
            "/dags/reconcile/dagRuns",
            {"logical_date": None, "conf": {"sources": ["crm"], "dry_run": True}},
        ),
    ]


def test_the_table_has_a_line_a_load_with_what_is_gone_and_ended() -> None:
    console = Console(file=io.StringIO(), width=100)
    console.print(deletions.table([ENDED]))
    head, line = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert " ".join(head.split()) == "load vendor raw gone back written unknown"
    assert line.split() == ["salesforce_contacts", "1,998", "2,000", "2", "0", "2", "0"]


def told(made: ReconciliationOutcome) -> list[str]:
    lines = list(deletions.advice([made], ["crm"]))
    of_the_vendors = [f"{v.name}: {v.reconciles}" for v in VENDORS.values() if v.source == "crm"]
    assert lines[-len(of_the_vendors) :] == of_the_vendors
    return lines[: -len(of_the_vendors)]


def test_what_went_well_needs_no_advice() -> None:
    assert told(ENDED) == []


def test_a_held_batch_is_named_with_its_reason_and_the_command() -> None:
    (line,) = told(replace(ENDED, status="held", message="held: critical few_gone: failed"))
    assert "HELD salesforce_contacts, batch 7: held: critical few_gone: failed" in line
    assert "`kindred release 7 --reason" in line


def test_a_lost_batch_is_named() -> None:
    assert told(replace(ENDED, status="failed", message="rows are gone")) == [
        "salesforce_contacts: batch 7 is failed: rows are gone"
    ]


def test_what_raw_lacks_is_told_with_the_command_that_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "Europe/Berlin")
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # 2 March in Berlin
    found = replace(ENDED, ids_unknown=12, unknown_from=late.replace(month=2), unknown_to=late)
    (line,) = told(found)
    assert "12 records" in line
    assert "`kindred backfill --from 2026-02-02 --to 2026-03-02 --source crm`" in line


def test_a_comparison_that_is_not_at_its_end_says_how_it_goes_on() -> None:
    (line,) = told(replace(ENDED, through_key="003B"))
    assert "the same command continues" in line
    assert "003B" not in line


def test_a_source_that_cannot_be_compared_says_why() -> None:
    (line,) = deletions.advice([], ["call_center"])
    assert line.startswith("genesys: Nothing is compared")


def test_status_says_up_to_where_deletions_are_known() -> None:
    through = datetime(2026, 11, 1, tzinfo=UTC)
    crm = {load.name: through for load in SOURCES["crm"]}
    said = status.deletions_line({**crm, "mastodon_statuses": None})
    assert said == "crm compared through 2026-11-01; social never compared"
    said = status.deletions_line({**crm, "salesforce_orders": None, "mastodon_statuses": None})
    assert said.endswith("; salesforce_orders, social never compared")


def test_an_unknown_source_is_refused_before_anything_starts() -> None:
    ran = CliRunner().invoke(app, ["reconcile", "--source", "shop"])
    assert ran.exit_code == 2
    assert "shop" in ran.output
