"""A rating follows what was met; what people say matters follows what pleases, not what drives."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from sandbox.render.salesforce.ids import record_ids
from sandbox.scenario import Changes, Scenario
from sandbox.simulation.population import populate
from sandbox.times import milliseconds
from sandbox.world import World, open_world
from tests.unit.sandbox.asking import ALWAYS, ignore, records


@pytest.fixture
def ratings(world: World) -> list[dict[str, Any]]:
    return records(world, "salesforce_touchpoint_ratings")


def test_only_relationship_surveys_rate_touchpoints_each_once_and_at_most_eight(
    world: World, ratings: list[dict[str, Any]]
) -> None:
    surveys = {row["Id"]: row for row in records(world, "salesforce_survey_responses")}
    deep = {key for key, row in surveys.items() if row["Survey__c"] == "relationship"}
    pairs = Counter((row["Survey_Response__c"], row["Touchpoint__c"]) for row in ratings)
    of_each = Counter(row["Survey_Response__c"] for row in ratings)
    assert set(pairs.values()) == {1}
    assert of_each.keys() <= deep
    assert len(of_each) > 0.9 * len(deep)
    assert max(of_each.values()) == 8
    for row in ratings:
        survey = surveys[row["Survey_Response__c"]]
        for mine, its in (("Contact__c", "Contact__c"), ("Rated_At__c", "Submitted_At__c")):
            assert row[mine] == survey[its]


def test_a_rating_follows_what_the_customer_met_there(
    scenario: Scenario, ratings: list[dict[str, Any]]
) -> None:
    population, n = populate(scenario), scenario.customers
    person = {contact: at for at, contact in enumerate(record_ids("003", 2 * n)[:n])}
    place = {point.name: at for at, point in enumerate(scenario.touchpoints)}
    met = np.array([(person[row["Contact__c"]], place[row["Touchpoint__c"]]) for row in ratings])
    given = [row["Rating__c"] for row in ratings]
    assert population.meets[met[:, 0], met[:, 1]].all()
    assert np.corrcoef(population.quality[met[:, 0], met[:, 1]], given)[0, 1] > 0.6


def test_stated_importance_follows_what_pleases_and_misses_the_hidden_drivers(
    scenario: Scenario, ratings: list[dict[str, Any]]
) -> None:
    said = defaultdict(list)
    for row in ratings:
        if row["Importance__c"] is not None:
            said[row["Touchpoint__c"]].append(row["Importance__c"])
    means = {name: fmean(values) for name, values in said.items()}
    pleases = [point.pleases for point in scenario.touchpoints]
    stated = [means[point.name] for point in scenario.touchpoints]
    assert np.corrcoef(pleases, stated)[0, 1] > 0.9
    hidden, claimed = ("community_events", "packaging"), ("checkout", "price")
    assert max(means[name] for name in hidden) < 4.2 < min(means[name] for name in claimed)


def test_a_survey_asks_importance_of_all_its_touchpoints_or_of_none(
    ratings: list[dict[str, Any]],
) -> None:
    asked = defaultdict(set)
    for row in ratings:
        asked[row["Survey_Response__c"]].add(row["Importance__c"] is not None)
    assert all(len(answers) == 1 for answers in asked.values())
    assert 0.3 < fmean(True in answers for answers in asked.values()) < 0.7


def test_a_response_takes_its_ratings_with_it_and_brings_them_back(
    scenario: Scenario, tmp_path: Path
) -> None:
    fickle = structs.replace(scenario, changes=Changes(deleted=0.5, undeleted=0.5))
    world = open_world(tmp_path, fickle, ignore)
    for now in (milliseconds(scenario.now), ALWAYS):
        gone = {
            row["Id"]: row["IsDeleted"]
            for row in records(world, "salesforce_survey_responses", now)
        }
        ratings = records(world, "salesforce_touchpoint_ratings", now)
        fates = {row["IsDeleted"] for row in ratings}
        assert fates == {True, False}
        for row in ratings:
            assert row["IsDeleted"] is gone[row["Survey_Response__c"]]
