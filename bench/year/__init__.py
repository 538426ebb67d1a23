"""A year of nights, 30 % of them with a fault that nobody fixes: it ends with the same bytes.

Two warehouses go through the same 365 nights of the sandbox, leap day and clock changes included,
one without a fault. `harness/forked_nights.py` says what the nights leave out of the real thing,
`faults.py` what goes wrong. Every thirtieth night and a closing one have no fault: after each, the
raw and the marts of both are compared. The faultless year builds its marts once a week, the other
every night.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from bench import ROOT, say
from bench.year import simulate_year
from harness.small_year import ENVIRONMENT

Found = dict[str, Any]


def main(arguments: Sequence[str]) -> None:
    """Run both years side by side, compare them and print the figures."""
    asked = _parser().parse_args(arguments)
    if asked.part is not None:
        found_there = simulate_year.run_year(asked.part, asked.nights, asked.seed, asked.customers)
        say(json.dumps(found_there))
        return
    years = {name: _start(name, asked) for name in simulate_year.SHARES}
    found: dict[str, Found] = {}
    for name, process in years.items():
        out, _ = process.communicate()
        if process.returncode:
            for other in years.values():
                other.terminate()
            raise SystemExit(f"the {name} year ended with {process.returncode}")
        found[name] = json.loads(out)
    raise SystemExit(_report(found["faultless"], found["faulty"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench year", description=__doc__)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1, help="of the faults")
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--part", choices=list(simulate_year.SHARES), help=argparse.SUPPRESS)
    return parser


def _start(name: str, asked: argparse.Namespace) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "bench", "year", "--part", name]
    for option in ("nights", "seed", "customers"):
        words += [f"--{option}", str(getattr(asked, option))]
    return subprocess.Popen(  # noqa: S603 -- our own words
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | ENVIRONMENT
    )


def _report(clean: Found, faulty: Found) -> int:
    """Print what happened; return 1 where the two years ended with other bytes."""
    say(f"\n{'fault':<56}{'nights':>8}{'retries':>9}{'tasks lost':>12}")
    for kind, row in sorted(faulty["faults"].items(), key=lambda each: -each[1]["nights"]):
        say(f"  {kind:<54}{row['nights']:>8}{row['retries']:>9}{row['lost']:>12}")
    orphans = faulty["orphans"]
    say(f"\n{'orphans woken':<56}{len(orphans):>8}")
    for ending in ("refused", "failed", "had nothing left to write"):
        say(f"  {ending:<54}{sum(one['ending'] == ending for one in orphans):>8}")
    say(f"\n{'':<40}{'faultless':>16}{'faulty':>16}")
    for name in ("nights", "nights with a fault", "builds", "seconds"):
        say(f"{name:<40}{clean[name]:>16,}{faulty[name]:>16,}")
    other = sorted(
        f"{night}: {table}"
        for night, tables in clean["states"].items()
        for table, digest in tables.items()
        if faulty["states"][night][table] != digest
    )
    compared = sum(map(len, clean["states"].values()))
    say(f"{'tables compared at ' + str(len(clean['states'])) + ' nights':<40}{compared:>16}")
    say(f"{'tables that differ':<40}{len(other):>16}  {', '.join(other)}")
    return 1 if other else 0
