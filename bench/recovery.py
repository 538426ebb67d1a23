"""What a death in mid-night costs with the real Airflow: seconds until the night is whole again.

In each case a night is asked for as a person does (`kindred run`), something is killed with -9
while dbt builds the marts, and `kindred run` is typed again while it fails. A second home lives
through the same nights undisturbed: its raw and marts must be the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from bench.year import digests
from bench.year.faults import kill_database
from kindred.embedded import processes
from kindred.embedded.home import SUPERUSER, Home
from kindred.embedded.rest import SilentError
from kindred.embedded.services import Services

KINDRED = Path(sys.executable).with_name("kindred")
MOST_RUNS = 4


class Machine:
    """One home, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def services(self) -> Services:
        return Services(Home.open(self._folder))

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 -- our own words
            [KINDRED, *words],
            env=os.environ | {"KINDRED_HOME": str(self._folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *words: str) -> int:
        return self.start(*words).wait()

    def state(self) -> dict[str, str]:
        return digests.all_of(self.services.postgres.dsn(SUPERUSER))

    def days(self) -> list[date]:
        """Return the last day of each night that was run, in order."""
        with psycopg.connect(self.services.postgres.dsn(SUPERUSER)) as conn:
            return [
                day
                for (day,) in conn.execute(
                    "select distinct (window_end at time zone 'UTC')::date - 1 from ops.loads"
                    " order by 1"
                )
            ]

    def wait_for_build(self) -> str:
        """Wait until dbt has worked on the marts for a second; return the task's id."""
        body = {"dag_ids": ["refresh_marts"], "task_ids": ["build"], "state": ["running"]}
        while True:
            with suppress(SilentError):
                found = self.services.airflow.post("/dags/~/dagRuns/~/taskInstances/list", body)[
                    "task_instances"
                ]
                if found:
                    time.sleep(1)
                    return str(found[0]["id"])
            time.sleep(0.2)


def kill_nothing(_: Machine, __: str) -> None:
    """Let the night go on."""


def kill_task(_: Machine, task: str) -> None:
    """Kill the process that runs the task's code."""
    _worker(task).kill()


def kill_supervisor(_: Machine, task: str) -> None:
    """Kill the executor's process that watches over the task, which goes on without it."""
    parent = _worker(task).parent()
    assert parent is not None  # noqa: S101 -- a task has a supervisor
    parent.kill()


def kill_scheduler(machine: Machine, _: str) -> None:
    """Kill the scheduler and what it forked."""
    leader = processes.leader(machine.services.home, "scheduler")
    assert leader is not None  # noqa: S101 -- it runs
    for process in [*leader.children(recursive=True), leader]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def kill_postgres(machine: Machine, _: str) -> None:
    """Kill the database server, Airflow's own database with it."""
    kill_database(machine.services.postgres.data)


CASES: dict[str, Callable[[Machine, str], None]] = {
    "nothing": kill_nothing,
    "task": kill_task,
    "supervisor": kill_supervisor,
    "scheduler": kill_scheduler,
    "database": kill_postgres,
}


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench recovery", description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="how often each is killed")
    asked = parser.parse_args(arguments)
    cases = [case for case in CASES for _ in range(asked.times)]
    with TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        killed, calm = (Machine(Path(scratch) / name) for name in ("killed", "calm"))
        try:
            assert killed.run("run", "--scenario", "tiny") == 0  # noqa: S101 -- what is built on
            say(f"{'killed while dbt builds':<28}{'whole after, s':>16}{'kindred run, times':>20}")
            for case in cases:
                seconds, runs = _night(killed, CASES[case])
                say(f"{case:<28}{seconds:>16.0f}{runs:>20}")
            found, killed_days = killed.state(), killed.days()
            killed.run("down")
            assert calm.run("run", "--scenario", "tiny") == 0  # noqa: S101 -- what is compared with
            for day in killed_days[1:]:
                assert calm.run("run", "--through", str(day)) == 0  # noqa: S101 -- as before
            other = sorted(name for name, digest in calm.state().items() if found[name] != digest)
        finally:
            for machine in (killed, calm):
                machine.run("down", "--erase")
    say(f"tables that differ from undisturbed nights: {len(other)} {', '.join(other)}")
    raise SystemExit(1 if other else 0)


def _night(machine: Machine, kill: Callable[[Machine, str], None]) -> tuple[float, int]:
    """Kill in mid-night; return the seconds until the night is whole, and how often it was run."""
    night = machine.start("run")
    kill(machine, machine.wait_for_build())
    began = time.monotonic()
    code, runs = night.wait(), 1
    while code:
        if runs == MOST_RUNS:
            raise SystemExit(f"the night is not whole after {runs} times `kindred run`")
        code, runs = machine.run("run"), runs + 1
    return time.monotonic() - began, runs


def _worker(task: str) -> psutil.Process:
    """Return the process that runs a task's code: it carries the task's id in its title."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            title = " ".join(process.cmdline())
            if title.startswith(f"airflow worker -- {task}"):
                return process
    raise SystemExit(f"no process runs task {task}")


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
