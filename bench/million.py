"""What landing, gating and publishing a first million orders costs, step by step.

Records go as pages of a vendor's JSON through the row contract into landing, through the suite of
`salesforce_orders` and into raw, on the embedded Postgres with its usual settings. HTTP is left
out: pages are decoded from bytes, as a client's are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from bench.change import memory, row, timed
from harness.databases import AS_USUAL, serving_temporarily
from kindred.gates import Verdict, check_batches
from kindred.landing.batch_writer import BatchWriter, LandingResult
from kindred.loads import Page, Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import ledger, schema
from kindred.warehouse.connections import connect

LOAD = LOADS["salesforce_orders"]
WINDOW = Window(datetime(2024, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
PAGE = 2_000
CUSTOMERS = 50_000


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench million", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    with serving_temporarily(AS_USUAL) as server:
        dsn = server.dsn("loader")
        schema.migrate(server.dsn("admin"), VENDORS.values())
        landed = timed("land", lambda: _land(dsn, options.rows))
        (verdict,) = timed("gate", lambda: _gate(dsn))
        timed("publish", lambda: _publish(dsn))
    row("rows landed", landed.rows_landed)
    row("rows quarantined", landed.rows_quarantined)
    row("rules checked", len(verdict.findings))
    row("peak memory of this process, MiB", memory())


def _land(dsn: str, rows: int) -> LandingResult:
    with connect(dsn) as conn:
        arrival = BatchWriter(conn, LOAD, WINDOW, "bench", datetime.now(UTC))
        for page in _pages(rows):
            arrival.write_page(Page(LOAD.name, msgspec.json.decode(page)))
        arrival.close()
        return arrival.outcome()


def _gate(dsn: str) -> list[Verdict]:
    with connect(dsn) as conn:
        return check_batches(dsn, ledger.batches(conn, "bench", [LOAD.name], "landed"))


def _publish(dsn: str) -> None:
    with connect(dsn) as conn:
        publish_batches(conn, ledger.batches(conn, "bench", [LOAD.name], "passed"), LOADS)


def _pages(rows: int) -> Iterator[bytes]:
    for first in range(0, rows, PAGE):
        yield msgspec.json.encode([_order(at) for at in range(first, min(first + PAGE, rows))])


def _order(at: int) -> dict[str, Any]:
    day = date(2024, 11, 1) + timedelta(days=at % 720)
    stamp = f"{day}T09:00:00.000+0000"
    return {
        "Id": f"801{at:015d}",
        "BillToContactId": f"003{at % CUSTOMERS:015d}",
        "EffectiveDate": str(day),
        "TotalAmount": 10 + at % 90,
        "Status": "Activated",
        "Channel__c": "web",
        "Type": None,
        "IsDeleted": False,
        "CreatedDate": stamp,
        "SystemModstamp": stamp,
    }
