"""Touchpoints: does derived importance find what was planted, and what nobody names?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth.assertions.registry import Finding, assertion
from bench.truth.intervals import spearman
from bench.truth.runs import Run
from sandbox.scenario import Touchpoint

CONNECTS, PLEASES_FEW = 0.3, 0.1  # a hidden driver: at least the one, at most the other


@assertion(
    "touchpoint_ranks",
    "Spearman's correlation of the derived importance of the last complete month with the planted"
    " weights on connection, over the touchpoints that may be read.",
    kind="value",
    floor=0.8,
)
def touchpoint_ranks(run: Run) -> Iterator[Finding]:
    rows = _latest(run)
    planted = {point.name: point.drives for point in run.scenario.touchpoints}
    yield Finding("all", spearman(rows["derived_importance"], rows.index.map(planted)))


@assertion(
    "stated_ranks",
    "The same of stated importance: people say what pleases them, so this is not to find the"
    " drivers, and the distance to derived importance is what derivation is for.",
    kind="value",
)
def stated_ranks(run: Run) -> Iterator[Finding]:
    rows = _latest(run).dropna(subset="stated_importance")
    planted = {point.name: point.drives for point in run.scenario.touchpoints}
    yield Finding("all", spearman(rows["stated_importance"], rows.index.map(planted)))


@assertion(
    "hidden_drivers",
    "Found: of the planted hidden drivers, the share that stand in that quadrant. Right: of the"
    " touchpoints that stand there for certain, the share that were planted so.",
    kind="value",
)
def hidden_drivers(run: Run) -> Iterator[Finding]:
    rows = _latest(run)
    planted = {point.name for point in run.scenario.touchpoints if is_hidden(point)}
    called = rows["quadrant"] == "hidden_driver"
    certain = called & rows["is_quadrant_certain"].eq(True)
    is_planted = rows.index.isin(planted)
    yield Finding("found", float(called[is_planted].mean()))
    yield Finding("right", float(pd.Series(is_planted, rows.index)[certain].mean()))


def is_hidden(point: Touchpoint) -> bool:
    """Whether a touchpoint connects many and pleases few."""
    return point.drives >= CONNECTS and point.pleases <= PLEASES_FEW


def _latest(run: Run) -> pd.DataFrame:
    rows = run.table("touchpoint_importance")
    is_readable = rows["is_latest"].astype(bool) & ~rows["is_suppressed"].astype(bool)
    return rows[is_readable].dropna(subset="derived_importance").set_index("touchpoint")
