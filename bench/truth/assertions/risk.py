"""Who will leave: how well the last check that can be made predicted it.

The world ends at the present, so the truth here is what the marts saw happen three months after
they would have said so; whether that was leaving is attrition's assertion.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth.assertions.registry import Finding, assertion
from bench.truth.intervals import published
from bench.truth.runs import Run, named

FIGURES = ("brier", "brier_base", "skill", "auc", "lift", "slope")


@assertion(
    "risk_quality",
    "The check of the lapse risk: Brier score and that of saying the rate of everybody, skill, AUC,"
    " lift of the top tenth, slope; and `expected by observed`, the customers who were to lapse by"
    " those who did.",
    kind="value",
)
def risk_quality(run: Run) -> Iterator[Finding]:
    bands = run.table("risk_reliability")
    if bands.empty:
        return
    for figure in FIGURES:
        yield Finding(figure, float(bands[figure].iloc[0]))
    expected, observed = (_lapses(bands, name) for name in ("predicted_rate", "observed_rate"))
    yield Finding("expected by observed", expected / observed if observed else float("nan"))


@assertion(
    "risk_slope",
    "The slope of what happened on the log-odds that were said; 1 is neither too extreme nor too"
    " timid.",
)
def risk_slope(run: Run) -> Iterator[Finding]:
    for row in run.table("risk_reliability").head(1).to_dict("records"):
        yield Finding.of("all", published(named(row), "slope"), 1.0)


def _lapses(bands: pd.DataFrame, name: str) -> float:
    return float((bands[name] * bands["customers"]).sum())
