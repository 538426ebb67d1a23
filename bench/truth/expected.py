"""What the hidden state makes likely: chances and means before the dice were thrown.

An interval speaks of what such customers do on average, so its truth is a chance, not what one
seed's dice made of it: against the outcome itself an interval would look better than it is,
since it and the estimate share their luck. The formulas repeat those of `sandbox/simulation/`; a
test holds each against what the sandbox really does.

All frames are month by customer, by the truth's names of customers.
"""

from __future__ import annotations

from itertools import pairwise
from math import erf, sqrt

import numpy as np
import pandas as pd

from bench.truth.hidden import Moment, Truth
from sandbox.scenario import Scenario

CANCELLED = 0.03  # of the orders


def chance_gone(truth: Truth, scenario: Scenario, since: Moment, until: Moment) -> pd.Series:
    """Return each customer's chance not to be one in month `until`, as it stood in `since`.

    Who joined later starts with the month of joining; who left may have come back.
    """
    active, hazard = truth.flags("is_active"), truth.wide("hazard").fillna(0.0)
    joined = truth.joined()
    months = [month for month in active.index if since <= month <= until]
    stays = active.loc[months[0]]
    for before, month in pairwise(months):
        back = scenario.behaviour.return_a_month * (joined < before).reindex(stays.index)
        stays = stays * (1 - hazard.loc[before]) + (1 - stays) * back
        stays = stays.mask((joined == month).reindex(stays.index), 1.0)
    return pd.Series(1 - stays)


def chance_to_stay(truth: Truth, since: Moment, until: Moment) -> pd.Series:
    """Return each customer's chance to stay from month `since` to month `until` without a break.

    Who joined in between stays from then on.
    """
    stays = (1 - truth.wide("hazard").fillna(0.0)).loc[since:until].iloc[:-1]
    return pd.Series(stays.prod())


def order_rate(truth: Truth, scenario: Scenario) -> pd.DataFrame:
    """Return the orders a month that each state makes likely of whoever is still a customer."""
    effects, behaviour = scenario.effects, scenario.behaviour
    connected, satisfied = truth.flags("is_connected"), truth.flags("is_satisfied")
    months = pd.DatetimeIndex(connected.index)
    season = 1 + 0.22 * np.cos(2 * np.pi * (months.month.to_numpy() - 12) / 12)
    rate = behaviour.orders_a_month * effects.order_rate**connected
    return rate.mul(season, axis=0) * effects.satisfied_order_rate**satisfied


def revenue(truth: Truth, scenario: Scenario) -> pd.DataFrame:
    """Return the revenue that each customer's state makes likely in each month."""
    effects, behaviour = scenario.effects, scenario.behaviour
    connected = truth.flags("is_connected")
    months = pd.DatetimeIndex(connected.index)
    orders = truth.flags("is_active") * order_rate(truth, scenario)
    joined = truth.joined().reindex(orders.columns)
    # The order that made somebody a customer; who was there at the beginning had it before.
    for month in months[1:]:
        orders.loc[month] += joined == month
    return orders * behaviour.order_amount * effects.spend**connected * (1 - CANCELLED)


def referrals(truth: Truth, scenario: Scenario) -> pd.DataFrame:
    """Return the referrals that each customer's state makes likely in each month."""
    rate = scenario.behaviour.referrals_a_month * truth.flags("is_active")
    return rate * scenario.effects.referral ** truth.flags("is_connected")


def consolidations(truth: Truth, scenario: Scenario) -> pd.DataFrame:
    """Return each customer's chance to consolidate in each month, had they not yet."""
    chance = scenario.behaviour.consolidates_a_month * truth.flags("is_active")
    return chance * scenario.effects.consolidation ** truth.flags("is_connected")


def trailing(monthly: pd.DataFrame, month: Moment, months: float) -> pd.Series:
    """Return the sum over the trailing months that end with `month`."""
    first = month - pd.DateOffset(months=int(months) - 1)
    return monthly.loc[first:month].sum()


def chance_detractor(
    advocacy: pd.Series, satisfaction: pd.Series, is_call: pd.Series, scenario: Scenario
) -> pd.Series:
    """Return the chance to answer 0-6: who is no promoter answers by satisfaction.

    A survey's answer has noise around 6.3 + 1.3 s, a call's is 6 + 1.5 s rounded.
    """
    spread = 1.6 * scenario.evidence.item_noise
    above = (6.5 - 6.3 - 1.3 * satisfaction.astype(float)) / spread
    by_survey = above.map(lambda x: (1 + erf(x / sqrt(2))) / 2)
    by_call = (satisfaction <= 1 / 3).astype(float)
    return (1 - advocacy) * by_survey.where(~is_call, by_call)
