"""Named points of a night at which a process can be killed or stopped, each a call of the code.

The code itself knows nothing of them: in the process that is to die one of its
functions is wrapped.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class KillPoint:
    """A call of a function that a task makes: before it, or after it has returned."""

    task: str
    where: str  # module:attribute, as the caller finds it
    is_after: bool = True
    most: int = 1  # how often an ordinary night calls it, at least


INGEST: dict[str, KillPoint] = {
    "in extract": KillPoint(
        "land", "kindred.landing.batch_writer:BatchWriter.write_page", is_after=False, most=3
    ),
    "in land": KillPoint("land", "kindred.landing.batch_writer:copying.copy_rows"),
    "landed": KillPoint("land", "kindred.pipeline.ingest:land_loads"),
    "before gate": KillPoint("gate", "kindred.pipeline.ingest:check_batches", is_after=False),
    "in gate": KillPoint("gate", "kindred.gates.batches:verdicts.write"),
    "after gate": KillPoint("gate", "kindred.pipeline.ingest:check_batches"),
    "in publish": KillPoint("publish", "kindred.publishing.merge:upsert"),
    "before commit": KillPoint("publish", "kindred.publishing.batches:_record"),
    "after commit": KillPoint("publish", "kindred.publishing.batches:_analyze", is_after=False),
}
REFRESH: dict[str, KillPoint] = {
    "claimed": KillPoint("score", "kindred.building:claim"),
    "consents built": KillPoint("score", "kindred.building:build_consents"),
    "scores deleted": KillPoint("score", "kindred.scoring.backlog:delete_unpermitted"),
    "in score": KillPoint("score", "kindred.scoring.score_profiles:write", is_after=False, most=3),
    "scores gated": KillPoint("score", "kindred.pipeline.refresh:check_scores"),
    "in dbt": KillPoint(
        "build", "dbt.adapters.sql.connections:SQLConnectionManager.add_query", most=300
    ),
    "in estimates": KillPoint("build", "kindred.building.estimation:_replace", most=3),
    "built": KillPoint("build", "kindred.building:build"),
    "in marts gate": KillPoint("gate marts", "kindred.gates.marts:_record"),
    "in marts publish": KillPoint(
        "publish marts", "kindred.publishing.marts:_publish_mart", most=20
    ),
    "marts published": KillPoint("publish marts", "kindred.pipeline.refresh:publish_marts"),
}
POINTS = INGEST | REFRESH


def die() -> None:
    """End this process as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def stop() -> None:
    """Stop this process until somebody wakes it."""
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_database(folder: Path) -> None:
    """Kill the postmaster as `kill -9` does; its children follow it."""
    postmaster = int((folder / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)


def faults_at(
    name: str, act: Callable[[], None], nth: int, source: str
) -> dict[str, list[Callable[[], object]]]:
    """Return the faults of a night in which one task does `act` when it comes to a point.

    Args:
        source: whose task it is, where the point is one of an ingest.
    """
    point = POINTS[name]
    dag = f"ingest_{source}" if name in INGEST else "refresh_marts"
    return {f"{dag}.{point.task}": [lambda: kill_at(point, act, nth)]}


def kill_at(point: KillPoint, act: Callable[[], None], nth: int = 1) -> None:
    """Have this process do `act` at the point, at the nth time that it comes there."""
    module, _, path = point.where.partition(":")
    *parents, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)
    calls = itertools.count(1)  # dbt calls from several threads

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        is_it = next(calls) == nth
        if is_it and not point.is_after:
            act()
        done = original(*args, **kwargs)
        if is_it and point.is_after:
            act()
        return done

    setattr(owner, name, wrapped)
