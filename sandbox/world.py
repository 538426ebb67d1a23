"""The world that the servers show: record stores and a clock.

Making it takes seconds to minutes, so it is kept in the home folder under a key of the
scenario and of the source that makes it: neither an edited scenario nor an edited generator can
be answered from an old world.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sandbox.clock import Clock
from sandbox.generation import Say, generate
from sandbox.record_store import RecordStore
from sandbox.render import renderers, store_names
from sandbox.scenario import Limits, Scenario


@dataclass(frozen=True)
class World:
    """Everything that is served."""

    name: str
    stores: dict[str, RecordStore]  # by the name of the load that reads it
    hashtags: list[str]
    limits: Limits
    clock: Clock
    folder: Path
    vendors: tuple[str, ...] = field(default_factory=lambda: tuple(renderers()))  # with records
    is_replay: bool = False


def open_world(home: Path, scenario: Scenario, say: Say) -> World:
    """Return the scenario's world, made now or kept from an earlier start."""
    folder = home / f"{scenario.name}-{_key(scenario)}"
    if not (folder / "complete").exists():
        _make(folder, scenario, say)
    else:
        say(f"{scenario.name}: {scenario.customers:,} customers, kept in {folder.name}")
    clock = Clock(scenario.begins, scenario.ends, scenario.now, folder / "clock.json")
    stores = {name: RecordStore.load(folder, name) for name in store_names()}
    return World(scenario.name, stores, scenario.hashtags, scenario.limits, clock, folder)


def _key(scenario: Scenario) -> str:
    """Hash the scenario and every file that may take part in making a world."""
    digest = hashlib.sha256(msgspec.json.encode(scenario))
    here = Path(__file__).parent
    rooms = [here / "simulation", here / "render"]
    makers = [path for room in rooms for kind in ("py", "yml") for path in room.rglob(f"*.{kind}")]
    for path in sorted([*here.glob("*.py"), *makers]):
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
