"""Touchpoints, teams and initiatives once more, in pandas and numpy, straight from `raw`.

Written from the marts' descriptions and not from the SQL, so that a mistake has to be made twice
to pass. Who is whose, who left and who is in which tier is the first second route's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from numpy.typing import NDArray

from kindred.text_emotions import SCORES
from tests.integration.marts_second_route import SecondRoute

Floats = NDArray[np.float64]
EMOTIONS = list(SCORES[1:12])
KINDS = {"motivator": "survey_weight", "emotion": "text_weight"}


@dataclass(frozen=True)
class Shrunk:
    """Estimates of group means drawn toward their common mean, with their variances."""

    own_weight: Floats
    common: float
    estimate: Floats
    variance: Floats


def shrink(means: Floats, variances: Floats) -> Shrunk:
    """Draw means toward their common mean: DerSimonian and Laird 1986, then Morris 1983."""
    groups, fixed = len(means), 1 / variances
    pooled = (fixed * means).sum() / fixed.sum()
    excess = (fixed * (means - pooled) ** 2).sum() - (groups - 1)
    between = max(0.0, excess / (fixed.sum() - (fixed**2).sum() / fixed.sum()))
    weight = 1 / (variances + between)
    common = float((weight * means).sum() / weight.sum())
    pull = max(0.0, (groups - 3) / (groups - 1)) * variances * weight
    typical = (weight * variances).sum() / weight.sum()
    own = variances * (1 - (1 - weight / weight.sum()) * pull)
    doubt = pull**2 * (typical + between) * weight * (means - common) ** 2
    unknown = 2 / (groups - 3) * doubt if groups > 3 else 0.0
    return Shrunk(1 - pull, common, means + pull * (common - means), own + unknown)


def clustered(values: pd.Series, customers: pd.Series) -> tuple[float, float, int]:
    """Return mean, sum of squared deviations summed by customer, and customers."""
    sums = (values - values.mean()).groupby(customers).sum()
    return float(values.mean()), float((sums**2).sum()), len(sums)


def matched(frame: pd.DataFrame, least: int) -> tuple[float, float, int, int]:
    """Return effect, variance, reached and compared of `value` over strata of customers alike."""
    parts = []
    for _, stratum in frame.groupby("stratum"):
        reached, compared = (stratum.value[stratum.is_reached == is_it] for is_it in (True, False))
        if min(len(reached), len(compared)) >= least:
            variance = reached.var() / len(reached) + compared.var() / len(compared)
            effect = reached.mean() - compared.mean()
            parts.append((len(reached), len(compared), effect, variance))
    sizes, others, effects, variances = (np.array(column) for column in zip(*parts, strict=True))
    share = sizes / sizes.sum()
    return (share @ effects, share**2 @ variances, int(sizes.sum()), int(others.sum()))


class StoriesRoute(SecondRoute):
    """Reads raw once, then answers for touchpoints, teams and initiatives."""

    def __init__(self, dsn: str, seeds: dict[str, Any], lapses: dict[str, Any]) -> None:
        super().__init__(dsn, seeds, lapses)
        with psycopg.connect(dsn) as conn:
            names = ", ".join(SCORES)
            cursor = conn.execute(f"select text_hash, {names} from scored.texts")
            scores = pd.DataFrame(cursor.fetchall(), columns=["text_hash", *SCORES])
            referrals = conn.execute(
                "select referrer_contact_id, created_at from raw.salesforce_referrals"
                " where not is_deleted"
            ).fetchall()
        self.scores = scores.set_index("text_hash")
        self.referrals = [(who, at.date()) for who, at in referrals]
        for row in self.merged.itertuples():
            since = self.customers.customer_since[row.master_contact_id]
            self.customers.loc[row.master_contact_id, "customer_since"] = min(
                since, row.customer_since
            )

    def score(self, words: str) -> pd.Series:
        """Return a text's scores."""
        return self.scores.loc[hashlib.md5(words.encode()).hexdigest()]  # noqa: S324

    def conversations(self) -> list[tuple[Any, pd.DataFrame, pd.DataFrame]]:
        """Return caller, phrases in order and their scores, of callers who consent."""
        found = []
        for _, phrases in self.phrases.groupby("conversation_id"):
            if (who := self.caller(phrases.iloc[0])) in self.consenting:
                ordered = phrases.sort_values("phrase_number")
                scores = pd.DataFrame([self.score(text) for text in ordered.text])
                found.append((who, ordered, scores))
        return found

    def touchpoint_texts(self) -> pd.DataFrame:
        """Return customer, touchpoint, day and scores of every text of a touchpoint."""
        rows: list[dict[str, Any]] = [
            {"customer": row.contact_id, "touchpoint": row.touchpoint, "at": row.submitted_at}
            | self.score(row.verbatim).to_dict()
            for row in self.surveys.dropna(subset=["verbatim", "touchpoint"]).itertuples()
            if row.contact_id in self.consenting
        ]
        rows += [
            {"customer": who, "touchpoint": "call_center", "at": phrases.said_at.max()}
            | scores.mean().to_dict()
            for who, phrases, scores in self.conversations()
        ]
        return pd.DataFrame(rows)

    def shifts(self) -> pd.DataFrame:
        """Return customer, team, day and shift of every conversation of a team."""
        rows = []
        for who, phrases, scores in self.conversations():
            third = max(1, round(len(scores) / 3))
            ends = scores.valence.iloc[:third].mean(), scores.valence.iloc[-third:].mean()
            if len(scores) >= 2 and isinstance(phrases.queue_id.iloc[0], str):
                rows.append((who, phrases.queue_id.iloc[0], phrases.started_at.iloc[0], *ends))
        shifts = pd.DataFrame(rows, columns=["customer", "team", "at", "start", "end"])
        return shifts.assign(shift=shifts.end - shifts.start)

    def acts(self) -> list[tuple[Any, date]]:
        """Return who advocated when."""
        posts = [
            (who, row.created_at.date())
            for row in self.posts.itertuples()
            if (who := self.owners.get(("claimed_handle", row.account))) in self.consenting
            and self.score(row.content).valence >= self.seeds["positive_valence_from"]
        ]
        return self.referrals + posts

    def cohort(self, start: date, bands: dict[str, list[int]]) -> pd.DataFrame:
        """Return the customers of a start: reached or not, and their stratum before it."""
        entry = (start - timedelta(days=1)).replace(day=1)
        before = self.month(entry, start, start - timedelta(days=1))
        here = before[~before.has_left].copy()
        people = self.customers.loc[here.index]
        here["channel"] = people.acquisition_channel
        year = (pd.Timestamp(start) - pd.DateOffset(years=1)).date()
        orders = [len(self.orders_of(who, year, start)) for who in here.index]
        tenure = [
            sum(
                (pd.Timestamp(since) + pd.DateOffset(months=edge)).date() <= start
                for edge in bands["tenure_months"]
            )
            for since in people.customer_since
        ]
        edges = np.searchsorted(bands["orders_12m"], orders, side="right")
        here["stratum"] = list(zip(here.tier, edges, tenure, strict=True))
        here = here.dropna(subset=["channel"])
        return here.assign(is_reached=here.channel == "store")

    def period_scores(self, begins: date, ends: date) -> pd.Series:
        """Return the connection score of a period by customer: the blend without decay."""
        known = self.evidence[self.evidence.kind.isin(KINDS)]
        on = known["at"].dt.tz_convert("UTC").dt.date
        known = known[(on >= begins) & (on < ends)]
        weight = known.kind.map(lambda kind: self.seeds[KINDS[kind]]).astype(float)
        sums = pd.DataFrame(
            {"who": known.customer, "weight": weight, "value": weight * known.value}
        )
        sums = sums.groupby("who").sum()
        sums = sums[sums.weight >= self.seeds["minimum_evidence_weight"]]
        prior = self.seeds["prior_weight"]
        return (sums.value + prior * self.seeds["prior_score"]) / (sums.weight + prior)
