"""Made-up customers who rate some of what they met, in whom each touchpoint's effect is planted.

A customer finds each touchpoint good or bad. What it drives makes them connected and what it
pleases makes them satisfied, if they met it. Satisfied customers rate everything higher (halo), a
survey asks about some of what a customer met, and connection is measured with noise. With the truth
at hand, what is recovered can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HALO = 0.35
RELIABILITY = 0.65  # of the connection score: its share of variance that is no noise
CSAT_RELIABILITY = 0.6
MOST_SURVEYS = 3
_CHUNK = 10_000


@dataclass(frozen=True)
class Plan:
    """What each touchpoint does, how many meet it, and about how many a survey asks at most."""

    drives: Floats
    pleases: Floats
    reach: Floats
    asked: int


@dataclass(frozen=True)
class Answers:
    """Ratings [customers, touchpoints], NaN where not rated; scores [customers]."""

    ratings: Floats
    connection: Floats
    satisfaction: Floats


TWELVE = Plan(
    drives=np.array([0.3, 0.05, 0.1, 0, 0.05, 0.2, 0.3, 0.02, 0.25, 0.5, 0.3, 0]),
    pleases=np.array([0.3, 0.3, 0.2, 0.35, 0.4, 0.25, 0.3, 0.05, 0.15, 0.05, 0.05, 0.45]),
    reach=np.array([0.7, 0.8, 0.55, 0.9, 0.75, 0.35, 0.4, 0.6, 0.5, 0.2, 0.75, 0.95]),
    asked=8,
)
NULL = replace(TWELVE, drives=np.zeros(12))


def many(touchpoints: int, asked: int) -> Plan:
    """Return a plan of so many touchpoints, few of which drive much; the same one each time."""
    draw = np.random.default_rng(touchpoints)
    return Plan(
        drives=draw.beta(0.6, 2, touchpoints),
        pleases=draw.random(touchpoints) / 2,
        reach=draw.uniform(0.2, 0.9, touchpoints),
        asked=asked,
    )


def complete(plan: Plan) -> Plan:
    """Return the plan with every touchpoint met and rated by every customer."""
    return replace(plan, reach=np.ones_like(plan.reach), asked=len(plan.reach))


def answers(plan: Plan, customers: int, seed: int) -> Answers:
    """Return what so many customers answered, made in chunks so that memory shows little of it."""
    draw = np.random.default_rng(seed)
    ratings = np.empty((customers, len(plan.drives)))
    connection, satisfaction = np.empty(customers), np.empty(customers)
    for start in range(0, customers, _CHUNK):
        part = slice(start, min(start + _CHUNK, customers))
        ratings[part], connection[part], satisfaction[part] = _some(plan, part, draw)
    return Answers(ratings, connection, satisfaction)


def _some(plan: Plan, part: slice, draw: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    customers, shape = part.stop - part.start, (part.stop - part.start, len(plan.drives))
    quality, is_met = draw.standard_normal(shape), draw.random(shape) < plan.reach
    connected = _effect(quality * is_met, plan.drives, plan.reach)
    pleased = _effect(quality * is_met, plan.pleases, plan.reach)
    satisfied = 0.7 * pleased + 0.25 * connected + 0.6 * draw.standard_normal(customers)
    level = 4.6 + 1.1 * quality + HALO * satisfied[:, None]
    ratings = _rated(level, is_met, plan.asked, draw)
    return (
        ratings,
        _measured(connected, RELIABILITY, draw),
        _measured(satisfied, CSAT_RELIABILITY, draw),
    )


def _effect(met: Floats, effects: Floats, reach: Floats) -> Floats:
    """Return what all that a customer met adds up to, with variance 1 over customers."""
    variance = float(np.square(effects) @ reach)
    total: Floats = met @ effects / np.sqrt(variance or 1)
    return total


def _measured(truth: Floats, reliability: float, draw: np.random.Generator) -> Floats:
    noise = draw.standard_normal(len(truth))
    score: Floats = np.sqrt(reliability) * truth + np.sqrt(1 - reliability) * noise
    return score


def _rated(
    level: Floats, is_met: npt.NDArray[np.bool_], asked: int, draw: np.random.Generator
) -> Floats:
    """Return mean ratings over one to three surveys, each about some of what was met."""
    surveys = draw.integers(1, MOST_SURVEYS + 1, len(level))
    total, times = np.zeros_like(level), np.zeros_like(level)
    for survey in range(MOST_SURVEYS):
        turn = np.where(is_met, draw.random(level.shape), 2).argsort(axis=1).argsort(axis=1)
        is_asked = is_met & (turn < asked) & (survey < surveys)[:, None]
        given = np.clip(np.rint(level + 0.8 * draw.standard_normal(level.shape)), 1, 7)
        total += given * is_asked
        times += is_asked
    return np.where(times > 0, total / np.maximum(times, 1), np.nan)
