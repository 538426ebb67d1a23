"""How connection and satisfaction move from month to month, and what they cause at once.

Months are taken one after the other, because who is still a customer decides where the shares
of connected and satisfied customers are held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.scenario import Scenario
from sandbox.times import Flags, Floats, Ints, milliseconds


@dataclass(frozen=True)
class CustomerMonths:
    """What became of the customers, by month and customer."""

    connection: Floats
    satisfaction: Floats
    hazard: Floats
    active: Flags
    leaves: Flags


def touchpoint_effect(met: Floats, weights: list[float]) -> Floats:
    """Return what the touchpoints add up to for each customer, at unit spread."""
    total: Floats = met @ np.array(weights, np.float32)
    spread = float(total.std())
    return total / spread if spread > 0 else total


def random_walk(rng: np.random.Generator, months: int, home: Floats) -> Floats:
    """Return a slow walk around each customer's `home`: [month, customer]."""
    walk = np.empty((months, len(home)), np.float32)
    away = 0.4 * rng.standard_normal(len(home), np.float32)
    for month in range(months):
        walk[month] = home + away
        away = 0.85 * away + 0.21 * rng.standard_normal(len(home), np.float32)
    return walk


def initiative_effect(scenario: Scenario, edges: Ints, channel: Ints) -> Floats:
    """Return what initiatives add to connection: [month, customer]."""
    lift = np.zeros((len(edges) - 1, len(channel)), np.float32)
    names = list(scenario.acquisition_channels)
    for initiative in scenario.initiatives:
        since = edges[:-1] >= milliseconds(initiative.starts)
        reached = channel == names.index(initiative.acquisition_channel)
        lift += initiative.lift * np.outer(since, reached)
    return lift


def simulate_months(
    scenario: Scenario,
    rng: np.random.Generator,
    wanted: Floats,
    content: Floats,
    negative: Flags,
    joined: Ints,
) -> CustomerMonths:
    """Simulate month after month: hold the shares at target, let customers leave and return."""
    months, n = wanted.shape
    effects, behaviour = scenario.effects, scenario.behaviour
    connection, satisfaction = np.empty_like(wanted), np.empty_like(content)
    hazard = np.empty_like(wanted)
    active, leaves = np.zeros((months, n), bool), np.zeros((months, n), bool)
    frailty = rng.lognormal(-0.045, 0.3, n)
    here, scale = np.zeros(n, bool), 0.0
    first, last = scenario.share_connected
    for month in range(months):
        here |= joined == month
        progress = scenario.progress(month)
        connection[month] = _held(wanted[month], here, first + (last - first) * progress)
        satisfaction[month] = _held(content[month], here, scenario.share_satisfied)
        is_connected, is_satisfied = connection[month] > 0, satisfaction[month] > 0
        risk = frailty * np.where(is_connected, effects.hazard, 1.0)
        risk *= np.where(is_satisfied, effects.satisfied_hazard, 1.0)
        harm = behaviour.negative_moment_harm * negative[month]
        risk *= 1 + harm * np.where(is_connected, effects.buffer, 1.0)
        scale = scale or behaviour.hazard_a_month / float(risk[here].mean())
        trend = 1 + (behaviour.hazard_trend - 1) * progress
        hazard[month] = np.clip(risk * scale * trend, 0, 0.9)
        draw = rng.random(n)
        active[month], leaves[month] = here, here & (draw < hazard[month])
        back = ~here & (joined < month) & (draw < behaviour.return_a_month)
        here = (here & ~leaves[month]) | back
    return CustomerMonths(connection, satisfaction, hazard, active, leaves)


def _held(latent: Floats, here: Flags, share: float) -> Floats:
    """Shift a latent number so that `share` of the customers who are here are above 0."""
    return latent - np.float32(np.quantile(latent[here], 1 - share))
