"""What a backfill would run: first runs, runs again, and what is under way already."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kindred.cli.backfill import display
from kindred.cli.backfill.watch import start
from kindred.cli.business_days import Days
from kindred.embedded import vendor_connections
from kindred.embedded.vendor_connections import BackfillReach
from kindred.errors import KindredError
from kindred.sources import VENDORS
from tests.unit.cli.backfill.planning import WEEK, make, said


def test_a_plan_tells_first_runs_from_those_run_again(airflow: Any) -> None:
    airflow.has_run("ingest_crm", date(2026, 3, 1), "success")
    airflow.has_run("ingest_crm", date(2026, 3, 2), "success")
    airflow.has_run("ingest_crm", date(2026, 3, 3), "failed")
    airflow.has_run("ingest_crm", date(2026, 3, 8), "running", "scheduled")

    crm, calls, social = make(airflow).parts

    assert (crm.first, crm.again, crm.left) == (4, 2, 1)
    assert (calls.first, calls.again, calls.left) == (7, 0, 0)
    assert social.runs == 7
    assert airflow.changes == []


def test_only_failed_takes_days_whose_run_is_red(airflow: Any) -> None:
    for day in range(2, 9):
        airflow.has_run("ingest_crm", date(2026, 3, day), "failed" if day == 4 else "success")

    (crm,) = make(airflow, WEEK, "crm", only_failed=True).parts

    assert (crm.first, crm.again, crm.left) == (0, 1, 6)


def test_many_runs_are_read_page_by_page(airflow: Any) -> None:
    year = Days(date(2025, 1, 1), date(2025, 12, 31))
    for each in year:
        airflow.has_run("ingest_social", each.last_day, "success")

    (social,) = make(airflow, year, "social").parts

    assert (social.first, social.again) == (0, 365)


def test_a_backfill_of_these_days_is_taken_up(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK)
    airflow.has_run("ingest_crm", date(2026, 3, 2), "success", "backfill")
    airflow.has_run("ingest_crm", date(2026, 3, 3), "queued", "backfill")

    (crm,) = (made := make(airflow, WEEK, "crm")).parts

    assert (crm.first, crm.again, crm.left) == (0, 1, 6)
    assert "crm: in progress since 2026-04-01 12:00" in said(display.show_plan, made)
    assert [each.days for each in start(airflow, made)] == [WEEK]
    assert airflow.changes == ["unpause refresh_marts", "unpause ingest_crm"]


def test_a_backfill_of_other_days_is_refused_with_the_way_out(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", Days(date(2026, 1, 1), date(2026, 1, 2)))
    airflow.has_run("ingest_crm", date(2026, 1, 2), "queued", "backfill")

    with pytest.raises(KindredError) as refusal:
        make(airflow)

    wanted = "`kindred backfill --from 2026-01-01 --to 2026-01-02 --source crm`"
    assert wanted in str(refusal.value)
    assert "/dags/ingest_crm" in str(refusal.value)
    assert make(airflow, WEEK, "social").runs == 7


def test_a_backfill_whose_runs_are_over_is_in_nobodys_way(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK)
    airflow.has_run("ingest_crm", date(2026, 3, 3), "success", "backfill")

    (crm,) = make(airflow, WEEK, "crm").parts

    assert (crm.under_way, crm.runs) == (None, 7)


def test_before_the_first_night_there_is_nothing_to_backfill(airflow: Any, known: Any) -> None:
    known["has_cursor"] = False

    with pytest.raises(KindredError, match="`kindred run` loads the history"):
        make(airflow)


def test_the_plan_says_price_limits_and_what_is_missing(airflow: Any) -> None:
    airflow.has_run("ingest_crm", date(2026, 1, 1), "success")
    del airflow.extras["mastodon"]
    airflow.extras["genesys"] = '{"reach_days": 365}'

    told = said(display.show_plan, make(airflow))

    assert "2026-03-02 to 2026-03-08 (7 days, UTC)" in told
    assert "21 runs of 4 tasks, 2 at once per source" in told
    assert "very roughly 70 s" in told
    assert "no connection named mastodon" in told
    assert "recycle bin" in told
    assert "Reaches 365 days back" in told
    assert Counter(told.split())["salesforce_orders"] == 1


def test_every_vendor_of_a_source_says_what_it_can_bring(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = replace(VENDORS["salesforce"], name="hubspot", backfills="Deals of a year.")
    monkeypatch.setitem(VENDORS, "hubspot", second)
    airflow.extras["hubspot"] = '{"reach_days": 365}'

    printed = said(display.show_plan, made := make(airflow, WEEK, "crm"))

    (part,) = made.parts
    assert list(part.reaches) == [v.name for v in VENDORS.values() if v.source == "crm"]
    assert {"salesforce", "hubspot"} <= part.reaches.keys()
    assert "Deals of a year. Reaches 365 days back." in printed
    assert VENDORS["salesforce"].backfills[:40] in printed


def test_a_vendor_that_is_not_connected_is_named_beside_one_that_is(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VENDORS, "hubspot", replace(VENDORS["salesforce"], name="hubspot"))
    monkeypatch.setattr(
        vendor_connections, "reach", lambda _, vendor: BackfillReach(vendor != "hubspot")
    )

    printed = said(display.show_plan, make(airflow, WEEK, "crm"))

    assert "crm: Airflow has no connection named hubspot: its runs are skipped" in printed
    assert "no connection named salesforce" not in printed
