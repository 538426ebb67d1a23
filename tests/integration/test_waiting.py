"""A refresh waits for the ingests under way as long as something moves, and no longer."""

from __future__ import annotations

import time

import pytest
from landed import land, many

from kindred.pipeline.refresh import WaitPolicy, wait
from kindred.sources import LOADS
from kindred.warehouse.connections import connect

ORDERS = LOADS["salesforce_orders"]
SHORT = WaitPolicy(quiet=0.4, longest=20.0)


@pytest.fixture
def loader(warehouse):
    with connect(warehouse.dsn("loader")) as conn:
        yield conn


def waited(warehouse, are_runs_left, patience=SHORT) -> tuple[bool, float]:
    began = time.monotonic()
    is_all = wait(warehouse.dsn("loader"), patience, are_runs_left, poll=0.02)
    return is_all, time.monotonic() - began


def test_nothing_under_way_is_nothing_to_wait_for(warehouse):
    assert waited(warehouse, lambda: False)[0]


def test_a_backfill_is_waited_for_beyond_the_patience_while_its_days_come_in(warehouse, loader):
    left = iter(range(12))

    def one_more_day() -> bool:
        if next(left, None) is None:
            return False
        time.sleep(0.1)
        land(loader, ORDERS, many(ORDERS, 1), status="published")
        return True

    is_all, seconds = waited(warehouse, one_more_day)
    assert is_all
    assert seconds > 2 * SHORT.quiet


def test_a_source_that_hangs_is_given_up_when_nothing_has_moved_for_long_enough(warehouse, loader):
    land(loader, ORDERS, many(ORDERS, 1))
    is_all, seconds = waited(warehouse, lambda: True)
    assert not is_all
    assert SHORT.quiet <= seconds < SHORT.longest


def test_a_batch_that_was_left_long_ago_keeps_nobody_waiting(warehouse, loader):
    land(loader, ORDERS, many(ORDERS, 1))
    loader.execute("update ops.loads set started_at = now() - interval '1 hour'")
    assert waited(warehouse, lambda: False)[0]


def test_even_what_moves_is_waited_for_only_so_long(warehouse, loader):
    def one_more_day() -> bool:
        land(loader, ORDERS, many(ORDERS, 1), status="published")
        return True

    is_all, seconds = waited(warehouse, one_more_day, WaitPolicy(quiet=5.0, longest=0.3))
    assert not is_all
    assert seconds < WaitPolicy().quiet
