"""Whatever way nights go, the warehouse ends as a clean sequence of nights would have left it.

`make test` tries a few short paths; `make soak` many long ones: KINDRED_SOAK says how many.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.any_path import AnyPath
from tests.histories.happenings import Event, story
from tests.histories.nights import Killed
from tests.histories.path_to_readers import PathToReaders

SOAK = int(os.environ.get("KINDRED_SOAK", "0"))


def profile(examples: int, steps: int) -> settings:
    """Return settings for so many paths of at most so many steps."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which dbt keeps the parsed project."""
    return tmp_path_factory.mktemp("dbt")


def test_any_path_of_nights_gives_the_raw_of_a_clean_sequence(warehouse: Any) -> None:
    machine = type("Path", (AnyPath,), {"warehouse": warehouse})
    run_state_machine_as_test(machine, settings=profile(SOAK, 30) if SOAK else profile(8, 10))


def test_a_crooked_fortnight_gives_the_marts_of_a_clean_run(warehouse: Any, target: Path) -> None:
    path = type("Path", (PathToReaders,), {"warehouse": warehouse, "target": target})()
    pick = random.Random(1).choice  # noqa: S311 -- a story, no secret

    def day() -> list[Event]:
        return story(path.vendors, pick, 6)

    try:
        path.night(day())
        path.refresh()
        path.night_without(day(), "social")
        path.outage(day(), 3)
        path.landing_dies(day(), "call_center", 2, Killed, is_retried=True)
        path.night_is_held(day(), "crm")
        path.backfill("crm", 4, 1, "days backwards")
        path.release(0)
        path.refresh()
        path.another_run_lands("call_center", path.done[0])
        path.night(day())
        path.refresh_dies_after_its_claim()
        path.publication_dies(day(), "crm", 2)
        path.full_backfill("social")
        path.close()
    finally:
        path.conn.close()


@pytest.mark.skipif(not SOAK, reason="a build takes seconds: `make soak` tries these")
def test_any_path_gives_the_marts_of_a_clean_run(warehouse: Any, target: Path) -> None:
    machine = type("Path", (PathToReaders,), {"warehouse": warehouse, "target": target})
    run_state_machine_as_test(machine, settings=profile(max(1, SOAK // 10), 15))
