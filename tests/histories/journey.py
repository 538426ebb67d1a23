"""One warehouse on its way: what every step of a path needs, and what holds wherever it leads."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from hypothesis.stateful import RuleBasedStateMachine, invariant

from kindred.loads import Batch
from kindred.pipeline.environment import Run
from kindred.sources import SOURCES
from tests.histories.compare import differences, read
from tests.histories.happenings import Event, opening
from tests.histories.ledger_checks import cursors, gaps, leftovers, only_true_changes, outdated
from tests.histories.nights import DAY, Gate, Nights
from tests.histories.truth import after, settled
from tests.histories.vendors import ChangingVendors

BEGINS = datetime(2024, 2, 20, 8, tzinfo=UTC)
# A held batch that is released weeks later can bring back a post deleted since: ask again instead.
RELEASED_WITHIN = timedelta(days=5)


class Journey(RuleBasedStateMachine):
    """The vendors and a warehouse, and what is under way between them."""

    warehouse: Any  # the fixture
    target = Path()  # dbt's
    gate: Gate = "pass"

    def __init__(self) -> None:
        super().__init__()
        self.warehouse.empty()
        self.vendors = ChangingVendors(BEGINS)
        self.nights = Nights(self.warehouse.dsn, self.vendors, target=self.target, gate=self.gate)
        self.conn = psycopg.connect(self.warehouse.dsn("admin"), autocommit=True)
        self.done: list[Run] = []  # nights
        self.pending: list[tuple[str, Run]] = []  # gated, and not yet published
        self.held: list[tuple[str, Batch, datetime]] = []  # by source, since when
        self.met: set[str] = set()  # posts that raw has held
        self.cursors: dict[str, datetime] = {}
        self.runs = 0
        opening(self.vendors)

    @invariant()
    def no_cursor_is_past_a_gap(self) -> None:
        assert gaps(self.conn) == []

    @invariant()
    def no_cursor_moves_back(self) -> None:
        before, self.cursors = self.cursors, cursors(self.conn)
        assert [name for name in before if self.cursors[name] < before[name]] == []

    @invariant()
    def nothing_waits_that_was_brought_since(self) -> None:
        assert outdated(self.conn) == []

    @invariant()
    def nothing_settled_is_left_over(self) -> None:
        assert leftovers(self.conn) == []

    def teardown(self) -> None:
        """End with a night that sees everything; a step that failed has said enough."""
        try:
            if sys.exc_info()[0] is None:
                self.close()
        finally:
            self.conn.close()

    def close(self) -> None:
        """Run the last night, and hold raw against the truth of the clean sequence."""
        self.publish_pending()
        self.vendors.until(settled(self.vendors))
        run = self.next_night([])
        for source in SOURCES:
            self.ingest(source, run)
        nights = [BEGINS.replace(hour=0) + DAY]
        while nights[-1] < self.vendors.now:
            nights.append(nights[-1] + DAY)
        assert differences(read(self.conn), after(self.vendors, nights), self.met) == []
        assert set(self.conn.execute("select through from ops.cursors")) == {(nights[-1],)}

    def live(self, day: list[Event]) -> None:
        """Let these events happen."""
        for event in day:
            event.to(self.vendors)

    def next_night(self, day: list[Event]) -> Run:
        """Live a day to its end, and return the run of its night."""
        self.live(day)
        self.vendors.until(self.nights.midnight())
        interval = self.nights.day_before(self.vendors.now)
        run = Run(f"night {interval.end:%Y-%m-%d}", interval)
        if run not in self.done:
            self.done.append(run)
        return run

    def ingest(self, source: str, run: Run) -> None:
        """Land, gate and publish."""
        self.nights.land(source, run)
        self.nights.check(source, run)
        self.publish(source, run)

    def publish(self, source: str, run: Run) -> None:
        """Publish what passed, and hold what it calls changed against what did change."""
        with self.watched():
            self.nights.publish(source, run)

    def publish_pending(self) -> None:
        """Publish what another run has landed: last in, first out."""
        while self.pending:
            self.publish(*self.pending.pop())

    def watched(self) -> AbstractContextManager[None]:
        """Watch one publication."""
        return only_true_changes(self.conn, UTC, self.met)

    def still_held(self) -> list[tuple[str, Batch]]:
        """Return the batches that a person can still decide about, with their sources."""
        since = self.vendors.now - RELEASED_WITHIN
        rows = self.conn.execute("select batch_id from ops.loads where status = 'held'").fetchall()
        return [(s, b) for s, b, at in self.held if at >= since and (b.batch_id,) in rows]

    def name(self, kind: str) -> str:
        """Return a new run's name."""
        self.runs += 1
        return f"{kind} {self.runs}"
