"""The honest null: where connection causes nothing, an interval is to hold "no effect"."""

from __future__ import annotations

from collections.abc import Iterator

from bench.truth.claims.registry import Finding, claim, is_null
from bench.truth.intervals import difference, published, wilson
from bench.truth.runs import Run

TIER, BASE = "fully_connected", "highly_satisfied"


@claim(
    "no_effect_on_value",
    "The value index of the fully connected; no effect is 100.",
    kind="null",
    where=is_null,
)
def no_effect_on_value(run: Run) -> Iterator[Finding]:
    yield Finding.of(TIER, published(run.tiers("segment_summary")[TIER], "value_index"), 100.0)


@claim(
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


@claim(
    "no_effect_on_referrals",
    "The referral rate of the fully connected less that of the highly satisfied, likewise.",
    kind="null",
    where=is_null,
)
def no_effect_on_referrals(run: Run) -> Iterator[Finding]:
    rows = run.tiers("segment_advocacy")
    one, base = (published(rows[tier], "referral_rate") for tier in (TIER, BASE))
    yield Finding.of(TIER, difference(one, base), 0.0)


@claim(
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
