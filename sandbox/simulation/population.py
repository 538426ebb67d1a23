"""The hidden state of every customer in every month: what the served records are caused by.

Connection and satisfaction are two latent numbers per customer and month.  Touchpoints move
both, an initiative lifts the first, negative moments lower the second; together they cause who
leaves, who buys and who tells others.  The pipeline never sees any of this, only its traces.
The share of connected customers is held at the scenario's target month by month, so a test
knows what to expect without trusting the generator's luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.scenario import Scenario
from sandbox.simulation.months import (
    CustomerMonths,
    initiative_effect,
    random_walk,
    simulate_months,
    touchpoint_effect,
)
from sandbox.times import Flags, Floats, Ints, month_starts

MOTIVATORS = (
    "stand_out",
    "confidence_in_future",
    "well_being",
    "freedom",
    "thrill",
    "belonging",
    "protect_environment",
    "be_who_i_want",
    "security",
    "success_in_life",
)


@dataclass(frozen=True)
class Population:
    """Arrays by month and customer (`[t, i]`), by customer (`[i]`) or by month (`[t]`)."""

    month_starts: Ints  # [t] and one more: the end of the last month
    joined: Ints  # [i] the month a customer joins; 0 also for those who were there before
    was_there: Flags  # [i] a customer before the history began
    channel: Ints  # [i] index into the scenario's acquisition channels
    quality: Floats  # [i, touchpoint] what a customer meets at each touchpoint
    meets: Flags  # [i, touchpoint]
    connection: Floats  # above 0: connected
    satisfaction: Floats  # above 0: satisfied
    hazard: Floats
    advocacy: Floats  # the chance to act as an advocate
    difference: Floats  # sees the brand as different, in points around 0
    negative: Flags  # a negative moment in that month
    active: Flags
    leaves: Flags  # the month is the customer's last

    @property
    def connected(self) -> Flags:
        """Return who is connected."""
        return self.connection > 0

    @property
    def satisfied(self) -> Flags:
        """Return who is satisfied."""
        return self.satisfaction > 0


def populate(scenario: Scenario) -> Population:
    """Simulate the hidden state, month after month, from the scenario's seed."""
    rng = np.random.default_rng([scenario.seed, 1])
    n = scenario.customers
    edges = month_starts(scenario)
    months = len(edges) - 1
    was_there = rng.random(n) < scenario.behaviour.active_at_start
    joined = np.where(was_there, 0, rng.integers(0, months, n))
    channel = rng.choice(
        len(scenario.acquisition_channels), n, p=list(scenario.acquisition_channels.values())
    )
    quality = rng.standard_normal((n, len(scenario.touchpoints)), np.float32)
    meets = rng.random(quality.shape) < [point.reach for point in scenario.touchpoints]
    negative = rng.random((months, n)) < scenario.behaviour.negative_moment_a_month
    drives = touchpoint_effect(quality * meets, [point.drives for point in scenario.touchpoints])
    pleases = touchpoint_effect(quality * meets, [point.pleases for point in scenario.touchpoints])
    wanted = random_walk(rng, months, 0.8 * drives + 0.5 * rng.standard_normal(n, np.float32))
    wanted += initiative_effect(scenario, edges, channel)
    content = random_walk(rng, months, 0.7 * pleases + 0.25 * wanted[0])
    content -= scenario.behaviour.negative_moment_dissatisfies * negative
    lived = simulate_months(scenario, rng, wanted, content, negative, joined)
    odds = _advocacy_log_odds(scenario, rng, lived)
    sees = 0.45 * lived.connection + 0.6 * rng.standard_normal(n, np.float32) + 0.45
    return Population(
        month_starts=edges,
        joined=joined.astype(np.int64),
        was_there=was_there,
        channel=channel,
        quality=quality,
        meets=meets,
        negative=negative,
        advocacy=(1 / (1 + np.exp(-odds))).astype(np.float32),
        difference=sees.astype(np.float32),
        connection=lived.connection,
        satisfaction=lived.satisfaction,
        hazard=lived.hazard,
        active=lived.active,
        leaves=lived.leaves,
    )


def _advocacy_log_odds(
    scenario: Scenario, rng: np.random.Generator, lived: CustomerMonths
) -> Floats:
    """Return the log-odds of acting as an advocate: [month, customer]."""
    effects, behaviour = scenario.effects, scenario.behaviour
    months, n = lived.connection.shape
    leaning = 0.5 * rng.standard_normal(n, np.float32) + behaviour.advocacy_log_odds
    trend = [behaviour.advocacy_trend * scenario.progress(month) for month in range(months)]
    odds: Floats = (
        leaning
        + effects.advocacy * (lived.connection > 0)
        + effects.satisfied_advocacy * (lived.satisfaction > 0)
        + np.array(trend)[:, None]
    )
    return odds
