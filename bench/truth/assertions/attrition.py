"""Attrition: what the marts call leaving, against the hidden chance to leave.

A lapse is seen when a silence has lasted the seed's floor (150 days), so a year of the marts that
ends in October tells of the leaving until June. The truth is shifted alike: who is a customer in
the month that the rule looks back to, from the one month to the other a year later.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth import expected
from bench.truth.assertions.registry import Finding, assertion
from bench.truth.hidden import Moment
from bench.truth.intervals import published
from bench.truth.runs import Run, named

RATE, SUPPRESSED = "annual_attrition_rate", "is_annual_suppressed"


@assertion(
    "annual_attrition",
    "Of the customers at the year's start, by the tier they had in the marts then, the share gone"
    " by its end; truth: the mean hidden chance of the same customers to be gone, over the"
    " year that the lapse rule can see.",
)
def annual_attrition(run: Run) -> Iterator[Finding]:
    starters = run.at("int_customer_months", run.year_before)
    starters = starters[~starters["has_left"].astype(bool)].set_index("customer_id")
    gone = _chance_gone(run)
    for tier, row in run.tiers("segment_attrition", SUPPRESSED).items():
        truth = run.truth.mean(gone, run.names(starters, tier))
        yield Finding.of(tier, published(row, RATE), truth)


@assertion(
    "annual_attrition_true_tiers",
    "The same figures read as those of the true tiers; truth: the mean hidden chance to be gone"
    " of everybody who was a customer at that year's start, by the hidden tier then.",
)
def annual_attrition_true_tiers(run: Run) -> Iterator[Finding]:
    start = seen_until(run, run.year_before)
    active, gone = run.truth.active(start), _chance_gone(run)
    tiers = run.truth.during("tier", start)
    for tier, row in run.tiers("segment_attrition", SUPPRESSED).items():
        if tier != "unmeasured":
            group = active & ((tiers == tier) | (tier == "all"))
            yield Finding.of(tier, published(row, RATE), float(gone[group].mean()))


@assertion(
    "survival_12_months",
    "Of the customers by the tier they entered in, the share still there twelve months later"
    " (Kaplan-Meier); truth: the mean hidden chance of the same customers to stay through the"
    " year that the lapse rule can see, of those whose year the sandbox knows.",
)
def survival_12_months(run: Run) -> Iterator[Finding]:
    rows = run.table("attrition_survival")
    rows = rows[(rows["months_since"] == 12) & ~rows["is_suppressed"].astype(bool)]
    entered = _entries(run)
    entered["stays"] = pd.concat(
        [_stays(run, month, group) for month, group in entered.groupby("month")]
    )
    for row in rows.to_dict("records"):
        group = entered["stays"][(entered["tier"] == row["tier"]) | (row["tier"] == "all")]
        yield Finding.of(str(row["tier"]), published(named(row), "survival"), float(group.mean()))


def _entries(run: Run) -> pd.DataFrame:
    """Return the month and tier in which each customer was first measured and there."""
    months = run.table("int_customer_months")
    there = months["is_complete_month"] & ~months["has_left"] & (months["tier"] != "unmeasured")
    return months[there].sort_values("month").groupby("customer_id")[["month", "tier"]].first()


def _stays(run: Run, month: object, group: pd.DataFrame) -> pd.Series:
    """Return the chances to stay for a year of those who entered in a month."""
    entry = Moment(str(month))
    since = seen_until(run, entry)
    until = seen_until(run, entry + pd.DateOffset(months=12))
    own = run.truth.known(group.index)
    if until > run.truth.wide("hazard").index.max():
        return pd.Series(dtype=float)
    chance = expected.chance_to_stay(run.truth, since, until)
    return pd.Series(chance.reindex(own.to_numpy()).to_numpy(), index=own.index)


def seen_until(run: Run, month: Moment) -> Moment:
    """Return the month in which a customer must be gone to be called so at the end of `month`."""
    end = month + pd.DateOffset(months=1)
    silent = end - pd.Timedelta(days=run.number("lapse_rules", "lapse_floor_days"))
    return Moment(silent.year, silent.month, 1)


def _chance_gone(run: Run) -> pd.Series:
    since, until = seen_until(run, run.year_before), seen_until(run, run.month)
    return expected.chance_gone(run.truth, run.scenario, since, until)
