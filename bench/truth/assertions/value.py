"""What connection is worth: the value index, against expected revenue by hidden state.

Three truths, each further from the marts: of the groups that the marts made, of the groups that
are so, and what was planted. Between the first two lies misclassification, between the last
two that people are not connected all year.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth import expected
from bench.truth.assertions.registry import Finding, assertion
from bench.truth.intervals import published
from bench.truth.runs import Run

BASE = "highly_satisfied"


@assertion(
    "value_index",
    "A tier's mean revenue of a customer in the trailing year, with highly satisfied = 100; truth:"
    " the same of the revenue that the hidden states of the same customers make likely.",
)
def value_index(run: Run) -> Iterator[Finding]:
    worth = _worth(run)
    tiers = run.customers["tier"].unique()
    yield from _findings(
        run, {tier: run.truth.mean(worth, run.names(run.customers, tier)) for tier in tiers}
    )


@assertion(
    "value_index_true_tiers",
    "The same figure read as that of the true tiers; truth: the index of everybody who is a"
    " customer in the month, by the hidden tier of that month.",
)
def value_index_true_tiers(run: Run) -> Iterator[Finding]:
    active, tiers = run.truth.active(run.month), run.truth.during("tier", run.month)
    worth = _worth(run)[active]
    yield from _findings(
        run, {tier: float(worth[tiers[active] == tier].mean()) for tier in tiers[active].unique()}
    )


@assertion(
    "value_index_planted",
    "The index of the fully connected read as what a month of connection is worth; truth: the"
    " planted effects on orders and on spend, multiplied.",
)
def value_index_planted(run: Run) -> Iterator[Finding]:
    effects = run.scenario.effects
    yield from _findings(run, {BASE: 1.0, "fully_connected": effects.order_rate * effects.spend})


def _worth(run: Run) -> pd.Series:
    """Return the revenue that each state makes likely over the trailing year."""
    monthly = expected.revenue(run.truth, run.scenario)
    return expected.trailing(monthly, run.month, run.number("lapse_rules", "annual_months"))


def _findings(run: Run, means: dict[str, float]) -> Iterator[Finding]:
    """Set the index of each tier that has a mean against that of the means."""
    for tier, row in run.tiers("segment_summary").items():
        if tier in means and tier not in (BASE, "unmeasured"):
            truth = 100 * means[tier] / means[BASE]
            yield Finding.of(tier, published(row, "value_index"), truth)
