"""What a death in mid-night costs with the real Airflow: seconds until the night is whole again.

In each case a night is asked for as a person does (`kindred run`), something is killed with -9 at
a named moment of it, and `kindred run` is typed again while it fails. A second home lives through
the same nights undisturbed: after each, its raw and marts must be the same.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.recovery.machine import Machine
from bench.recovery.moments import MOMENTS, Moment, held_at
from bench.recovery.victims import VICTIMS, Kill

MOST_RUNS = 4
State = dict[str, str]


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    asked = _parser().parse_args(arguments)
    cases = [(at, whom) for at in asked.at or MOMENTS for whom in asked.kill or VICTIMS]
    states: dict[date, State] = {}
    with TemporaryDirectory(prefix="kindred-bench-") as scratch:
        Path(scratch).chmod(0o755)
        killed, calm = (Machine(Path(scratch) / name) for name in ("killed", "calm"))
        try:
            assert killed.run("run", "--scenario", "tiny") == 0  # noqa: S101 -- what is built on
            say(f"{'moment':<28}{'killed':<14}{'whole after, s':>16}{'kindred run, times':>20}")
            for at, whom in cases:
                seconds, runs = _night(killed, MOMENTS[at], VICTIMS[whom])
                states[killed.days()[-1]] = killed.state()
                say(f"{at:<28}{whom:<14}{seconds:>16.0f}{runs:>20}")
            days = killed.days()[1:]
            killed.run("down")
            assert calm.run("run", "--scenario", "tiny") == 0  # noqa: S101 -- what is compared with
            other = [name for day in days for name in _differing(calm, day, states)]
        finally:
            for machine in (killed, calm):
                machine.run("down", "--erase")
    say(f"tables compared after {len(states)} nights: {sum(map(len, states.values()))}")
    say(f"tables that differ from undisturbed nights: {len(other)} {', '.join(other)}")
    raise SystemExit(1 if other else 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench recovery", description=__doc__)
    parser.add_argument("--at", choices=[*MOMENTS], action="append", help="only at this moment")
    parser.add_argument("--kill", choices=[*VICTIMS], action="append", help="only this")
    return parser


def _night(machine: Machine, moment: Moment, kill: Kill) -> tuple[float, int]:
    """Kill in mid-night; return the seconds until the night is whole, and how often it was run."""
    night = machine.start("run")
    with held_at(machine, moment) as task:
        kill(machine, task)
    began = time.monotonic()
    code, runs = night.wait(), 1
    while code:
        if runs == MOST_RUNS:
            said = machine.said.read_text()[-2000:]
            raise SystemExit(f"the night is not whole after {runs} times `kindred run`:\n{said}")
        code, runs = machine.run("run"), runs + 1
    return time.monotonic() - began, runs


def _differing(calm: Machine, day: date, states: dict[date, State]) -> list[str]:
    """Live through an undisturbed night; return the tables in which the other's differ after it."""
    assert calm.run("run", "--through", str(day)) == 0  # noqa: S101 -- as before
    if day not in states:
        return []
    found = states[day]
    return [f"{day}: {name}" for name, digest in calm.state().items() if found[name] != digest]


def say(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
