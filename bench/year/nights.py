"""Nights without Airflow: the tasks' own code, in the DAGs' order, each in a process of its own.

Left out: the scheduler, which here is a loop that goes through the tasks and repeats a failed one
twice, as the DAGs' policy does; an ingest's `report`, which only says what the others did; sockets
to the vendors (`bench/truth/vendors.py`); the three sources' running beside each other. Everything
else is what a night does, gates and all.
"""

from __future__ import annotations

import gc
import importlib
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from bench.truth.road import PROJECT
from bench.truth.vendors import Vendors
from bench.year import forks
from kindred.api import Client, Endpoint
from kindred.cli.night import Night
from kindred.embedded.home import ROLES, SUPERUSER
from kindred.embedded.postgres import Postgres
from kindred.landing import batch_writer
from kindred.loads import Window
from kindred.pipeline import ingest, refresh
from kindred.pipeline.environment import Run
from kindred.sources import LOADS, SOURCES
from kindred.warehouse import connections, schema
from kindred.warehouse.connections import connect
from sandbox.world import World

RETRIES = 2
RESCORE_SECONDS = 600.0
IMPATIENCE = 6  # seconds
QUICK = {"attempts": 2, "first_wait": 0, "longest_limit": 1}
PRELOADED = ("great_expectations", "dbt.cli.main", "dbt.adapters.postgres.impl")
Prepare = Callable[[], object]


@dataclass(frozen=True)
class Task:
    """One task of a night; `act` is what it does at its nth attempt."""

    dag: str
    name: str
    act: Callable[[int], object]

    @property
    def full_name(self) -> str:
        return f"{self.dag}.{self.name}"


@dataclass
class Told:
    """What became of the tasks of a night."""

    failed: list[str] = field(default_factory=list)  # for good, after all retries
    retried: list[str] = field(default_factory=list)
    orphans: list[tuple[str, int]] = field(default_factory=list)  # stopped, to be woken

    @property
    def went_well(self) -> bool:
        return not self.failed


class Nights:
    """A warehouse of its own and the vendors of a world, where the tasks find them."""

    project = PROJECT

    def __init__(self, server: Postgres, world: World) -> None:
        self.server, self.world = server, world
        self.vendors = Vendors(world)
        self.log = server.home.logs / "nights.log"
        schema.migrate(server.dsn("admin"), LOADS.values())

    @property
    def target(self) -> Path:
        return self.server.home.folder / "dbt"

    def warehouse(self, role: str) -> str:
        return self.server.dsn(role)

    def endpoint(self, vendor: str) -> Endpoint:
        at = self.vendors.endpoint(vendor)
        return Endpoint(
            at.base_url, at.client_id, at.client_secret, {**at.options, "patience": QUICK}
        )

    def client(self, vendor: str) -> Client:
        return self.vendors.client(vendor, self.endpoint(vendor))

    def history_start(self, interval: Window) -> datetime:  # noqa: ARG002 -- the world's, always
        return self.world.clock.begins

    def ingests(self, night: Night, run_id: str, *, is_backfill: bool = False) -> list[Task]:
        """Return the tasks of every source for a night."""
        return self.runs(Run(run_id, Window(night.start, night.end), is_backfill=is_backfill))

    def runs(self, run: Run) -> list[Task]:
        """Return the tasks of every source for a run."""
        return [task for source in SOURCES for task in self._ingest(source, run)]

    def _ingest(self, source: str, run: Run) -> list[Task]:
        def land(attempt: int) -> None:
            ingest.land(source, replace(run, is_retry=attempt > 1), self)

        def gate(_: int) -> None:
            if any(not verdict.is_passed for verdict in ingest.gate(source, run.run_id, self)):
                raise refresh.MartsHeld(f"{source}: held")

        def publish(_: int) -> None:
            ingest.publish(source, run.run_id, self)

        steps = {"land": land, "gate": gate, "publish": publish}
        return [Task(f"ingest_{source}", name, act) for name, act in steps.items()]

    def refreshes(self, run_id: str, *, full_refresh: bool = False) -> list[Task]:
        """Return the tasks of a refresh of the marts."""
        wish = refresh.RefreshOptions(full_refresh=full_refresh)

        def score(_: int) -> None:
            refresh.score(run_id, self, RESCORE_SECONDS, wish)

        def after(act: Callable[[str, Nights], object]) -> Callable[[int], None]:
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
        return [Task("refresh_marts", name, act) for name, act in acts.items()]

    def _has_work(self, run_id: str) -> bool:
        """Whether the run claimed a build: Airflow skips what follows a skipped task."""
        with connect(self.warehouse("transformer")) as conn:
            found = conn.execute("select from ops.builds where run_id = %s", [run_id]).fetchone()
        return found is not None

    def go(
        self,
        tasks: Sequence[Task],
        faults: Mapping[str, Sequence[Prepare]] | None = None,
        *,
        ends_there: bool = False,
    ) -> Told:
        """Run tasks in order, each with its retries.

        A failed task of an ingest does not stop its source's others, one of the refresh does.

        Args:
            faults: by a task's full name, what is done in its process at its first attempts.
            ends_there: nothing is repeated and nothing more is done: the machine went off.
        """
        told, armed = Told(), {name: list(given) for name, given in (faults or {}).items()}
        for task in tasks:
            for attempt in range(1, RETRIES + 2):
                waiting = armed.get(task.full_name)
                prepare = waiting.pop(0) if waiting else int
                ending = forks.run(partial(task.act, attempt), self.log, prepare)
                if ending.orphan is not None:
                    told.orphans.append((task.full_name, ending.orphan))
                if ending.is_done:
                    break
                self.server.start()  # what keeps services up brings a dead database back
                if ends_there:
                    return told
                told.retried += [task.full_name] * (attempt <= RETRIES)
            else:
                told.failed.append(task.full_name)
                if task.dag == "refresh_marts":
                    break
        return told


def copy_database(server: Postgres, name: str, template: str) -> None:
    """Make the database `name` a copy of `template`, in the place of what was there."""
    named = {
        "name": sql.Identifier(name),
        "template": sql.Identifier(template),
        "owner": sql.Identifier(ROLES["admin"]),
    }
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as session:
        session.execute(sql.SQL("drop database if exists {name} with (force)").format(**named))
        session.execute(
            sql.SQL("create database {name} template {template} owner {owner}").format(**named)
        )
        # A copied sequence is not logged before the next checkpoint: a crash would set it back.
        session.execute("checkpoint")


def preload() -> None:
    """Import once what every fork needs."""
    os.environ |= {"GX_ANALYTICS_ENABLED": "false", "OPENBLAS_NUM_THREADS": "1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # others' own
        for name in PRELOADED:
            importlib.import_module(name)
    gc.freeze()


def be_impatient() -> None:
    """Have a stopped process lose its locks after seconds, where it is minutes in a real night."""
    connections.PATIENCE = f"-c idle_in_transaction_session_timeout={IMPATIENCE}s"
    batch_writer.COPY_SECONDS = IMPATIENCE
