"""Initiatives: the effect on connection, and no effect where nothing was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.truth.assertions.registry import Finding, assertion, is_null
from bench.truth.hidden import Moment
from bench.truth.intervals import published
from bench.truth.runs import Run, named

STRATUM = ["tier", "orders_band", "tenure_band"]


@assertion(
    "initiative_effect",
    "How many points of connected share more the reached gained than customers like them; truth:"
    " the same difference in differences of the hidden states of the same customers, in the same"
    " strata, from the months before to as many after.",
)
def initiative_effect(run: Run) -> Iterator[Finding]:
    for row in _readable(run, "effect"):
        if row["outcome"] == "connected_share":
            truth = hidden_effect(run, str(row["initiative"]), int(row["months_compared"]))
            yield Finding.of(str(row["initiative"]), published(row, "effect"), truth)


@assertion(
    "no_effect_before_it_began",
    "The placebo of an initiative, all of it before the initiative began; no effect is 0.",
    kind="null",
)
def no_effect_before_it_began(run: Run) -> Iterator[Finding]:
    for row in _readable(run, "placebo_effect"):
        ends = float(row["placebo_low"]), float(row["placebo_high"])
        yield Finding(str(row["outcome"]), float(row["placebo_effect"]), 0.0, *ends)


@assertion(
    "no_effect_of_initiatives",
    "The effect of an initiative that lifted nothing; no effect is 0.",
    kind="null",
    where=is_null,
)
def no_effect_of_initiatives(run: Run) -> Iterator[Finding]:
    for row in _readable(run, "effect"):
        yield Finding.of(str(row["outcome"]), published(row, "effect"), 0.0)


def hidden_effect(run: Run, initiative: str, months: int) -> float:
    """Return the difference in differences of hidden connection, within strata, in share."""
    customers = run.table("int_initiative_customers")
    is_meant = (customers["initiative"] == initiative) & (customers["cohort"] == "after")
    customers = customers[is_meant & ~customers["is_placebo"].astype(bool)]
    scores = run.table("int_initiative_scores")
    scores = scores[(scores["initiative"] == initiative) & ~scores["is_placebo"].astype(bool)]
    heard = customers[customers["customer_id"].isin(scores["customer_id"])].copy()
    starts = run.table("int_initiatives").set_index("initiative")["start_month"]
    gained = _gained(run, heard["customer_id"], Moment(starts[initiative]), months)
    heard["gained"] = heard["customer_id"].map(gained)
    return _within_strata(heard.dropna(subset="gained"), run)


def _gained(run: Run, customers: pd.Series, start: Moment, months: int) -> pd.Series:
    """Return by how much each was connected in more of the months after than before."""
    hidden = run.truth.wide("is_connected").astype(float)
    after = hidden.loc[start : start + pd.DateOffset(months=months - 1)].mean()
    before = hidden.loc[start - pd.DateOffset(months=months) :].iloc[:months].mean()
    own = run.truth.known(customers)
    return pd.Series((after - before).reindex(own.to_numpy()).to_numpy(), index=own.index)


def _within_strata(heard: pd.DataFrame, run: Run) -> float:
    """Return the reached less the others, each stratum weighing as many as were reached."""
    least = run.number("impact_rules", "minimum_stratum")
    total = weight = 0.0
    for _, stratum in heard.groupby(STRATUM, dropna=False):
        is_reached = stratum["is_reached"].astype(bool)
        one, other = stratum["gained"][is_reached], stratum["gained"][~is_reached]
        if min(len(one), len(other)) >= least:
            total += len(one) * float(one.mean() - other.mean())
            weight += len(one)
    return total / weight if weight else float("nan")


def _readable(run: Run, figure: str) -> Iterator[dict[str, Any]]:
    rows = run.table("initiative_impact")
    rows = rows[~rows["is_suppressed"].astype(bool)].dropna(subset=figure)
    yield from (named(row) for row in rows.to_dict("records"))
