"""What a death in mid-night costs with the real Airflow: seconds until the night is whole again.

In each case a night is asked for as a person does (`kindred run`), something is killed with -9 at
a named moment of it, and `kindred run` is typed again while it fails. A second home goes through
the same nights undisturbed: after each, its raw and marts must be the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench import say
from bench.recovery.kill_moments import KILL_MOMENTS, KillMoment, held_at
from bench.recovery.kill_targets import KILL_TARGETS, Kill
from harness import digests
from harness.machine import Machine
from kindred.embedded.home import SUPERUSER

MOST_RUNS = 4
State = dict[str, str]


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    asked = _parser().parse_args(arguments)
    cases = [(at, whom) for at in asked.at or KILL_MOMENTS for whom in asked.kill or KILL_TARGETS]
    states: dict[date, State] = {}
    with TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        killed, calm = (Machine(Path(scratch) / name) for name in ("killed", "calm"))
        try:
            assert killed.kindred("run", "--scenario", "tiny").returncode == 0  # noqa: S101 -- what is built on
            say(f"{'moment':<28}{'killed':<14}{'whole after, s':>16}{'kindred run, times':>20}")
            for at, whom in cases:
                seconds, runs = _night(killed, KILL_MOMENTS[at], KILL_TARGETS[whom])
                states[_days(killed)[-1]] = _state(killed)
                say(f"{at:<28}{whom:<14}{seconds:>16.0f}{runs:>20}")
            days = _days(killed)[1:]
            killed.kindred("down")
            assert calm.kindred("run", "--scenario", "tiny").returncode == 0  # noqa: S101 -- what is compared with
            other = [name for day in days for name in _differing(calm, day, states)]
        finally:
            for machine in (killed, calm):
                machine.kindred("down", "--erase")
    say(f"tables compared after {len(states)} nights: {sum(map(len, states.values()))}")
    say(f"tables that differ from undisturbed nights: {len(other)} {', '.join(other)}")
    raise SystemExit(1 if other else 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench recovery", description=__doc__)
    parser.add_argument(
        "--at", choices=[*KILL_MOMENTS], action="append", help="only at this moment"
    )
    parser.add_argument("--kill", choices=[*KILL_TARGETS], action="append", help="only this")
    return parser


def _night(machine: Machine, moment: KillMoment, kill: Kill) -> tuple[float, int]:
    """Kill in mid-night; return the seconds until the night is whole, and how often it was run."""
    night = machine.start("run")
    with held_at(machine, moment) as task:
        kill(machine, task)
    began = time.monotonic()
    output, _ = night.communicate()
    code, runs = night.returncode, 1
    while code:
        if runs == MOST_RUNS:
            last = output[-2000:]
            raise SystemExit(f"the night is not whole after {runs} times `kindred run`:\n{last}")
        done = machine.kindred("run")
        code, output, runs = done.returncode, done.stdout + done.stderr, runs + 1
    return time.monotonic() - began, runs


def _differing(calm: Machine, day: date, states: dict[date, State]) -> list[str]:
    """Run an undisturbed night; return the tables in which the other's differ after it."""
    assert calm.kindred("run", "--through", str(day)).returncode == 0  # noqa: S101 -- as before
    if day not in states:
        return []
    found = states[day]
    return [f"{day}: {name}" for name, digest in _state(calm).items() if found[name] != digest]


def _state(machine: Machine) -> State:
    return digests.all_of(machine.services.postgres.dsn(SUPERUSER))


def _days(machine: Machine) -> list[date]:
    """Return the last day of each night that was run, in order."""
    with psycopg.connect(machine.services.postgres.dsn(SUPERUSER)) as conn:
        found = conn.execute(
            "select distinct (window_end at time zone 'UTC')::date - 1 from ops.loads order by 1"
        ).fetchall()
    return [day for (day,) in found]
