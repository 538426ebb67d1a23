"""Survey responses: the only place where motivators and satisfaction are measured directly.

The touchpoints that a response rates are simulated apart: `ratings.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.simulation.context import Change, GenerationContext, removals
from sandbox.simulation.population import MOTIVATORS
from sandbox.times import DAY, Flags, Floats, Ints


@dataclass(frozen=True)
class SurveyResponse:
    """A response as it arrives; a touchpoint survey asks for satisfaction and effort alone."""

    customer: int
    is_relationship: bool
    touchpoint: str
    submitted_at: int
    satisfaction: int
    effort: int
    recommend: int | None
    differentiation: int | None
    motivators: dict[str, int | None]
    verbatim: str | None
    is_deleted: bool


@dataclass(frozen=True)
class Surveys:
    """What is drawn for all responses at once, by response."""

    month: Ints
    customer: Ints
    touchpoint: Ints
    submitted: Ints
    arrived: Ints  # some arrive days after they were submitted
    is_relationship: Flags
    scales: list[list[int]]  # satisfaction, effort, recommend, differentiation
    motivators: list[list[int | None]]
    mood: Floats
    bond: Floats
    has_verbatim: Flags
    is_edited: Flags
    removed: list[list[Change]]


def draw_surveys(context: GenerationContext) -> Surveys:
    """Draw who answers when, and what is answered on scales."""
    rng, scenario, population = context.rng("surveys"), context.scenario, context.population
    evidence, shares = scenario.evidence, scenario.changes
    rate = evidence.survey_invited_a_month * evidence.survey_response_rate
    eager = np.where(population.connected, 1.15, 0.97).astype(np.float32)
    month, customer, moment = context.events(rng, rate * eager)
    touchpoint = context.touchpoints(rng, customer)
    count = len(month)
    scales, quality = _scales(context, rng, month, customer, touchpoint)
    motivators = _motivators(context, rng, month, customer)
    mood, bond = context.valence(rng, month, customer, quality)
    relationship = rng.random(count) < evidence.has_motivator_items
    writes = rng.random(count) < evidence.has_verbatim
    late = rng.random(count) < shares.late_response_share
    delay = np.where(late, rng.random(count) * shares.late_survey_days * DAY, 2000)
    arrived = moment + delay.astype(np.int64)
    edited = rng.random(count) < shares.edited
    return Surveys(
        month=month,
        customer=customer,
        touchpoint=touchpoint,
        submitted=moment,
        arrived=arrived,
        is_relationship=relationship,
        scales=scales,
        motivators=motivators,
        mood=mood,
        bond=bond,
        has_verbatim=writes,
        is_edited=edited,
        removed=removals(context, rng, arrived),
    )


def survey_responses(
    context: GenerationContext, surveys: Surveys
) -> Iterator[tuple[SurveyResponse, list[Change]]]:
    """Return all responses with their changes, in the order of their submission."""
    scenario, texts = context.scenario, context.texts("surveys")
    names = [point.name for point in scenario.touchpoints]
    for at, who in enumerate(surveys.customer.tolist()):
        name, is_relationship = names[surveys.touchpoint[at]], bool(surveys.is_relationship[at])
        words = float(surveys.mood[at]), name, scenario.key_motivators, float(surveys.bond[at])
        satisfaction, effort, recommend, differentiation = surveys.scales[at]
        items = surveys.motivators[at] if is_relationship else [None] * len(MOTIVATORS)
        response = SurveyResponse(
            customer=who,
            is_relationship=is_relationship,
            touchpoint=name,
            submitted_at=int(surveys.submitted[at]),
            satisfaction=satisfaction,
            effort=effort,
            recommend=recommend if is_relationship else None,
            differentiation=differentiation if is_relationship else None,
            motivators=dict(zip(MOTIVATORS, items, strict=True)),
            verbatim=texts.verbatim(*words) if surveys.has_verbatim[at] else None,
            is_deleted=False,
        )
        arrived = int(surveys.arrived[at])
        changes: list[Change] = [(arrived, {}), *surveys.removed[at]]
        if surveys.is_edited[at]:
            changes.append((arrived + 2 * DAY, {"verbatim": texts.verbatim(*words)}))
        yield response, changes


def _scales(
    context: GenerationContext,
    rng: np.random.Generator,
    month: Ints,
    customer: Ints,
    touchpoint: Ints,
) -> tuple[list[list[int]], Floats]:
    """Draw satisfaction, effort, recommend and differentiation, and return the quality met."""
    population, noise = context.population, context.scenario.evidence.item_noise
    content = population.satisfaction[month, customer]
    quality = population.quality[customer, touchpoint]

    def scale(mean: Floats, spread: float, low: int, high: int) -> NDArray[np.int64]:
        drawn = mean + spread * noise * rng.standard_normal(len(month))
        return np.clip(np.rint(drawn), low, high).astype(np.int64)

    satisfaction = scale(3.65 + 0.95 * content + 0.2 * quality, 0.75, 1, 5)
    effort = scale(4.6 + 0.9 * content + 0.3 * quality, 1.1, 1, 7)
    promotes = rng.random(len(month)) < population.advocacy[month, customer]
    cool = scale(6.3 + 1.3 * content, 1.6, 0, 8)
    recommend = np.where(promotes, rng.integers(9, 11, len(month)), cool)
    difference = scale(4.25 + 1.5 * population.difference[month, customer], 0.8, 1, 7)
    return np.stack([satisfaction, effort, recommend, difference], axis=1).tolist(), quality


def _motivators(
    context: GenerationContext, rng: np.random.Generator, month: Ints, customer: Ints
) -> list[list[int | None]]:
    """Draw the ten motivator items: the key ones move with connection most."""
    scenario = context.scenario
    weight = np.array([1.0 if name in scenario.key_motivators else 0.45 for name in MOTIVATORS])
    felt = context.population.connection[month, customer][:, None]
    person = 0.45 * rng.standard_normal((scenario.customers, len(MOTIVATORS)))[customer]
    drawn = 4.85 + scenario.effects.motivators * weight * felt + person
    drawn += scenario.evidence.item_noise * rng.standard_normal(drawn.shape)
    whole = np.clip(np.rint(drawn), 1, 7).astype(np.int64).tolist()
    skipped = (rng.random(drawn.shape) < 0.04).tolist()
    return [
        [None if skip else item for item, skip in zip(row, skips, strict=True)]
        for row, skips in zip(whole, skipped, strict=True)
    ]
