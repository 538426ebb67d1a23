"""Touchpoint ratings: how good each touchpoint was, and how much people say it matters.

The two differ on purpose.  A rating follows what a customer met there.  What people say matters
is what they think of, and they think of what pleases them (`pleases`), not of what connects
them (`drives`): a hidden driver is rated like any other and called unimportant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.simulation.context import Change, GenerationContext
from sandbox.simulation.surveys import Surveys
from sandbox.times import Flags, Floats, Ints


@dataclass(frozen=True)
class TouchpointRating:
    """A rating as it arrives with its response."""

    response: int  # the number of the survey response
    customer: int
    touchpoint: str
    rated_at: int
    rating: int
    importance: int | None
    is_deleted: bool


def touchpoint_ratings(
    context: GenerationContext, surveys: Surveys
) -> Iterator[tuple[TouchpointRating, list[Change]]]:
    """Return all ratings; they arrive, are deleted and come back with their response."""
    rng = context.rng("touchpoint_ratings")
    survey, touchpoint = _rated(context, rng, surveys)
    ratings = _ratings(context, rng, surveys, survey, touchpoint).tolist()
    importances = _importances(context, rng, surveys, survey, touchpoint).tolist()
    is_asked = rng.random(len(surveys.customer)) < context.scenario.evidence.asks_importance
    names = [point.name for point in context.scenario.touchpoints]
    for at, (of, point) in enumerate(zip(survey.tolist(), touchpoint.tolist(), strict=True)):
        rating = TouchpointRating(
            response=of,
            customer=int(surveys.customer[of]),
            touchpoint=names[point],
            rated_at=int(surveys.submitted[of]),
            rating=ratings[at],
            importance=importances[at] if is_asked[of] else None,
            is_deleted=False,
        )
        yield rating, [(int(surveys.arrived[of]), {}), *surveys.removed[of]]


def _rated(
    context: GenerationContext, rng: np.random.Generator, surveys: Surveys
) -> tuple[Ints, Ints]:
    """Draw which of the touchpoints that a customer meets each relationship survey asks about.

    Returns the response and the touchpoint of each rating.
    """
    asked = np.flatnonzero(surveys.is_relationship)
    meets: Flags = context.population.meets[surveys.customer[asked]]
    lots = np.where(meets, rng.random(meets.shape), np.inf)
    most = min(context.scenario.evidence.ratings_a_survey, lots.shape[1])
    drawn = np.argsort(lots, axis=1)[:, :most]
    row, place = np.nonzero(np.take_along_axis(meets, drawn, axis=1))
    return asked[row], drawn[row, place]


def _ratings(
    context: GenerationContext,
    rng: np.random.Generator,
    surveys: Surveys,
    survey: Ints,
    touchpoint: Ints,
) -> Ints:
    """Draw "how good was it", 1-7: what was met there, and a halo of the general mood."""
    customer = surveys.customer[survey]
    quality = context.population.quality[customer, touchpoint]
    halo = context.population.satisfaction[surveys.month[survey], customer]
    return _scale(context, rng, 4.6 + 1.1 * quality + 0.35 * halo)


def _importances(
    context: GenerationContext,
    rng: np.random.Generator,
    surveys: Surveys,
    survey: Ints,
    touchpoint: Ints,
) -> Ints:
    """Draw "how much does it matter to you", 1-7: by what pleases, at a level of one's own."""
    pleases = np.array([point.pleases for point in context.scenario.touchpoints], np.float32)
    person = 0.6 * rng.standard_normal(context.scenario.customers, np.float32)
    mean = 3.2 + 6.5 * pleases[touchpoint] + person[surveys.customer[survey]]
    return _scale(context, rng, mean)


def _scale(context: GenerationContext, rng: np.random.Generator, mean: Floats) -> Ints:
    noise = context.scenario.evidence.item_noise * rng.standard_normal(len(mean))
    return np.clip(np.rint(mean + noise), 1, 7).astype(np.int64)
