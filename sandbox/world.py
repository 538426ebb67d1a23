"""The world that the servers show: eight shelves and a clock.

Making it takes seconds to minutes, so it is kept in the home folder under a key of the
scenario and of the source that makes it: neither an edited scenario nor an edited generator can
be answered from an old world.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from sandbox.clock import Clock
from sandbox.population import populate
from sandbox.records.contacts import contacts, meet
from sandbox.records.conversations import conversations
from sandbox.records.orders import orders, referrals
from sandbox.records.ratings import touchpoint_ratings
from sandbox.records.stage import HOUR, Stage
from sandbox.records.statuses import statuses
from sandbox.records.surveys import survey_responses
from sandbox.scenario import Limits, Scenario
from sandbox.shelf import Shelf
from sandbox.times import milliseconds
from sandbox.truth import write_identities, write_planted, write_states

Say = Callable[[str], None]

_MAKERS = ("scenario", "population", "lives", "times", "ids", "texts", "shelf", "truth", "world")

SHELVES = (
    "contacts",
    "orders",
    "survey_responses",
    "touchpoint_ratings",
    "referrals",
    "conversations",
    "transcripts",
    "statuses",
)


@dataclass(frozen=True)
class World:
    """Everything that is served."""

    name: str
    shelves: dict[str, Shelf]
    hashtags: list[str]
    limits: Limits
    clock: Clock
    folder: Path
    vendors: tuple[str, ...] = ("salesforce", "genesys", "mastodon")  # who has any records


def open_world(home: Path, scenario: Scenario, say: Say) -> World:
    """Return the scenario's world, made now or kept from an earlier start."""
    folder = home / f"{scenario.name}-{_key(scenario)}"
    if not (folder / "complete").exists():
        _make(folder, scenario, say)
    else:
        say(f"{scenario.name}: {scenario.customers:,} customers, kept in {folder.name}")
    clock = Clock(scenario.begins, scenario.ends, scenario.now, folder / "clock.json")
    shelves = {name: Shelf.load(folder, name) for name in SHELVES}
    return World(scenario.name, shelves, scenario.hashtags, scenario.limits, clock, folder)


def _key(scenario: Scenario) -> str:
    """Hash the scenario and every file that takes part in making a world."""
    digest = hashlib.sha256(msgspec.json.encode(scenario))
    here = Path(__file__).parent
    makers = [here / f"{name}.py" for name in _MAKERS] + [here / "grammar.yml"]
    for path in [*makers, *sorted(here.glob("words/*.yml")), *sorted(here.glob("records/*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _make(folder: Path, scenario: Scenario, say: Say) -> None:
    """Make the world beside its place and move it there whole: a killed start leaves none."""
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    beside.mkdir(parents=True)
    try:
        generate(beside, scenario, say)
        (beside / "complete").touch()
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def generate(folder: Path, scenario: Scenario, say: Say) -> None:
    """Simulate the population and write its records and its truth into a folder."""
    say(f"{scenario.name}: making {scenario.customers:,} customers, {scenario.months} months")
    population = populate(scenario)
    draw = np.random.default_rng([scenario.seed, 2]).random(scenario.customers)
    start = population.month_starts[population.joined]
    length = population.month_starts[population.joined + 1] - start
    joined = np.where(population.was_there, start + 2 * HOUR, start + (draw * length).astype(int))
    stage = Stage(scenario, population, joined)
    people = meet(stage)
    write_planted(folder, scenario)
    write_states(folder, population, people)

    def keep(name: str, shelf: Shelf) -> None:
        shelf.save(folder, name)
        records = len(np.unique(shelf.ids))
        say(f"  {name}: {records:,} records in {len(shelf):,} versions")

    keep("contacts", contacts(stage, people))
    keep("orders", orders(stage, people))
    responded, surveys = survey_responses(stage, people)
    keep("survey_responses", responded)
    keep("touchpoint_ratings", touchpoint_ratings(stage, people, surveys))
    keep("referrals", referrals(stage, people))
    held, told, callers = conversations(stage, people)
    keep("conversations", held)
    keep("transcripts", told)
    posted, claimed = statuses(stage, people)
    keep("statuses", posted)
    write_identities(folder, people, callers, claimed)


def now_of(world: World) -> int:
    """Return the world's clock in milliseconds."""
    return milliseconds(world.clock.now)
