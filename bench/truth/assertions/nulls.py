"""The honest null: where connection causes nothing, an interval is to hold "no effect"."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.truth.assertions.registry import Finding, assertion, is_null
from bench.truth.intervals import Interval, difference, published, wilson
from bench.truth.runs import Run

TIER, BASE = "fully_connected", "highly_satisfied"


@assertion(
    "no_effect_on_value",
    "The value index of the fully connected; no effect is 100.",
    kind="null",
    where=is_null,
)
def no_effect_on_value(run: Run) -> Iterator[Finding]:
    yield Finding.of(TIER, published(run.tiers("segment_summary")[TIER], "value_index"), 100.0)


@assertion(
    "no_effect_on_attrition",
    "Annual attrition of the fully connected less that of the highly satisfied, from their two"
    " published intervals (Newcombe); no effect is 0.",
    kind="null",
    where=is_null,
)
def no_effect_on_attrition(run: Run) -> Iterator[Finding]:
    rows = run.tiers("segment_attrition", "is_annual_suppressed")
    one, base = (published(rows[tier], "annual_attrition_rate") for tier in (TIER, BASE))
    yield Finding.of(TIER, difference(one, base), 0.0)


@assertion(
    "no_effect_on_referrals",
    "The referral rate of the fully connected less that of the highly satisfied, likewise.",
    kind="null",
    where=is_null,
)
def no_effect_on_referrals(run: Run) -> Iterator[Finding]:
    rows = run.tiers("segment_advocacy")
    one, base = (published(rows[tier], "referral_rate") for tier in (TIER, BASE))
    yield Finding.of(TIER, difference(one, base), 0.0)


@assertion(
    "no_effect_on_promoters",
    "The promoter share of the fully connected less that of the highly satisfied, likewise (not"
    " the net promoter score: detractors follow satisfaction, which connection goes with).",
    kind="null",
    where=is_null,
)
def no_effect_on_promoters(run: Run) -> Iterator[Finding]:
    rows = run.tiers("segment_advocacy", "is_nps_suppressed")
    one, base = (
        wilson(rows[tier]["promoters"], rows[tier]["nps_answers"], run.z) for tier in (TIER, BASE)
    )
    yield Finding.of(TIER, difference(one, base), 0.0)


@assertion(
    "no_effect_on_recovery",
    "How much less the highly satisfied than the fully connected come back after a negative moment"
    " than after a calm one, over the last twelve months (the counts of recovery, added up;"
    " Newcombe twice); no effect is 0.",
    kind="null",
    where=is_null,
)
def no_effect_on_recovery(run: Run) -> Iterator[Finding]:
    year = run.table("recovery")
    year = year[(year["month"] > run.year_before) & (year["month"] <= run.month)]
    one, base = (_gap(year[year["tier"] == tier], run.z) for tier in (TIER, BASE))
    yield Finding.of(TIER, difference(one, base), 0.0)


def _gap(rows: pd.DataFrame, z: float) -> Interval:
    """Return the share who came back after negative moments less that after calm ones."""
    counts = rows[["moments", "returned", "calm_moments", "calm_returned"]].sum()
    after = wilson(counts["returned"], counts["moments"], z)
    return difference(after, wilson(counts["calm_returned"], counts["calm_moments"], z))
