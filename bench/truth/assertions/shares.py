"""Shares of customers: connected, satisfied, in each tier."""

from __future__ import annotations

from collections.abc import Iterator

from bench.truth.assertions.registry import Finding, assertion
from bench.truth.hidden import Moment
from bench.truth.intervals import Interval, difference, published, wilson
from bench.truth.runs import Run, named

SATISFIED = ("fully_connected", "highly_satisfied", "perceives_difference")
CONNECTED = ("fully_connected", "connected_let_down")


@assertion(
    "connected_share",
    "Of the measured customers of the month, the share who are connected in it; truth: the hidden"
    " share of the same customers.",
)
def connected_share(run: Run) -> Iterator[Finding]:
    yield Finding.of("all", _connected(run, run.month), _of_measured(run, "is_connected"))


@assertion(
    "connected_share_of_all",
    "The same figure read as the share of all customers; truth: the hidden share of everybody who"
    " is a customer in the month, measured or not.",
)
def connected_share_of_all(run: Run) -> Iterator[Finding]:
    yield Finding.of("all", _connected(run, run.month), _of_active(run, "is_connected"))


@assertion(
    "connected_share_change",
    "How far the connected share moved over a year (points of a share, from the two published"
    " intervals as if independent); truth: the same of the hidden shares of the measured.",
)
def connected_share_change(run: Run) -> Iterator[Finding]:
    moved = difference(_connected(run, run.month), _connected(run, run.year_before))
    before = run.at("int_customer_months", run.year_before)
    measured = before[before["is_customer_of_month"] & (before["tier"] != "unmeasured")]
    then = run.truth.of("is_connected", run.year_before, measured["customer_id"]).mean()
    yield Finding.of("all", moved, _of_measured(run, "is_connected") - float(then))


@assertion(
    "satisfied_share",
    "Of the measured customers of the month, the share in a satisfied tier (Wilson's interval, by"
    " the counts of segment_summary); truth: the hidden share of the same customers.",
)
def satisfied_share(run: Run) -> Iterator[Finding]:
    yield Finding.of("all", _satisfied(run), _of_measured(run, "is_satisfied"))


@assertion(
    "satisfied_share_of_all",
    "The same figure; truth: the hidden share of everybody who is a customer in the month.",
)
def satisfied_share_of_all(run: Run) -> Iterator[Finding]:
    yield Finding.of("all", _satisfied(run), _of_active(run, "is_satisfied"))


@assertion(
    "tier_share",
    "A tier's share of all customers of the month; truth: the measured among them who are in that"
    " tier in the sandbox, by all customers of the month.",
)
def tier_share(run: Run) -> Iterator[Finding]:
    hidden = run.truth.of("tier", run.month, run.measured.index)
    for tier, row in run.tiers("segment_summary").items():
        if tier not in ("all", "unmeasured"):
            truth = float((hidden == tier).sum() / len(run.customers))
            yield Finding.of(tier, published(row, "share"), truth)


def _connected(run: Run, month: Moment) -> Interval:
    return published(named(run.at("true_north", month).iloc[0].to_dict()), "connected_share")


def _satisfied(run: Run) -> Interval:
    """Return the share from counts, small tiers too: together they are not small."""
    rows = run.at("segment_summary")
    counts = dict(zip(rows["tier"], rows["customers"], strict=True))
    measured = counts["all"] - counts.get("unmeasured", 0)
    return wilson(sum(counts.get(tier, 0) for tier in SATISFIED), measured, run.z)


def _of_measured(run: Run, state: str) -> float:
    return float(run.truth.of(state, run.month, run.measured.index).astype(float).mean())


def _of_active(run: Run, state: str) -> float:
    active = run.truth.active(run.month)
    return float(run.truth.during(state, run.month)[active].astype(float).mean())
