"""Touchpoint ratings: how good each touchpoint was, and how much people say it matters.

The two differ on purpose.  A rating follows what a customer met there.  What people say matters
is what they think of, and they think of what pleases them (`pleases`), not of what connects
them (`drives`): a hidden driver is rated like any other and called unimportant.
"""

from __future__ import annotations

import numpy as np

from sandbox.ids import salesforce_ids, salesforce_time
from sandbox.records.contacts import People
from sandbox.records.stage import Stage, history
from sandbox.records.surveys import Surveys
from sandbox.shelf import Shelf, ShelfBuilder
from sandbox.times import Flags, Floats, Ints


def touchpoint_ratings(stage: Stage, people: People, surveys: Surveys) -> Shelf:
    """Put all ratings on a shelf; they arrive, are deleted and come back with their response."""
    rng = stage.rng("touchpoint_ratings")
    survey, touchpoint = _rated(stage, rng, surveys)
    ratings = _ratings(stage, rng, surveys, survey, touchpoint).tolist()
    importances = _importances(stage, rng, surveys, survey, touchpoint).tolist()
    is_asked = rng.random(len(surveys.ids)) < stage.scenario.evidence.asks_importance
    names = [point.name for point in stage.scenario.touchpoints]
    ids, builder = salesforce_ids("a0C", len(survey)), ShelfBuilder()
    for at, (of, point) in enumerate(zip(survey.tolist(), touchpoint.tolist(), strict=True)):
        record = {
            "Id": ids[at],
            "Survey_Response__c": surveys.ids[of],
            "Contact__c": people.contact_ids[int(surveys.customer[of])],
            "Touchpoint__c": names[point],
            "Rated_At__c": salesforce_time(int(surveys.submitted[of])),
            "Rating__c": ratings[at],
            "Importance__c": importances[at] if is_asked[of] else None,
            "IsDeleted": False,
        }
        changes = [(int(surveys.arrived[of]), {}), *surveys.gone[of]]
        builder.add(ids[at], history("Touchpoint_Rating__c", record, changes))
    return builder.shelf()


def _rated(stage: Stage, rng: np.random.Generator, surveys: Surveys) -> tuple[Ints, Ints]:
    """Draw which of the touchpoints that a customer meets each relationship survey asks about.

    Returns the response and the touchpoint of each rating.
    """
    deep = np.flatnonzero(surveys.is_deep)
    meets: Flags = stage.population.meets[surveys.customer[deep]]
    lots = np.where(meets, rng.random(meets.shape), np.inf)
    most = min(stage.scenario.evidence.ratings_a_survey, lots.shape[1])
    drawn = np.argsort(lots, axis=1)[:, :most]
    row, place = np.nonzero(np.take_along_axis(meets, drawn, axis=1))
    return deep[row], drawn[row, place]


def _ratings(
    stage: Stage, rng: np.random.Generator, surveys: Surveys, survey: Ints, touchpoint: Ints
) -> Ints:
    """Draw "how good was it", 1-7: what was met there, and a halo of the general mood."""
    customer = surveys.customer[survey]
    quality = stage.population.quality[customer, touchpoint]
    halo = stage.population.satisfaction[surveys.month[survey], customer]
    return _scale(stage, rng, 4.6 + 1.1 * quality + 0.35 * halo)


def _importances(
    stage: Stage, rng: np.random.Generator, surveys: Surveys, survey: Ints, touchpoint: Ints
) -> Ints:
    """Draw "how much does it matter to you", 1-7: by what pleases, at a level of one's own."""
    pleases = np.array([point.pleases for point in stage.scenario.touchpoints], np.float32)
    person = 0.6 * rng.standard_normal(stage.scenario.customers, np.float32)
    mean = 3.2 + 6.5 * pleases[touchpoint] + person[surveys.customer[survey]]
    return _scale(stage, rng, mean)


def _scale(stage: Stage, rng: np.random.Generator, mean: Floats) -> Ints:
    noise = stage.scenario.evidence.item_noise * rng.standard_normal(len(mean))
    return np.clip(np.rint(mean + noise), 1, 7).astype(np.int64)
