"""What is killed with -9 while a task is held."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from bench.recovery.machine import Machine
from bench.year.faults import kill_database
from kindred.embedded import processes

PATIENCE = 20.0  # seconds, from a task that Airflow calls running to its process
Kill = Callable[[Machine, str], None]


def nothing(_: Machine, __: str) -> None:
    """Let the night go on."""


def task(_: Machine, task_id: str) -> None:
    """Kill the process that runs the task's code."""
    _worker(task_id).kill()


def supervisor(_: Machine, task_id: str) -> None:
    """Kill the executor's process that watches over the task, which goes on without it."""
    parent = _worker(task_id).parent()
    assert parent is not None  # noqa: S101 -- a task has a supervisor
    parent.kill()


def scheduler(machine: Machine, _: str) -> None:
    """Kill the scheduler and what it forked."""
    leader = processes.session_process(machine.services.home, "scheduler")
    assert leader is not None  # noqa: S101 -- it runs
    for process in [*leader.children(recursive=True), leader]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def database(machine: Machine, _: str) -> None:
    """Kill the database server, Airflow's own database with it."""
    kill_database(machine.services.postgres.data)


VICTIMS: dict[str, Kill] = {
    each.__name__: each for each in (nothing, task, supervisor, scheduler, database)
}


def _worker(task_id: str) -> psutil.Process:
    """Return the process that runs a task's code: it takes the task's id as its title."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                title = " ".join(process.cmdline())
                if title.startswith(f"airflow worker -- {task_id}"):
                    return process
        time.sleep(0.05)
    raise SystemExit(f"no process runs task {task_id}")
