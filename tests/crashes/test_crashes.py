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

from harness import digests, forked_tasks, small_year
from harness.databases import SURVIVES_KILLS, make_database, serving
from harness.forked_nights import ForkedNights, NightResult, preload, shorten_timeouts
from harness.kill_points import INGEST, POINTS, die, faults_at, kill_database, stop
from kindred.cli.business_days import Night
from kindred.embedded.home import SUPERUSER
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import schema
from sandbox.world import open_world
from tests.integration.conftest import open_home

TIMES = int(os.environ.get("KINDRED_SOAK", "1"))
SOURCE = "call_center"  # three loads that hang together
REPEATED = [
    f"refresh_marts.{task}"
    for task in ("score", "score", "build", "build", "gate marts", "publish marts", "publish marts")
]
FEW_INGEST_POINTS = ["in land", "in gate", "in publish", "before commit"]


@dataclass
class RewindableWarehouse:
    """A warehouse that can go back to the end of its first night."""

    nights: ForkedNights
    raw: list[dict[str, str]]
    marts: dict[str, str]

    def rewind(self) -> None:
        self.nights.server.start()
        make_database(self.nights.server, "warehouse", "first_night")
        schema.migrate(self.nights.server.dsn("admin"), VENDORS.values())

    def keep(self) -> None:
        make_database(self.nights.server, "first_night", "warehouse")

    def ingest(self, number: int, **options: object) -> NightResult:
        """Run the ingests of a night."""
        return self.nights.run(self._ingests(number), **options)

    def refresh(self, number: int, **options: object) -> NightResult:
        """Run the refresh of a night."""
        return self.nights.run(self.nights.refresh_tasks(f"refresh-{number}"), **options)

    def _ingests(self, number: int):
        night = Night.ending(small_year.FIRST_DAY + timedelta(days=number))
        self.nights.world.clock.set(night.end)
        return self.nights.night_tasks(night, night.run_id)

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
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RewindableWarehouse]:
    """The end of a first night, and what an undisturbed second and third make of it."""
    preload()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kindred.warehouse.connections.PATIENCE", "")
        patch.setattr("kindred.landing.batch_writer.COPY_SECONDS", 0)
        shorten_timeouts()
        for name, value in small_year.ENVIRONMENT.items():
            patch.setenv(name, value)
        home = open_home(tmp_path_factory)
        world = open_world(home.folder, small_year.scenario(40), lambda _: None)
        with serving(home.folder, SURVIVES_KILLS) as server:
            made = RewindableWarehouse(ForkedNights(server, world), [], {})
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


@pytest.mark.parametrize("name", list(INGEST))
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_worker_killed_in_an_ingest_is_repeated_and_nothing_is_missing(warehouse, name, nth):
    warehouse.rewind()
    result = warehouse.ingest(1, faults=faults_at(name, die, 1 + nth % POINTS[name].most, SOURCE))
    assert len(result.retried) == 1, "the point was not reached"
    assert result.went_well
    assert warehouse.digests()[0] == warehouse.raw[0]
    assert (warehouse.statuses(), warehouse.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("name", list(INGEST) if TIMES > 1 else FEW_INGEST_POINTS)
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_database_killed_in_an_ingest_costs_at_most_the_night(warehouse, name, nth):
    warehouse.rewind()
    fault = faults_at(name, warehouse.kill_database(), 1 + nth % POINTS[name].most, SOURCE)
    result = warehouse.ingest(1, faults=fault)
    assert result.retried, "the point was not reached"
    assert warehouse.ingest(2).went_well
    assert warehouse.digests()[0] == warehouse.raw[1]


@pytest.mark.parametrize("name", list(INGEST) if TIMES > 1 else FEW_INGEST_POINTS)
@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_stopped_worker_that_wakes_after_its_retry_is_refused(warehouse, name, nth):
    warehouse.rewind()
    fault = faults_at(name, stop, 1 + nth % POINTS[name].most, SOURCE)
    result = warehouse.ingest(1, faults=fault)
    assert result.went_well
    ((_, orphan),) = result.orphans
    before = warehouse.digests()[0]
    assert before == warehouse.raw[0]
    ending = forked_tasks.wake(orphan)
    if name not in ("after commit", "after gate", "landed"):  # it had nothing left to write
        assert ending.code in (forked_tasks.SUPERSEDED, forked_tasks.FAILED)
    assert warehouse.digests()[0] == before
    assert (warehouse.statuses(), warehouse.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_two_runs_of_a_day_and_a_backfill_beside_each_other_are_one_night(warehouse, nth):
    warehouse.rewind()
    night = Night.ending(small_year.FIRST_DAY + timedelta(days=1))
    warehouse.nights.world.clock.set(night.end)
    runs = {"scheduled": False, "manual": False, "backfill": True}

    def whole(run_id: str, is_backfill: bool) -> Callable[[], None]:
        def act() -> None:
            for task in warehouse.nights.night_tasks(
                night, f"{run_id}-{nth}", is_backfill=is_backfill
            ):
                task.act(1)

        return act

    started = [forked_tasks.start(whole(*run), warehouse.nights.log) for run in runs.items()]
    assert [forked_tasks.wait(process).is_done for process in started] == [True] * len(runs)
    assert warehouse.digests()[0] == warehouse.raw[0]
    assert (warehouse.statuses(), warehouse.leftovers()) == ({"published"}, 0)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_workers_killed_all_through_a_refresh_leave_the_marts_of_an_undisturbed_one(warehouse, nth):
    warehouse.rewind()
    warehouse.ingest(1)
    result = warehouse.refresh(1, faults=all_through(die, nth))
    assert result.retried == REPEATED
    assert result.went_well
    assert warehouse.digests() == (warehouse.raw[0], warehouse.marts)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_database_killed_all_through_a_refresh_leaves_the_marts_of_an_undisturbed_one(
    warehouse, nth
):
    warehouse.rewind()
    warehouse.ingest(1)
    result = warehouse.refresh(1, faults=all_through(warehouse.kill_database(), nth))
    # A session that has its next statement already may still end well after its server's death.
    assert len(result.retried) >= 4
    assert result.went_well
    warehouse.nights.server.start()
    assert warehouse.digests() == (warehouse.raw[0], warehouse.marts)


@pytest.mark.parametrize("nth", range(1, TIMES + 1))
def test_a_build_that_was_stopped_and_wakes_after_its_retry_is_refused(warehouse, nth):
    warehouse.rewind()
    warehouse.ingest(1)
    result = warehouse.refresh(1, faults=faults_at("in dbt", stop, 40 * nth, SOURCE))
    assert result.went_well
    ((_, orphan),) = result.orphans
    assert warehouse.digests()[1] == warehouse.marts
    assert forked_tasks.wake(orphan).code == forked_tasks.SUPERSEDED
    assert warehouse.digests()[1] == warehouse.marts


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
        for task, prepare in faults_at(name, act, when, SOURCE).items():
            found.setdefault(task, []).extend(prepare)
    return found
