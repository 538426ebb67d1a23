"""The marts against the sandbox's hidden truth: seeds x scenarios, coverage, agreement, nulls.

Runs the pipeline in one process (`harness/in_process_pipeline.py` says what it leaves out) for each
scenario and seed, holds every assertion (`assertions/`) against the truth and writes docs/truth.md
and docs/truth.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from time import monotonic

import msgspec

from bench import say
from bench.truth import report, work
from kindred.embedded.home import Home
from sandbox.scenario import Scenario
from sandbox.scenario_files import SCENARIOS, load_scenario

# Too small for an interval: it is there to see the servers work.
LEFT_OUT = {"tiny"}


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for and write the report."""
    asked = _parser().parse_args(arguments)
    if asked.render:
        report.write(report.load())
        return
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    wanted = [
        scenario for name in asked.scenarios for scenario in seeded(name, asked.customers, seeds)
    ]
    began, found = monotonic(), []
    folder = Home.open().folder / "truth"
    for done in work.run_all(folder, wanted, asked.jobs):
        found.append(done)
        passed = monotonic() - began
        told = f"{done.scenario} {done.seed}: {done.seconds:.0f} s"
        say(f"{passed:6.0f} s  {len(found):3} of {len(wanted)}  {told}")
    report.write(report.figures(found))
    say(f"written: {report.PAGE.name}, {report.JSON.name}")


def seeded(name: str, customers: int, seeds: Sequence[int]) -> list[Scenario]:
    """Return a scenario once for each seed."""
    scenario = load_scenario(name, customers)
    return [msgspec.structs.replace(scenario, seed=seed) for seed in seeds]


def _parser() -> argparse.ArgumentParser:
    known = sorted({file.stem for file in SCENARIOS.glob("*.yml")} - LEFT_OUT)
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description=__doc__)
    parser.add_argument("--scenarios", nargs="+", default=known, metavar="NAME")
    parser.add_argument("--seeds", type=int, default=20, help="how many, from the first on")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side")
    parser.add_argument("--render", action="store_true", help="write the page from the JSON only")
    return parser
