"""A backfill is followed until its last refresh is over."""

from __future__ import annotations

from typing import Any

from kindred.cli.backfill import watch
from tests.unit.cli.backfill.fake_airflow import end_runs


def test_a_backfill_ends_after_the_refresh_of_its_last_run(airflow: Any, started: Any) -> None:
    airflow.events, airflow.refreshes = 1, 2
    seen = []
    for snapshot in watch.backfill_snapshots(airflow, started):
        seen.append((snapshot.sources[0].done, snapshot.sources[0].failed, snapshot.left))
        end_runs(airflow, 1, "failed" if len(seen) == 1 else "success")

    assert seen[:8] == [
        (0, 0, 7), (0, 1, 6), (1, 1, 5), (2, 1, 4), (3, 1, 3), (4, 1, 2), (5, 1, 1), (6, 1, 0),
    ]  # fmt: skip
    # An event waits, then two looks at a refresh that runs, then its end.
    assert seen[8:] == [(6, 1, 0)] * 2
    assert (airflow.events, airflow.refreshes) == (-2, -1)
