"""Processes killed and stopped at every named point of a night: afterwards nothing is missing.

Each test begins with the same first night, kept as a template, and is held against a second and a
third night that nothing disturbed. `KINDRED_SOAK` gives how often each point is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest

from bench.truth.road import serving
from bench.year import digests, forks, living, points
from bench.year.faults import die, kill_database, stop
from bench.year.nights import Nights, be_impatient, copy_database, preload
from kindred.cli.night import Night
from kindred.embedded.home import SUPERUSER
from kindred.sources import LOADS
from kindred.warehouse import schema
from sandbox.world import open_world
from tests.integration.conftest import open_home

TIMES = int(os.environ.get("KINDRED_SOAK", "1"))
SOURCE = "ingest_call_center"  # three loads that hang together
REPEATED = [
    f"refresh_marts.{task}"
    for task in ("score", "score", "build", "build", "gate marts", "publish marts", "publish marts")
]
FEW_INGEST_POINTS = ["in land", "in gate", "in publish", "before commit"]


@dataclass
class Machine:
    """A warehouse that can go back to the end of its first night."""

    nights: Nights
    raw: list[dict[str, str]]
    marts: dict[str, str]

    def rewind(self) -> None:
        self.nights.server.start()
        copy_database(self.nights.server, "warehouse", "first_night")
        schema.migrate(self.nights.server.dsn("admin"), LOADS.values())

    def keep(self) -> None:
        copy_database(self.nights.server, "first_night", "warehouse")

    def ingest(self, number: int, **options: object):
        """Run the ingests of a night."""
        return self.nights.go(self._ingests(number), **options)

    def refresh(self, number: int, **options: object):
        """Run the refresh of a night."""
        return self.nights.go(self.nights.refreshes(f"refresh-{number}"), **options)

    def _ingests(self, number: int):
        night = Night.ending(living.FIRST + timedelta(days=number))
        self.nights.world.clock.set(night.end)
        return self.nights.ingests(night, night.run_id)

    def digests(self) -> tuple[dict[str, str], dict[str, str]]:
        with psycopg.connect(self.nights.server.dsn(SUPERUSER)) as conn:
            return digests.raw(conn), digests.marts(conn)

    def statuses(self) -> set[str]:
        with psycopg.connect(self.nights.server.dsn(SUPERUSER)) as conn:
            return {status for (status,) in conn.execute("select distinct status from ops.loads")}

    def leftovers(self) -> int:
        """Return the rows in landing or held, of batches that nobody will publish any more."""
        with psycopg.connect(self.nights.server.dsn(SUPERUSER)) as conn:
            return sum(
                conn.execute(f"select count(*) from {place}.{load}").fetchone()[0]
                for place in ("landing", "held")
                for load in LOADS
            )

    def kill_database(self) -> Callable[[], None]:
        folder = self.nights.server.data
        return lambda: kill_database(folder)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The end of a first night, and what an undisturbed second and third make of it."""
    preload()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kindred.warehouse.connections.PATIENCE", "")
        patch.setattr("kindred.landing.batch_writer.COPY_SECONDS", 0)
        be_impatient()
        for name, value in living.ENVIRONMENT.items():
            patch.setenv(name, value)
        home = open_home(tmp_path_factory)
        world = open_world(home.folder, living.scenario(40), lambda _: None)
        with serving(home.folder, living.SETTINGS) as server:
            made = Machine(Nights(server, world), [], {})
            assert made.ingest(0).went_well
            assert made.refresh(0).went_well
            made.keep()
            for number in (1, 2):
                assert made.ingest(number).went_well
                made.raw.append(made.digests()[0])
                if number == 1:
                    assert made.refresh(number).went_well
                    made.marts = made.digests()[1]
            yield made


def at(name: str, act: Callable[[], None], nth: int = 1) -> dict[str, list[Callable[[], None]]]:
    """Return the fault that lets a task's first attempt do something at a point."""
    point = points.POINTS[name]
    dag = SOURCE if name in points.INGEST else "refresh_marts"
    return {f"{dag}.{point.task}": [lambda: points.arm(point, act, nth)]}


