"""Nights without Airflow: the tasks' own code, in the DAGs' order, each in a process of its own.

Left out: the scheduler, which here is a loop that goes through the tasks and repeats a failed one
twice, as the DAGs' policy does; an ingest's `report`, which only says what the others did; sockets
to the vendors (`vendors.py`); that the three sources run beside each other. Everything else is what
a night does, gates included.
"""

from __future__ import annotations

import gc
import importlib
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from harness import forked_tasks
from harness.environment import SandboxEnvironment
from harness.vendors import InProcessVendors
from kindred.cli.business_days import Night
from kindred.embedded.postgres import Postgres
from kindred.landing import batch_writer
from kindred.loads import Window
from kindred.pipeline import ingest, refresh
from kindred.pipeline.environment import Run
from kindred.sources import SOURCES, VENDORS
from kindred.warehouse import connections, schema
from kindred.warehouse.connections import connect
from sandbox.world import World

RETRIES = 2
RESCORE_SECONDS = 600.0
SHORT_TIMEOUT = 6  # seconds
QUICK = {"attempts": 2, "first_wait": 0, "longest_limit": 1}
PRELOADED = ("great_expectations", "dbt.cli.main", "dbt.adapters.postgres.impl")
Prepare = Callable[[], object]


@dataclass(frozen=True)
class NightTask:
    """One task of a night; `act` is what it does at its nth attempt."""

    dag: str
    name: str
    act: Callable[[int], object]

    @property
    def full_name(self) -> str:
        return f"{self.dag}.{self.name}"


@dataclass
class NightResult:
    """What became of the tasks of a night."""

    failed: list[str] = field(default_factory=list)  # for good, after all retries
    retried: list[str] = field(default_factory=list)
    orphans: list[tuple[str, int]] = field(default_factory=list)  # stopped, to be woken

    @property
    def went_well(self) -> bool:
        return not self.failed


class ForkedNights(SandboxEnvironment):
    """A warehouse of its own and the vendors of a world, where the tasks find them."""

    def __init__(self, server: Postgres, world: World) -> None:
        self.server, self.world = server, world
        vendors = InProcessVendors(world, patience=QUICK)
        super().__init__(server.dsn, vendors, world.clock.begins, server.home.folder / "dbt")
        self.log = server.home.logs / "nights.log"
        schema.migrate(server.dsn("admin"), VENDORS.values())

    def night_tasks(
        self, night: Night, run_id: str, *, is_backfill: bool = False
    ) -> list[NightTask]:
        """Return the tasks of every source for a night."""
        window = Window(night.start, night.end)
        return self.ingest_tasks(Run(run_id, window, is_backfill=is_backfill))

    def ingest_tasks(self, run: Run) -> list[NightTask]:
        """Return the tasks of every source for a run."""
        return [task for source in SOURCES for task in self._ingest(source, run)]

    def _ingest(self, source: str, run: Run) -> list[NightTask]:
        def land(attempt: int) -> None:
            ingest.land(source, replace(run, is_retry=attempt > 1), self)

        def gate(_: int) -> None:
            if any(not verdict.is_passed for verdict in ingest.gate(source, run.run_id, self)):
                raise refresh.MartsHeld(f"{source}: held")

        def publish(_: int) -> None:
            ingest.publish(source, run.run_id, self)

        steps = {"land": land, "gate": gate, "publish": publish}
        return [NightTask(f"ingest_{source}", name, act) for name, act in steps.items()]

    def refresh_tasks(self, run_id: str, *, full_refresh: bool = False) -> list[NightTask]:
        """Return the tasks of a refresh of the marts."""
        wish = refresh.RefreshOptions(full_refresh=full_refresh)

        def score(_: int) -> None:
            refresh.score(run_id, self, RESCORE_SECONDS, wish)

        def after(act: Callable[[str, ForkedNights], object]) -> Callable[[int], None]:
            def run(_: int) -> None:
                if self._has_work(run_id):
                    act(run_id, self)

            return run

        acts = {
            "score": score,
            "build": after(refresh.build),
            "gate marts": after(refresh.gate),
            "publish marts": after(refresh.publish),
        }
        return [NightTask("refresh_marts", name, act) for name, act in acts.items()]

    def _has_work(self, run_id: str) -> bool:
        """Whether the run claimed a build: Airflow skips what follows a skipped task."""
        with connect(self.warehouse("transformer")) as conn:
            found = conn.execute("select from ops.builds where run_id = %s", [run_id]).fetchone()
        return found is not None

    def run(
        self,
        tasks: Sequence[NightTask],
        faults: Mapping[str, Sequence[Prepare]] | None = None,
        *,
        ends_there: bool = False,
    ) -> NightResult:
        """Run tasks in order, each with its retries.

        A failed task of an ingest does not stop its source's others, one of the refresh does.

        Args:
            faults: by a task's full name, what is done in its process at its first attempts.
            ends_there: repeat nothing and do nothing more, because the machine went off.
        """
        result, armed = NightResult(), {name: list(given) for name, given in (faults or {}).items()}
        for task in tasks:
            for attempt in range(1, RETRIES + 2):
                waiting = armed.get(task.full_name)
                prepare = waiting.pop(0) if waiting else int
                ending = forked_tasks.run(partial(task.act, attempt), self.log, prepare)
                if ending.orphan is not None:
                    result.orphans.append((task.full_name, ending.orphan))
                if ending.is_done:
                    break
                self.server.start()  # what keeps services up brings a dead database back
                if ends_there:
                    return result
                result.retried += [task.full_name] * (attempt <= RETRIES)
            else:
                result.failed.append(task.full_name)
                if task.dag == "refresh_marts":
                    break
        return result


def preload() -> None:
    """Import once what every fork needs."""
    os.environ |= {"GX_ANALYTICS_ENABLED": "false", "OPENBLAS_NUM_THREADS": "1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # others' own
        for name in PRELOADED:
            importlib.import_module(name)
    gc.freeze()


def shorten_timeouts() -> None:
    """Have a stopped process lose its locks after seconds, where it is minutes in a real night."""
    connections.PATIENCE = f"-c idle_in_transaction_session_timeout={SHORT_TIMEOUT}s"
    batch_writer.COPY_SECONDS = SHORT_TIMEOUT
