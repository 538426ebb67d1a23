"""Return after a negative moment: does it harm the connected less?

The mart's months are small, so its counts are added up over all complete months, by connected
(both connected tiers) and not connected (the other measured ones), as a reader would; a customer
may be in more than one month, which the intervals do not know. The return days of the last months
are not over, and those moments are in no count.

What the marts call a negative moment is only partly one that was planted: a low answer is one too,
and a planted one that nobody heard of is none. So the gap is a weak image of the planted harm; the
truth here is of the moments that the marts see.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.truth.assertions.registry import Finding, assertion
from bench.truth.assertions.shares import CONNECTED
from bench.truth.intervals import Interval, difference, wilson
from bench.truth.returns import chance_to_return, counted_moments
from bench.truth.runs import Run

GROUPS = ("connected", "not connected")
COUNTS = ["moments", "returned", "calm_moments", "calm_returned"]


@assertion(
    "return_gap",
    "The share who order again within the return days of a negative moment less that of the calm"
    " ones, of all months; truth: the same of the chances that hidden states gave the same"
    " customers after the same moments.",
)
def return_gap(run: Run) -> Iterator[Finding]:
    truth = _hidden_gaps(run)
    for group, gap in gaps(run).items():
        yield Finding.of(group, gap, truth.get(group, float("nan")))


@assertion(
    "return_buffer",
    "The gap of the connected less that of the others (Newcombe's way, from the two intervals):"
    " above 0, connection buffers; truth: the same of the hidden chances.",
)
def return_buffer(run: Run) -> Iterator[Finding]:
    truth = _hidden_gaps(run)
    if set(GROUPS) <= set(truth):
        yield Finding.of("all", buffer(run), truth["connected"] - truth["not connected"])


@assertion(
    "return_buffer_seen",
    "The share of runs in which the connected's gap is the smaller one, and in which that is beyond"
    " chance.",
    kind="value",
)
def return_buffer_seen(run: Run) -> Iterator[Finding]:
    found, low, high = buffer(run)
    yield Finding("smaller", float(found > 0) if np.isfinite(found) else found)
    yield Finding("smaller for certain", float(low > 0) if np.isfinite(low) else low)
    yield Finding("larger for certain", float(high < 0) if np.isfinite(high) else high)


@assertion(
    "hidden_harm",
    "No figure of the marts, for comparison: how much likelier a month with a planted negative"
    " moment makes it to leave, in points of a chance.",
    kind="value",
)
def hidden_harm(run: Run) -> Iterator[Finding]:
    states = run.truth.states[run.truth.states["is_active"].astype(bool)]
    connected = states["is_connected"].astype(bool)
    for group, rows in zip(GROUPS, (states[connected], states[~connected]), strict=True):
        hurt = rows["had_negative_moment"].astype(bool)
        yield Finding(group, float(rows["hazard"][hurt].mean() - rows["hazard"][~hurt].mean()))


def gaps(run: Run) -> dict[str, Interval]:
    """Return the gap of each group, from the counts of all complete months."""
    rows = run.table("recovery")
    rows = rows[rows["is_complete_month"].astype(bool) & ~rows["tier"].isin(["all", "unmeasured"])]
    counts = rows.groupby(_group(rows["tier"]))[COUNTS].sum()
    found = {}
    for group, (moments, returned, calm, calm_returned) in counts.iterrows():
        after = wilson(returned, moments, run.z)
        found[str(group)] = difference(after, wilson(calm_returned, calm, run.z))
    return {group: found[group] for group in GROUPS if group in found}


def buffer(run: Run) -> Interval:
    """Return the connected's gap less that of the others."""
    found = gaps(run)
    if set(found) < set(GROUPS):
        return float("nan"), float("nan"), float("nan")
    return difference(found["connected"], found["not connected"])


def _group(tiers: pd.Series) -> pd.Series:
    return tiers.isin(CONNECTED).map({True: GROUPS[0], False: GROUPS[1]})


def _hidden_gaps(run: Run) -> dict[str, float]:
    """Return the difference of mean chances to return, by group."""
    moments = counted_moments(run)
    chances = chance_to_return(run, moments)
    means = chances.groupby([_group(moments["tier"]), moments["is_negative"]]).mean().unstack()
    return {str(group): float(row[True] - row[False]) for group, row in means.iterrows()}
