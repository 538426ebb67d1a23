"""Whatever way nights go, the warehouse ends as a clean sequence of nights would have left it.

`make test` tries a few short paths; `make soak` many long ones: KINDRED_SOAK says how many.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.any_path import AnyPath
from tests.histories.compare import read
from tests.histories.happenings import Event, story
from tests.histories.journey import Journey
from tests.histories.nights import Killed
from tests.histories.path_to_readers import PathToReaders

SOAK = int(os.environ.get("KINDRED_SOAK", "0"))


def walk(machine: type[Journey], paths: int, steps: int, **given: Any) -> None:
    """Try so many paths of at most so many steps, and count them where somebody waits for many."""
    walked = itertools.count(1)

    class Path(machine):  # type: ignore[valid-type, misc]
        def teardown(self) -> None:
            super().teardown()
            if SOAK:
                sys.stderr.write(f"\r{machine.__name__}: path {next(walked)} of {paths}")

    for name, value in given.items():
        setattr(Path, name, value)
    profile = settings(
        max_examples=paths,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not SOAK,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Path, settings=profile)


def test_any_path_of_nights_gives_the_raw_of_a_clean_sequence(warehouse: Any) -> None:
    if SOAK:
        walk(AnyPath, SOAK, 30, warehouse=warehouse, gate="real")
    else:
        walk(AnyPath, 8, 10, warehouse=warehouse)


def begin(machine: type[Journey], **given: Any) -> Any:
    """Return a path to be told step by step."""
    return type("Path", (machine,), given)()


def a_post_edited_by_a_clock_that_was_ahead(path: AnyPath) -> None:
    path.night([Event("edit_post", "p1", {"words": "It was fine.", "ahead": 48})])
    path.night([Event("edit_post", "p1", {"words": "It was not."})])


def a_change_taken_back_before_an_older_run_is_published(path: AnyPath) -> None:
    path.night([])
    path.live([Event("rewrite", "c1", {"handle_seconds": 90.0})])
    path.another_run_lands("call_center", path.done[0])
    path.night([Event("rewrite", "c1", {"handle_seconds": 300.0})])
    assert read(path.conn)["genesys_conversations"][("c1",)]["handle_seconds"] == 300.0


def a_transcript_that_comes_after_its_calls_night(path: AnyPath) -> None:
    path.night([Event("call", "c2", {"by": "ann"})])
    path.outage([Event("transcribe", "c2", {"words": "It was fine."})], 1)


def a_post_deleted_in_an_outage_that_a_backfill_has_filled(path: AnyPath) -> None:
    path.night([])
    path.outage([Event("delete_post", "p1")], 8)
    path.backfill("social", 9, 0, "days")


def an_order_moved_between_two_reruns_of_a_night(path: AnyPath) -> None:
    path.night([])
    path.outage([Event("merge", "ann", {"into": "bob"})], 1)
    path.rerun("crm", path.done[0])
    path.full_backfill("crm")
    path.rerun("crm", path.done[0])


@pytest.mark.parametrize(
    "story",
    [
        a_post_edited_by_a_clock_that_was_ahead,
        a_change_taken_back_before_an_older_run_is_published,
        a_transcript_that_comes_after_its_calls_night,
        a_post_deleted_in_an_outage_that_a_backfill_has_filled,
        an_order_moved_between_two_reruns_of_a_night,
    ],
    ids=lambda story: story.__name__,
)
def test_a_short_story_ends_well(warehouse: Any, story: Callable[[AnyPath], None]) -> None:
    path = begin(AnyPath, warehouse=warehouse)
    story(path)
    path.teardown()


def test_a_crooked_fortnight_gives_the_marts_of_a_clean_run(warehouse: Any, parsed: Path) -> None:
    path = begin(PathToReaders, warehouse=warehouse, target=parsed)
    pick = random.Random(1).choice  # noqa: S311 -- a story, no secret

    def day() -> list[Event]:
        return story(path.vendors, pick, 6)

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
    path.teardown()


@pytest.mark.skipif(not SOAK, reason="a build takes seconds: `make soak` tries these")
def test_any_path_gives_the_marts_of_a_clean_run(warehouse: Any, parsed: Path) -> None:
    walk(PathToReaders, max(2, SOAK // 10), 15, warehouse=warehouse, target=parsed)
