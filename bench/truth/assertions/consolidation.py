"""Consolidation: how many times as likely the connected are to bring all they have."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth import expected
from bench.truth.assertions.registry import Finding, assertion
from bench.truth.assertions.value import BASE
from bench.truth.intervals import published
from bench.truth.runs import Run
from sandbox.scenario import Scenario


def consolidates(scenario: Scenario) -> bool:
    """Whether there is anything to consolidate."""
    return scenario.behaviour.consolidates_a_month > 0


@assertion(
    "consolidation_ratio",
    "How many times as likely a tier a year ago made it to consolidate within the year as being"
    " highly satisfied; truth: the ratio of the mean hidden chances of the same customers.",
    where=consolidates,
)
def consolidation_ratio(run: Run) -> Iterator[Finding]:
    starters, chance = _starters(run), _chance(run)
    tiers = starters["tier"].unique()
    yield from _findings(
        run, {tier: run.truth.mean(chance, run.names(starters, tier)) for tier in tiers}
    )


@assertion(
    "consolidation_ratio_planted",
    "The same figure of the fully connected read as what connection does; truth: the planted one.",
    where=consolidates,
)
def consolidation_ratio_planted(run: Run) -> Iterator[Finding]:
    planted = run.scenario.effects.consolidation
    yield from _findings(run, {BASE: 1.0, "fully_connected": planted})


def _starters(run: Run) -> pd.DataFrame:
    """Return who was there a year before and had not consolidated, by customer_id."""
    start = run.at("int_customer_months", run.year_before)
    start = start[~start["has_left"].astype(bool)].set_index("customer_id")
    moved = run.table("int_consolidations").set_index("customer_id")["consolidated_on"]
    end = run.year_before + pd.DateOffset(months=1)
    return start[~start.index.isin(moved.index[moved < end])]


def _chance(run: Run) -> pd.Series:
    monthly = expected.consolidations(run.truth, run.scenario)
    year = monthly.loc[run.year_before + pd.DateOffset(months=1) : run.month]
    return pd.Series(1 - (1 - year).prod())


def _findings(run: Run, chances: dict[str, float]) -> Iterator[Finding]:
    for tier, row in run.tiers("segment_consolidation").items():
        if tier in chances and tier not in (BASE, "unmeasured"):
            yield Finding.of(tier, published(row, "times_as_likely"), chances[tier] / chances[BASE])
