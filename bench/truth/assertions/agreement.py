"""How often the marts and the truth agree about one customer, beyond chance."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth.assertions.attrition import seen_until
from bench.truth.assertions.registry import Finding, assertion
from bench.truth.intervals import kappa
from bench.truth.runs import Run

SUBSTANTIAL = 0.61  # the word of Landis and Koch (1977) for kappas from here on


@assertion(
    "kappa_connected",
    "Connected or not: the marts and the hidden state of the month, measured customers.",
    kind="value",
    floor=SUBSTANTIAL,
)
def kappa_connected(run: Run) -> Iterator[Finding]:
    yield from _agreement(run, "is_connected")


@assertion(
    "kappa_satisfied",
    "Satisfied or not: the marts and the hidden state of the month, measured customers.",
    kind="value",
)
def kappa_satisfied(run: Run) -> Iterator[Finding]:
    yield from _agreement(run, "is_satisfied")


@assertion(
    "kappa_tier",
    "Which of the five tiers: the marts and the hidden state of the month, measured customers.",
    kind="value",
)
def kappa_tier(run: Run) -> Iterator[Finding]:
    yield from _agreement(run, "tier")


@assertion(
    "kappa_gone",
    "Gone or not, at the end of the month in the marts and in the month that the lapse rule looks"
    " back to in the sandbox: everybody who had joined by then.",
    kind="value",
)
def kappa_gone(run: Run) -> Iterator[Finding]:
    rows = run.at("int_customer_months").set_index("customer_id")
    active = run.truth.of("is_active", seen_until(run, run.month), rows.index).dropna()
    said = rows["has_left"].astype(bool).reindex(active.index)
    yield Finding("all", kappa(said, ~active.astype(bool)))


def _agreement(run: Run, name: str) -> Iterator[Finding]:
    rows = run.at("customer_segments").set_index("customer_id")
    said: pd.Series = rows[name].reindex(run.measured.index)
    hidden = run.truth.of(name, run.month, said.index)
    yield Finding("all", kappa(said.reindex(hidden.index), hidden))