@pytest.mark.parametrize("name", list(points.INGEST))
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_worker_killed_in_an_ingest_is_repeated_and_nothing_is_missing(machine, name, nth):
    machine.rewind()
    told = machine.ingest(1, faults=at(name, die, 1 + nth % points.POINTS[name].most))
    assert len(told.retried) == 1, "the point was not reached"
    assert told.went_well
    assert machine.digests()[0] == machine.raw[0]
    assert (machine.statuses(), machine.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("name", list(points.INGEST) if TIMES > 1 else FEW_INGEST_POINTS)
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_database_killed_in_an_ingest_costs_at_most_the_night(machine, name, nth):
    machine.rewind()
    fault = at(name, machine.kill_database(), 1 + nth % points.POINTS[name].most)
    told = machine.ingest(1, faults=fault)
    assert told.retried, "the point was not reached"
    assert machine.ingest(2).went_well
    assert machine.digests()[0] == machine.raw[1]


@pytest.mark.parametrize("name", list(points.INGEST) if TIMES > 1 else FEW_INGEST_POINTS)
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_stopped_worker_that_wakes_after_its_retry_is_refused(machine, name, nth):
    machine.rewind()
    fault = at(name, stop, 1 + nth % points.POINTS[name].most)
    told = machine.ingest(1, faults=fault)
    assert told.went_well
    ((_, orphan),) = told.orphans
    before = machine.digests()[0]
    assert before == machine.raw[0]
    ending = forks.wake(orphan)
    if name not in ("after commit", "after gate", "landed"):  # it had nothing left to write
        assert ending.code in (forks.REFUSED, forks.FAILED)
    assert machine.digests()[0] == before
    assert (machine.statuses(), machine.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_two_runs_of_a_day_and_a_backfill_beside_each_other_are_one_night(machine, nth):
    machine.rewind()
    night = Night.ending(living.FIRST + timedelta(days=1))
    machine.nights.world.clock.set(night.end)
    runs = {"scheduled": False, "manual": False, "backfill": True}

    def whole(run_id: str, is_backfill: bool) -> Callable[[], None]:
        def act() -> None:
            for task in machine.nights.ingests(night, f"{run_id}-{nth}", is_backfill=is_backfill):
                task.act(1)

        return act

    started = [forks.start(whole(*run), machine.nights.log) for run in runs.items()]
    assert [forks.wait(process).is_done for process in started] == [True] * len(runs)
    assert machine.digests()[0] == machine.raw[0]
    assert (machine.statuses(), machine.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_workers_killed_all_through_a_refresh_leave_the_marts_of_an_undisturbed_one(machine, nth):
    machine.rewind()
    machine.ingest(1)
    told = machine.refresh(1, faults=all_through(die, nth))
    assert told.retried == REPEATED
    assert told.went_well
    assert machine.digests() == (machine.raw[0], machine.marts)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_database_killed_all_through_a_refresh_leaves_the_marts_of_an_undisturbed_one(
    machine, nth
):
    machine.rewind()
    machine.ingest(1)
    told = machine.refresh(1, faults=all_through(machine.kill_database(), nth))
    # A session that has its next statement already may still end well after its server's death.
    assert len(told.retried) >= 4
    assert told.went_well
    machine.nights.server.start()
    assert machine.digests() == (machine.raw[0], machine.marts)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_build_that_was_stopped_and_wakes_after_its_retry_is_refused(machine, nth):
    machine.rewind()
    machine.ingest(1)
    told = machine.refresh(1, faults=at("in dbt", stop, 40 * nth))
    assert told.went_well
    ((_, orphan),) = told.orphans
    assert machine.digests()[1] == machine.marts
    assert forks.wake(orphan).code == forks.REFUSED
    assert machine.digests()[1] == machine.marts


def all_through(act: Callable[[], None], nth: int) -> dict[str, list[Callable[[], None]]]:
    """Return faults for two attempts at every task, so that each is done at its third."""
    found: dict[str, list[Callable[[], None]]] = {}
    for name, when in {
        "claimed": 1,
        "in score": 1 + nth % 3,
        "in dbt": 37 * nth % 300,
        "in estimates": 1 + nth % 3,
        "in marts gate": 1,
        "in marts publish": 1 + 7 * nth % 20,
        "marts published": 1,
    }.items():
        for task, prepare in at(name, act, when).items():
            found.setdefault(task, []).extend(prepare)
    return found
