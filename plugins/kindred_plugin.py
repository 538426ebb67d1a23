"""The one Airflow plugin: nights that start only when somebody asks for them.

The sandbox lives in its own calendar, so the wall clock must not start nights there; a person
(`kindred run`) or a backfill does. Imports nothing of `kindred`: Airflow executes this file in
every component at start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.interval import CronDataIntervalTimetable

if TYPE_CHECKING:
    from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
    from pendulum import DateTime


class NightsOnRequest(CronDataIntervalTimetable):
    """Nights with a data interval, none of which starts by itself.

    A backfill asks for a bounded range, the scheduler for an open one: only the bounded is served.
    """

    @property
    def summary(self) -> str:
        return f"{self._expression}, on request"

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        if restriction.latest is None:
            return None
        return super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:  # noqa: ARG002
        """Refuse to guess: the last day by the wall clock is not a day of the sandbox."""
        raise ValueError("in sandbox time `kindred run` asks for a night, or a backfill does")


class KindredPlugin(AirflowPlugin):
    name = "kindred"
    timetables = [NightsOnRequest]  # noqa: RUF012 -- Airflow's own interface
