"""Many runs: scenarios by seeds, side by side if asked, each kept as a line of JSON once done.

A line is known by a hash of the scenario and of all code that a figure comes from, so a cut-off
command goes on where it stopped, and nothing is taken for the figures of other code.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import msgspec

from bench.truth import hidden
from bench.truth.assertions import Finding, examine
from bench.truth.runs import Run
from harness.databases import FASTEST, serving
from harness.in_process_pipeline import Pipeline
from kindred.embedded.home import REPOSITORY, Home
from kindred.embedded.postgres import Postgres
from sandbox.scenario import Scenario
from sandbox.world import open_world

SOURCES = ("sandbox", "plugins/kindred", "dbt_project", "harness", "bench/truth")
SUFFIXES = {".py", ".sql", ".csv", ".yml", ".npz"}


class Done(msgspec.Struct):
    """The findings of one run, and of which code they are."""

    key: str
    scenario: str
    seed: int
    customers: int
    seconds: float
    versions: list[str]
    findings: dict[str, list[Finding]]


def code() -> bytes:
    """Return a digest of every file that a figure depends on."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.name != "report.py":
                digest.update(str(path.relative_to(REPOSITORY)).encode())
                digest.update(path.read_bytes())
    return digest.digest()


def keys(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the names under which the runs of the scenarios are kept."""
    digest = code()
    return [
        hashlib.sha256(digest + msgspec.json.encode(each)).hexdigest()[:16] for each in scenarios
    ]


def kept(file: Path) -> dict[str, Done]:
    """Return the runs that a file keeps, by key; a line that was cut off is none."""
    found: dict[str, Done] = {}
    for line in file.read_bytes().splitlines() if file.exists() else ():
        try:
            done = msgspec.json.decode(line, type=Done)
        except msgspec.DecodeError:
            continue
        found[done.key] = done
    return found


def run_all(folder: Path, scenarios: Sequence[Scenario], jobs: int) -> Iterator[Done]:
    """Yield what each scenario gives, the kept ones first; keep a new one before yielding it."""
    home = Home.open(folder)
    file = home.folder / "runs.jsonl"
    named = dict(zip(keys(scenarios), scenarios, strict=True))
    with home.lock():
        old = kept(file)
        yield from (old[key] for key in named if key in old)
        due = [(key, scenario) for key, scenario in named.items() if key not in old]
        if not due:
            return
        with serving(home.folder, FASTEST) as server, file.open("ab") as lines:
            for done in _work(server, due, jobs):
                lines.write(b"\n" + msgspec.json.encode(done))
                lines.flush()
                yield done


def _work(server: Postgres, due: list[tuple[str, Scenario]], jobs: int) -> Iterator[Done]:
    if jobs == 1:
        pipeline = Pipeline(server)
        yield from (one(pipeline, *each) for each in due)
        return
    context = multiprocessing.get_context("spawn")  # dbt and its threads do not stand a fork
    databases = context.Queue()
    for number in range(jobs):
        databases.put(f"truth_{number}")
    with ProcessPoolExecutor(jobs, context, _begin, (server.home.folder, databases)) as pool:
        for finished in as_completed([pool.submit(_one_of_many, *each) for each in due]):
            yield finished.result()


_PIPELINES: list[Pipeline] = []  # of this worker process: one


def _begin(folder: Path, databases: Any) -> None:
    _PIPELINES.append(Pipeline(Postgres(Home.open(folder)), databases.get()))


def _one_of_many(key: str, scenario: Scenario) -> Done:
    return one(_PIPELINES[0], key, scenario)


def one(pipeline: Pipeline, key: str, scenario: Scenario) -> Done:
    """Run a scenario once and examine what came out."""
    began = monotonic()
    with TemporaryDirectory(prefix="kindred-truth-") as scratch:
        run = run_scenario(pipeline, scenario, Path(scratch))
        findings = examine(run)
    rows = run.table("customer_segments")
    versions = [str(rows[name].iloc[0]) for name in ("method_version", "text_model_version")]
    seconds = round(monotonic() - began, 1)
    return Done(key, scenario.name, scenario.seed, scenario.customers, seconds, versions, findings)


def run_scenario(pipeline: Pipeline, scenario: Scenario, scratch: Path) -> Run:
    """Make a scenario's world and its marts; both can be read while database and folder exist."""
    world = open_world(scratch, scenario, lambda _: None)
    pipeline.clear()
    pipeline.pull(world)
    pipeline.build(preset=scenario.preset)
    return Run(scenario, hidden.read(world.folder), pipeline.table)
