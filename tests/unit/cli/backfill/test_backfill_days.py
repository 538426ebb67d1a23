"""The days of a backfill: both ends, clocks that change, and days that are not over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kindred.cli import business_days
from kindred.cli.business_days import Days
from kindred.errors import KindredError
from tests.unit.cli.backfill.planning import WEEK


def test_both_ends_are_meant() -> None:
    assert len(WEEK) == 7
    assert [each.last_day.day for each in WEEK] == [2, 3, 4, 5, 6, 7, 8]
    assert (WEEK.start, WEEK.end) == (
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 9, tzinfo=UTC),
    )


def test_days_are_the_businesss_when_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "Europe/Berlin")
    spring = Days(date(2026, 3, 28), date(2026, 3, 30))

    hours = [(each.end - each.start) / timedelta(hours=1) for each in spring]

    assert hours == [24, 23, 24]
    assert spring.start == datetime(2026, 3, 27, 23, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_airflows_edges_mean_the_same_days(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", zone)

    assert Days.between(WEEK.start, WEEK.last_instant) == WEEK
    # As the UI gives them: the last day by its beginning.
    assert Days.between(WEEK.start, Days(WEEK.last, WEEK.last).start) == WEEK
    # An edge in the middle of a day leaves that day out at the front.
    assert Days.between(WEEK.start + timedelta(hours=1), WEEK.end) == Days(
        date(2026, 3, 3), date(2026, 3, 9)
    )


def test_days_that_run_backwards_are_refused() -> None:
    with pytest.raises(KindredError, match="--from 2026-03-08 comes after --to 2026-03-02"):
        business_days.asked(WEEK.last, WEEK.first)


def test_a_day_that_is_not_over_is_refused_with_the_day_that_works() -> None:
    moment = datetime(2026, 3, 8, 23, tzinfo=UTC)

    with pytest.raises(KindredError, match=r"2026-03-08 is not over.*--to 2026-03-07$"):
        business_days.refuse_unfinished(WEEK, moment)
    business_days.refuse_unfinished(WEEK, moment + timedelta(hours=1))


def test_days_to_come_are_refused_with_the_last_that_is_over() -> None:
    with pytest.raises(KindredError, match="can be loaded is 2026-02-27"):
        business_days.refuse_unfinished(WEEK, datetime(2026, 2, 28, 12, tzinfo=UTC))


def test_a_day_is_over_when_it_is_where_the_business_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "America/New_York")

    with pytest.raises(KindredError, match="here it is 2026-03-08 21:00"):
        business_days.refuse_unfinished(WEEK, datetime(2026, 3, 9, 1, tzinfo=UTC))


def test_in_sandbox_time_nothing_is_asked_for_beyond_its_clock() -> None:
    clock = datetime(2026, 3, 5, tzinfo=UTC)
    services: Any = SimpleNamespace(
        sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=True), clock=lambda: clock)
    )

    assert business_days.now(services) == clock
    services.sandbox.clock = lambda: datetime(2999, 1, 1, tzinfo=UTC)
    assert business_days.now(services) < datetime(2999, 1, 1, tzinfo=UTC)
