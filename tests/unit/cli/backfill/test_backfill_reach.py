"""How far back a vendor reaches: what a connection says, and days beyond it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kindred.cli.business_days import Days
from kindred.embedded import vendor_connections
from kindred.embedded.vendor_connections import BackfillReach
from kindred.errors import KindredError, SetupError
from tests.unit.cli.backfill.planning import WEEK, make


def test_reach_is_read_from_the_connection(airflow: Any) -> None:
    airflow.extras = {"salesforce": '{"reach_days": 365}', "genesys": None}

    found = [
        vendor_connections.reach(airflow, vendor)
        for vendor in ("salesforce", "genesys", "mastodon")
    ]

    assert found == [BackfillReach(days=365), BackfillReach(), BackfillReach(is_connected=False)]


@pytest.mark.parametrize(
    "given",
    [
        '{"conn_type": "http", "extra": {"reach_days": 90}}',
        '{"conn_type": "http", "extra": "{\\"reach_days\\": 90}"}',
        "https://id:s3cret@api.example.org?reach_days=90",
        "https://id:s3cret@api.example.org?__extra__=%7B%22reach_days%22%3A+90%7D",
    ],
)
def test_reach_is_read_from_the_environment(
    given: str, airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_GENESYS", given)
    airflow.extras = {"genesys": '{"reach_days": 1}'}

    assert vendor_connections.reach(airflow, "genesys") == BackfillReach(days=90)


@pytest.mark.parametrize("given", ['{"reach_days": "s3cret"}', '{"reach_days": 0}', '["s3cret"]'])
def test_a_reach_that_is_no_number_is_named_and_not_quoted(given: str, airflow: Any) -> None:
    airflow.extras = {"genesys": given}

    with pytest.raises(SetupError, match="connection genesys: reach_days") as refusal:
        vendor_connections.reach(airflow, "genesys")
    assert "s3cret" not in str(refusal.value)


def test_days_out_of_reach_are_named_with_the_day_that_works(airflow: Any) -> None:
    airflow.extras["salesforce"] = '{"reach_days": 28}'  # from 2026-03-04 on
    airflow.extras["mastodon"] = '{"reach_days": 365}'

    with pytest.raises(KindredError) as refusal:
        make(airflow)

    assert "salesforce reaches 28 days back, to 2026-03-04" in str(refusal.value)
    assert "2 of the 7 days" in str(refusal.value)
    assert "use --from 2026-03-04" in str(refusal.value)
    assert "mastodon" not in str(refusal.value)
    assert make(airflow, WEEK, "social").runs == 7
    assert make(airflow, Days(date(2026, 3, 4), WEEK.last)).runs == 15


def test_without_a_day_in_reach_there_is_no_from_that_works(airflow: Any) -> None:
    airflow.extras["genesys"] = '{"reach_days": 5}'

    with pytest.raises(KindredError, match=r"7 of the 7 days") as refusal:
        make(airflow)
    assert "--from" not in str(refusal.value)
    assert "--source" in str(refusal.value)
