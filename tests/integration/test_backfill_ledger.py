"""What a backfill reads of the ledger: days published before, runs that lost a load, builds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import psycopg
import pytest

from kindred.cli.backfill import backfill_ledger
from kindred.cli.business_days import Days
from kindred.warehouse.ledger import UNSETTLED

ORDERS, REFERRALS = "salesforce_orders", "salesforce_referrals"
WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))
BEFORE, SINCE, AFTER = (datetime(2026, 4, day, tzinfo=UTC) for day in (1, 2, 3))


@pytest.fixture
def write(warehouse):
    def batch(load, run_id, days, status, *, began=AFTER, rows=(0, None, 0), message=None):
        landed, published, quarantined = rows
        with psycopg.connect(warehouse.dsn("admin")) as conn:
            conn.execute(
                "insert into ops.loads (load, run_id, window_start, window_end, attempt, status,"
                " started_at, rows_landed, rows_published, rows_quarantined, message)"
                " values (%s, %s, %s, %s, 1, %s, %s, %s, %s, %s, %s)",
                [
                    load,
                    run_id,
                    days.start,
                    days.end,
                    status,
                    began,
                    landed,
                    published,
                    quarantined,
                    message,
                ],
            )

    return batch


def days(first, last):
    return Days(date(2026, 3, first), date(2026, 3, last))


def test_days_are_known_when_published_windows_cover_them_whole(warehouse, write):
    write(ORDERS, "history", Days(date(2024, 1, 1), date(2026, 3, 3)), "published")
    write(ORDERS, "gap", days(5, 6), "published")
    write(ORDERS, "held", days(7, 8), "held")
    with psycopg.connect(warehouse.dsn("admin")) as conn:
        # Half a day twice is a day; once it is none.
        half = "values ('{}', '{}', '{}', '{}', 1, 'published')"
        for run, start, end in (
            ("am", "2026-03-04Z", "2026-03-04T12:00Z"),
            ("pm", "2026-03-04T12:00Z", "2026-03-05Z"),
            ("late", "2026-03-07T12:00Z", "2026-03-08Z"),
        ):
            conn.execute(
                "insert into ops.loads (load, run_id, window_start, window_end, attempt, status) "
                + half.format(ORDERS, run, start, end)
            )
        conn.execute(f"insert into ops.cursors values ('{ORDERS}', '2026-03-07Z', 1)")

    assert backfill_ledger.coverage(warehouse.dsn("admin"), [REFERRALS, ORDERS], WEEK) == [
        backfill_ledger.LoadCoverage(REFERRALS, 0, has_cursor=False),
        backfill_ledger.LoadCoverage(ORDERS, 5, has_cursor=True),
    ]


def test_a_run_counts_by_the_newest_batch_of_each_load(warehouse, write):
    write(ORDERS, "repaired", days(2, 2), "superseded")
    write(ORDERS, "repaired", days(2, 2), "published")
    write(ORDERS, "lost", days(3, 3), "published")
    write(ORDERS, "lost", days(3, 3), "failed")
    write(REFERRALS, "partly", days(4, 4), "landed")
    write(ORDERS, "partly", days(4, 4), "published")
    write(ORDERS, "held", days(5, 5), "held")
    runs = ["repaired", "lost", "partly", "held"]

    def found(loads, *statuses):
        return backfill_ledger.runs_with(warehouse.dsn("admin"), loads, runs, *statuses)

    assert found([ORDERS, REFERRALS], *UNSETTLED) == {"lost", "partly"}
    assert found([ORDERS], *UNSETTLED) == {"lost"}
    assert found([ORDERS], "held") == {"held"}


def test_outcomes_are_of_the_batches_begun_since(warehouse, write):
    write(ORDERS, "r2", days(2, 2), "published", began=BEFORE, rows=(90, 90, 9))
    write(ORDERS, "r2", days(2, 2), "published", rows=(90, 4, 1))
    write(ORDERS, "r3", days(3, 3), "published", rows=(50, 0, 0))
    write(ORDERS, "r4", days(4, 4), "failed", rows=(7, None, 0), message="salesforce: HTTP 500")
    write(ORDERS, "other", days(5, 5), "published", rows=(1000, 1000, 0))
    write(REFERRALS, "r2", days(2, 2), "held", rows=(3, None, 0))

    found = backfill_ledger.outcomes(
        warehouse.dsn("admin"), [REFERRALS, ORDERS], ["r2", "r3", "r4"], SINCE
    )

    assert found == [
        backfill_ledger.BatchCounts(REFERRALS, 1, 0, 1, 0, 3, 0, 0, None),
        backfill_ledger.BatchCounts(ORDERS, 3, 2, 0, 1, 147, 4, 1, "salesforce: HTTP 500"),
    ]


def test_builds_say_how_many_customers_and_months_they_computed(warehouse):
    nodes = [
        {"name": "int_due_customers", "rows": 12},
        {"name": "customer_segments", "rows": 84},
        {"name": "customer_attrition", "rows": 99},
    ]
    with psycopg.connect(warehouse.dsn("admin")) as conn:
        for status, began, models in (
            ("published", BEFORE, nodes),
            ("published", SINCE, nodes),
            ("failed", AFTER, None),
        ):
            conn.execute(
                "insert into ops.builds (run_id, status, started_at, published_at, models)"
                " values ('r', %s, %s, %s + interval '41 seconds', %s)",
                [status, began, began, json.dumps(models) if models else None],
            )

    assert backfill_ledger.builds(warehouse.dsn("admin"), SINCE) == [
        backfill_ledger.BuildResult(2, "published", 41.0, 12, 84),
        backfill_ledger.BuildResult(3, "failed", 41.0, None, None),
    ]
