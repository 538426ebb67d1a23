"""Survey responses: the only place where motivators and satisfaction are measured directly.

The touchpoints that a response rates are records of their own: `ratings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.ids import salesforce_ids, salesforce_time
from sandbox.population import MOTIVATORS
from sandbox.records.contacts import People
from sandbox.records.stage import Change, Stage, history, removals
from sandbox.shelf import Shelf, ShelfBuilder
from sandbox.times import DAY, Flags, Floats, Ints

ITEMS = tuple(f"Helps_{name.title()}__c" for name in MOTIVATORS)


@dataclass(frozen=True)
class Surveys:
    """What the parts of a response have to know of it, by response."""

    ids: list[str]
    month: Ints
    customer: Ints
    submitted: Ints
    arrived: Ints
    is_deep: Flags  # a relationship survey
    gone: list[list[Change]]


def survey_responses(stage: Stage, people: People) -> tuple[Shelf, Surveys]:
    """Put all responses on a shelf, and return it with what their parts have to know.

    Some arrive days after they were submitted.
    """
    rng, scenario, population = stage.rng("surveys"), stage.scenario, stage.population
    evidence, shares = scenario.evidence, scenario.changes
    rate = evidence.survey_invited_a_month * evidence.survey_response_rate
    eager = np.where(population.connected, 1.15, 0.97).astype(np.float32)
    month, customer, moment = stage.happenings(rng, rate * eager)
    touchpoint = stage.touched(rng, customer)
    count, names = len(month), [point.name for point in scenario.touchpoints]
    answers, quality = _answers(stage, rng, month, customer, touchpoint)
    items = _items(stage, rng, month, customer)
    mood, bond = stage.valence(rng, month, customer, quality)
    deep = rng.random(count) < evidence.has_motivator_items
    writes = rng.random(count) < evidence.has_verbatim
    late = rng.random(count) < shares.late_response_share
    delay = np.where(late, rng.random(count) * shares.late_survey_days * DAY, 2000)
    arrived = moment + delay.astype(np.int64)
    edited = rng.random(count) < shares.edited
    gone, texts = removals(stage, rng, arrived), stage.texts("surveys")
    ids, builder = salesforce_ids("a0B", count), ShelfBuilder()
    for at, who in enumerate(customer.tolist()):
        name = names[touchpoint[at]]
        words = float(mood[at]), name, scenario.key_motivators, float(bond[at])
        record: dict[str, Any] = {
            "Id": ids[at],
            "Contact__c": people.contact_ids[who],
            "Survey__c": "relationship" if deep[at] else "touchpoint",
            "Touchpoint__c": name,
            "Submitted_At__c": salesforce_time(int(moment[at])),
            **_asked(answers[at], bool(deep[at])),
            **dict(zip(ITEMS, items[at] if deep[at] else [None] * len(ITEMS), strict=True)),
            "Verbatim__c": texts.verbatim(*words) if writes[at] else None,
            "IsDeleted": False,
        }
        changes: list[Change] = [(int(arrived[at]), {}), *gone[at]]
        if edited[at]:
            changes.append((int(arrived[at]) + 2 * DAY, {"Verbatim__c": texts.verbatim(*words)}))
        builder.add(ids[at], history("Survey_Response__c", record, changes))
    return builder.shelf(), Surveys(ids, month, customer, moment, arrived, deep, gone)


def _asked(answers: list[int], is_deep: bool) -> dict[str, int | None]:
    """Return the answers to what a survey asks: a touchpoint survey asks two things only."""
    satisfaction, effort, recommend, differentiation = answers
    return {
        "Satisfaction__c": satisfaction,
        "Effort__c": effort,
        "Recommend__c": recommend if is_deep else None,
        "Differentiation__c": differentiation if is_deep else None,
    }


def _answers(
    stage: Stage, rng: np.random.Generator, month: Ints, customer: Ints, touchpoint: Ints
) -> tuple[list[list[int]], Floats]:
    """Draw satisfaction, effort, recommend and differentiation, and return the quality met."""
    population, noise = stage.population, stage.scenario.evidence.item_noise
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


def _items(
    stage: Stage, rng: np.random.Generator, month: Ints, customer: Ints
) -> list[list[int | None]]:
    """Draw the ten motivator items: the key ones move with connection most."""
    scenario = stage.scenario
    weight = np.array([1.0 if name in scenario.key_motivators else 0.45 for name in MOTIVATORS])
    felt = stage.population.connection[month, customer][:, None]
    person = 0.45 * rng.standard_normal((scenario.customers, len(MOTIVATORS)))[customer]
    drawn = 4.85 + scenario.effects.motivators * weight * felt + person
    drawn += scenario.evidence.item_noise * rng.standard_normal(drawn.shape)
    whole = np.clip(np.rint(drawn), 1, 7).astype(np.int64).tolist()
    skipped = (rng.random(drawn.shape) < 0.04).tolist()
    return [
        [None if skip else item for item, skip in zip(row, skips, strict=True)]
        for row, skips in zip(whole, skipped, strict=True)
    ]
