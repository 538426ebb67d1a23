"""Advocacy: promoters, net promoter score, referrals.

The headline advocacy_rate has no hidden counterpart: whether a post is positive is the scorer's
judgement. Its parts that have one are here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from bench.truth import expected
from bench.truth.assertions.registry import Finding, assertion
from bench.truth.assertions.shares import CONNECTED
from bench.truth.intervals import published, ratio, wilson
from bench.truth.runs import Run


@assertion(
    "promoter_share",
    "Of a tier's customers with an answer in the window, the share whose latest is 9-10 (Wilson's"
    " interval, by the counts of segment_advocacy); truth: the mean hidden chance to promote of"
    " the same customers when they answered.",
)
def promoter_share(run: Run) -> Iterator[Finding]:
    answers = latest_answers(run)
    for tier, row in run.tiers("segment_advocacy", "is_nps_suppressed").items():
        share = wilson(row["promoters"], row["nps_answers"], run.z)
        yield Finding.of(tier, share, _mean(answers, tier, "advocacy"))


@assertion(
    "promoter_share_of_all",
    "The same figure of everybody, read as that of all customers; truth: the mean hidden chance"
    " to promote of everybody who is a customer in the month, asked or not.",
)
def promoter_share_of_all(run: Run) -> Iterator[Finding]:
    row = run.tiers("segment_advocacy", "is_nps_suppressed")["all"]
    active = run.truth.active(run.month)
    truth = float(run.truth.during("advocacy", run.month)[active].mean())
    yield Finding.of("all", wilson(row["promoters"], row["nps_answers"], run.z), truth)


@assertion(
    "nps",
    "A tier's net promoter score, by the latest answers in the window; truth: the mean hidden"
    " chance to promote less that to detract, of the same customers when they answered.",
)
def nps(run: Run) -> Iterator[Finding]:
    answers = latest_answers(run)
    answers["net"] = 100 * (answers["advocacy"] - answers["detraction"])
    for tier, row in run.tiers("segment_advocacy", "is_nps_suppressed").items():
        yield Finding.of(tier, published(row, "nps"), _mean(answers, tier, "net"))


@assertion(
    "referral_rate",
    "Of a tier's customers, the share who made a referral in the trailing year; truth: the mean"
    " hidden chance of the same customers to have made one.",
)
def referral_rate(run: Run) -> Iterator[Finding]:
    chance = chance_to_refer(run)
    for tier, row in run.tiers("segment_advocacy").items():
        truth = run.truth.mean(chance, run.names(run.customers, tier))
        yield Finding.of(tier, published(row, "referral_rate"), truth)


@assertion(
    "referral_ratio",
    "How many times as likely the connected are to have referred as the other measured customers"
    " (interval on the log scale, by the marts' counts); truth: the ratio of the mean hidden"
    " chances, of the same customers and of those who are connected in the sandbox.",
)
def referral_ratio(run: Run) -> Iterator[Finding]:
    is_connected = run.measured["tier"].isin(CONNECTED)
    has_referred = run.measured["referrals_made"] > 0
    yes, no = has_referred[is_connected], has_referred[~is_connected]
    found = ratio(int(yes.sum()), len(yes), int(no.sum()), len(no), run.z)
    chance, active = chance_to_refer(run), run.truth.active(run.month)
    same = run.truth.mean(chance, yes.index) / run.truth.mean(chance, no.index)
    yield Finding.of("same customers", found, same)
    hidden = run.truth.during("is_connected", run.month) == True  # noqa: E712 -- empty is no
    true = float(chance[active & hidden].mean() / chance[active & ~hidden].mean())
    yield Finding.of("true groups", found, true)


def latest_answers(run: Run) -> pd.DataFrame:
    """Return the customers of the month with their latest answer and the chances behind it.

    Columns: tier, advocacy, detraction; by customer_id.
    """
    window = run.number("segment_thresholds", "window_months")
    first, end = run.earlier(window - 1), run.month + pd.DateOffset(months=1)
    answers = run.table("int_nps_answers")
    answers = answers[(answers["answered_on"] >= first) & (answers["answered_on"] < end)]
    answers = answers.sort_values(["answered_at", "answer_id"]).groupby("customer_id").tail(1)
    answers = answers.set_index("customer_id")
    found = run.customers[["tier"]].join(answers[["answer_id", "answered_on"]], how="inner")
    found["month"] = found["answered_on"].dt.to_period("M").dt.to_timestamp()
    hidden = [_states(run, month, group) for month, group in found.groupby("month")]
    found = found.join(pd.concat(hidden), how="inner")
    is_call = found["answer_id"].str.contains("-")  # Genesys names by UUID
    found["detraction"] = expected.chance_detractor(
        found["advocacy"], found["satisfaction"], is_call, run.scenario
    )
    return found


def _states(run: Run, month: object, group: pd.DataFrame) -> pd.DataFrame:
    moment = pd.Timestamp(str(month))
    names = ("advocacy", "satisfaction")
    columns = {name: run.truth.of(name, moment, group.index).astype(float) for name in names}
    return pd.DataFrame(columns)


def chance_to_refer(run: Run) -> pd.Series:
    """Return everybody's hidden chance to have made a referral in the trailing window."""
    window = run.number("segment_thresholds", "window_months")
    monthly = expected.referrals(run.truth, run.scenario)
    return pd.Series(1 - np.exp(-expected.trailing(monthly, run.month, window)))


def _mean(answers: pd.DataFrame, tier: str, name: str) -> float:
    return float(answers.loc[(answers["tier"] == tier) | (tier == "all"), name].mean())
