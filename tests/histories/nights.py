"""Nights of the changing vendors, by the real tasks on a real warehouse, and ways they can go.

Bypassed: Airflow, and sockets (`harness/vendors.py`). A gate is the real one, or lets everything
pass, or holds everything. Extractions are timed by the vendors' clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Literal
from unittest.mock import patch

from harness.environment import SandboxEnvironment, pass_gate
from harness.vendors import InProcessVendors
from kindred.api import HttpRequest, HttpResponse
from kindred.errors import GateError
from kindred.gates import check_batches
from kindred.loads import Batch, Window
from kindred.pipeline import held_batches, ingest, reconcile
from kindred.pipeline.environment import Run
from kindred.pipeline.reconcile import Options
from kindred.sources import SOURCES
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect
from sandbox.world import World
from tests.histories.vendors import ChangingVendors

DAY = timedelta(days=1)
BEFORE_HISTORY = timedelta(days=60)  # before anything happens: the first night takes it all
Gate = Literal["pass", "hold", "real"]


class Killed(BaseException):
    """The process is gone, and tidies up nothing."""


class Cut(Exception):
    """The vendor hangs up, and does not answer again."""


class Breaking(InProcessVendors):
    """Vendors that answer so many times and then no more."""

    def __init__(self, world: World, answers: int, end: BaseException) -> None:
        super().__init__(world)
        self._left, self._end = answers, end

    async def exchange(self, request: HttpRequest) -> HttpResponse:
        if self._left == 0:
            raise self._end
        self._left -= 1
        return await super().exchange(request)


class HistoryNights(SandboxEnvironment):
    """One warehouse and the runs that fill it from a history.

    `dsn` takes a role; `zone` is the business's; `target` is dbt's folder.
    """

    def __init__(
        self,
        dsn: Callable[[str], str],
        history: ChangingVendors,
        zone: tzinfo = UTC,
        target: Path = Path(),
        gate: Gate = "pass",
    ) -> None:
        super().__init__(
            dsn, InProcessVendors(history.world()), history.begins - BEFORE_HISTORY, target
        )
        self.history, self.zone, self.gate = history, zone, gate
        self._landings = 0

    def midnight(self, days: int = 0) -> datetime:
        """Return the next business midnight, or the one so many days after it."""
        today = self.history.now.astimezone(self.zone).date()
        return self._begin(today + (1 + days) * DAY)

    def day_before(self, end: datetime, days: int = 1) -> Window:
        """Return the business days that end at a midnight: each has 23 to 25 hours."""
        return Window(self._begin(end.astimezone(self.zone).date() - days * DAY), end)

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def night(self, sources: Iterable[str] = SOURCES) -> Run:
        """Let the day end, and run its night for some sources."""
        self.history.until(self.midnight())
        interval = self.day_before(self.history.now)
        run = Run(f"night {interval.end:%Y-%m-%d}", interval)
        for source in sources:
            self.ingest(source, run)
        return run

    def ingest(self, source: str, run: Run) -> None:
        """Land, gate and publish the run of a source."""
        self.land(source, run)
        self.check(source, run)
        self.publish(source, run)

    def land(
        self, source: str, run: Run, answers: int = -1, end: BaseException | None = None
    ) -> None:
        """Pull a source as its vendors are now; `end` it after so many answers."""
        world = self.history.world()
        self.vendors = InProcessVendors(world) if end is None else Breaking(world, answers, end)
        with self._timed():
            ingest.land(source, run, self)

    def serve(self) -> None:
        """Answer from now on with what the history holds now."""
        self.vendors = InProcessVendors(self.history.world())

    def reconcile(self, run_id: str, options: Options | None = None) -> list[str]:
        """Compare what raw holds with the vendors as they are; return the loads that changed.

        A vendor that fails is raised once the others' tombstones are published.
        """
        self.serve()
        failures = []
        with self._timed("kindred.reconciling.tombstones.datetime"):
            try:
                reconcile.land(run_id, options or Options(is_asked=True), self)
            except reconcile.NotCompared as failure:
                failures.append(failure)
        reconcile.gate(run_id, self)
        changed = reconcile.publish(run_id, self)
        if failures:
            raise failures[0]
        return changed

    def release(self, source: str, batch: Batch) -> None:
        """Let a held batch through."""
        held_batches.release(source, batch.batch_id, "looked at", self.warehouse("loader"))

    def replace(self, source: str, batch: Batch, run_id: str) -> None:
        """Ask again for what a held batch had asked for, and publish it."""
        self.serve()
        with self._timed():
            held_batches.replace(source, batch.batch_id, run_id, self)
        run = Run(run_id, batch.window)
        self.check(source, run)
        self.publish(source, run)

    def check(self, source: str, run: Run, gate: Gate | None = None) -> None:
        """Gate what landed; what is to be held finds no suite."""
        gate = gate or self.gate
        if gate == "real":
            ingest.gate(source, run.run_id, self)
            return
        with connect(self.warehouse("loader")) as conn:
            landed = self.batches(source, run, "landed")
            if gate == "hold":
                check_batches(self.warehouse("loader"), landed, Path(__file__).parent)
                return
            pass_gate(conn, landed)

    def publish(self, source: str, run: Run) -> None:
        """Publish what passed."""
        with suppress(GateError):  # nothing did, and a person is informed
            ingest.publish(source, run.run_id, self)

    def batches(self, source: str, run: Run, status: str) -> list[Batch]:
        """Return the batches of a run that are in a state."""
        names = [load.name for load in SOURCES[source]]
        with connect(self.warehouse("loader")) as conn:
            return ledger.batches(conn, run.run_id, names, status)

    @contextmanager
    def _timed(self, name: str = "kindred.landing.extraction.datetime") -> Iterator[None]:
        """Time an extraction by the vendors' clock: after what happened, before what follows."""
        self._landings += 1
        moment = self.history.now - timedelta(seconds=1) + timedelta(microseconds=self._landings)

        clock = SimpleNamespace(now=moment.astimezone)
        with patch(name, clock):
            yield
