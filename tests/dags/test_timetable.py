"""Nights on request: a backfill gets its days, the scheduler none, a guess is refused."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def nights(dag_bag):  # noqa: ARG001 -- Airflow is set up by then
    from kindred_plugin import NightsOnRequest

    return NightsOnRequest("0 0 * * *", timezone="UTC")


def restriction(earliest, latest):
    import pendulum
    from airflow.timetables.base import TimeRestriction

    def moment(day):
        return None if day is None else pendulum.instance(datetime(2026, 11, day, tzinfo=UTC))

    return TimeRestriction(moment(earliest), moment(latest), catchup=True)


def test_the_scheduler_starts_no_night(nights):
    open_ended = restriction(1, None)
    assert (
        nights.next_dagrun_info(last_automated_data_interval=None, restriction=open_ended) is None
    )


def test_a_backfill_gets_the_days_it_asks_for(nights):
    asked = restriction(1, 3)
    first = nights.next_dagrun_info(last_automated_data_interval=None, restriction=asked)
    assert (first.data_interval.start.day, first.data_interval.end.day) == (1, 2)


def test_the_wall_clock_does_not_choose_a_day(nights):
    with pytest.raises(ValueError, match="kindred run"):
        nights.infer_manual_data_interval(run_after=restriction(1, 2).latest)
