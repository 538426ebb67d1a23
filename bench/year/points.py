"""Named points of a night at which a process can be killed or stopped, each a call of the code.

The code itself knows nothing of them: a process that is to die has one of its functions wrapped.
"""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    """A call of a function that a task makes: before it, or after it has returned."""

    task: str
    where: str  # module:attribute, as the caller finds it
    is_after: bool = True
    most: int = 1  # how often an ordinary night calls it, at least


INGEST: dict[str, Point] = {
    "in extract": Point(
        "land", "kindred.landing.batch_writer:BatchWriter.write_page", is_after=False, most=3
    ),
    "in land": Point("land", "kindred.landing.batch_writer:copying.copy_rows"),
    "landed": Point("land", "kindred.pipeline.ingest:land_loads"),
    "before gate": Point("gate", "kindred.pipeline.ingest:check_batches", is_after=False),
    "in gate": Point("gate", "kindred.gates.batches:verdicts.write"),
    "after gate": Point("gate", "kindred.pipeline.ingest:check_batches"),
    "in publish": Point("publish", "kindred.publishing.merge:upsert"),
    "before commit": Point("publish", "kindred.publishing.batches:_record"),
    "after commit": Point("publish", "kindred.publishing.batches:_analyze", is_after=False),
}
REFRESH: dict[str, Point] = {
    "claimed": Point("score", "kindred.building:claim"),
    "consents built": Point("score", "kindred.building:build_consents"),
    "scores deleted": Point("score", "kindred.scoring.backlog:delete_unpermitted"),
    "in score": Point("score", "kindred.scoring.score_profiles:write", is_after=False, most=3),
    "scores gated": Point("score", "kindred.pipeline.refresh:check_scores"),
    "in dbt": Point(
        "build", "dbt.adapters.sql.connections:SQLConnectionManager.add_query", most=300
    ),
    "in estimates": Point("build", "kindred.building.estimation:_replace", most=3),
    "built": Point("build", "kindred.building:build"),
    "in marts gate": Point("gate marts", "kindred.gates.marts:_record"),
    "in marts publish": Point("publish marts", "kindred.publishing.marts:_publish_mart", most=20),
    "marts published": Point("publish marts", "kindred.pipeline.refresh:publish_marts"),
}
POINTS = INGEST | REFRESH


def arm(point: Point, act: Callable[[], None], nth: int = 1) -> None:
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
