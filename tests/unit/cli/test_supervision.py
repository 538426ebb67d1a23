"""What dies while a night is followed is started again; what a person stopped is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from kindred.cli import airflow_runs
from kindred.cli.airflow_runs import with_restarts
from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable
from kindred.errors import KindredError, SetupError, WarehouseError


class Machine:
    """Services that die as they are told to, and what was done about it."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.home = SimpleNamespace(logs=Path("logs"))
        self.gone: list[str] = []
        self.revived = 0
        self._refuses = refuses

    def crashed(self) -> list[str]:
        return list(self.gone)

    def restart_crashed(self) -> None:
        self.revived += 1
        if self._refuses:
            raise self._refuses
        self.gone = []


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_runs, "PAUSE_SECONDS", 0)


def follow(machine: Any, look: Callable[[], Iterator[int]]) -> list[int]:
    return list(with_restarts(machine, look))


def test_what_lives_is_left_alone() -> None:
    machine = Machine()
    assert follow(machine, lambda: iter([1, 2])) == [1, 2]
    assert machine.revived == 0


def test_a_scheduler_that_dies_is_started_again_and_looked_at_anew() -> None:
    machine = Machine()

    def look() -> Iterator[int]:
        yield 1
        if not machine.revived:
            machine.gone = ["scheduler"]
        yield 2

    assert follow(machine, look) == [1, 2, 1, 2]
    assert machine.revived == 1


@pytest.mark.parametrize(
    "trouble",
    [
        AirflowUnreachable("GET /api: OSError"),
        AirflowRefusal(500, "GET", "/api", ""),
        WarehouseError("no connection"),
        psycopg.OperationalError("the connection is lost"),
    ],
)
def test_a_database_that_dies_is_started_again_however_it_is_noticed(
    trouble: Exception,
) -> None:
    machine = Machine()

    def look() -> Iterator[int]:
        if not machine.revived:
            raise trouble
        yield 1

    assert follow(machine, look) == [1]
    assert machine.revived == 1


def test_an_answer_that_is_late_is_waited_for() -> None:
    answers = iter([AirflowUnreachable("late"), AirflowRefusal(503, "GET", "/", ""), None])

    def look() -> Iterator[int]:
        trouble = next(answers)
        if trouble is not None:
            raise trouble
        yield 1

    assert follow(Machine(), look) == [1]


def test_a_question_that_airflow_refuses_is_not_asked_again() -> None:
    machine = Machine()

    def look() -> Iterator[int]:
        yield 1
        raise AirflowRefusal(404, "GET", "/api", "")

    with pytest.raises(AirflowRefusal, match="404"):
        follow(machine, look)
    assert machine.revived == 0


def test_what_a_person_stopped_stays_stopped() -> None:
    machine = Machine(refuses=SetupError("the services were stopped"))
    machine.gone = ["scheduler"]
    with pytest.raises(SetupError, match="were stopped"):
        follow(machine, lambda: iter([1]))
    assert machine.revived == 1


def test_troubles_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_runs, "WITHIN_SECONDS", -1.0)
    machine = Machine()

    def look() -> Iterator[int]:
        if machine.revived < 2 * airflow_runs.MOST_TROUBLES:
            raise AirflowUnreachable("late")
        yield 1

    assert follow(machine, look) == [1]


def test_what_dies_again_and_again_is_given_up_with_the_folder_of_its_logs() -> None:
    machine = Machine(refuses=AirflowUnreachable("POST /api: OSError"))
    machine.gone = ["api-server"]
    with pytest.raises(KindredError, match="keep crashing: see logs"):
        follow(machine, lambda: iter([1]))
    assert machine.revived == airflow_runs.MOST_TROUBLES
