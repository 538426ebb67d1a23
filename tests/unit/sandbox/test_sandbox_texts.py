"""Texts differ from one another and carry the mood they were asked for."""

from __future__ import annotations

import re

import pytest

from sandbox.scenario import Scenario
from sandbox.texts import Texts
from sandbox.world import World
from tests.unit.sandbox.asking import records

MOTIVES = ["belonging", "security"]


def test_no_two_of_two_hundred_verbatims_are_alike(scenario: Scenario) -> None:
    texts = Texts(scenario, 1)
    said = {texts.verbatim(number / 100 - 1, "delivery", MOTIVES, 0.3) for number in range(200)}
    assert len(said) == 200


def test_no_two_posts_of_a_world_are_alike(world: World) -> None:
    posts = [status["content"] for status in records(world, "statuses")]
    assert len(set(posts)) == len(posts) > 20


@pytest.mark.parametrize(
    ("valence", "words"),
    [
        (0.9, r"love|adore|best|thank|great|joy|perfect|wonderful|amazing|delight|fan|good"),
        (-0.9, r"terribl|horribl|worst|wait|wast|awful|angry|fail|never|broke|hung|wrong|upset"),
    ],
)
def test_most_texts_use_the_words_of_their_mood(
    scenario: Scenario, valence: float, words: str
) -> None:
    texts = Texts(scenario, 2)
    said = [texts.verbatim(valence, "checkout", MOTIVES, valence) for _ in range(200)]
    assert sum(bool(re.search(words, text, re.I)) for text in said) > 140


def test_no_slot_of_the_grammar_is_left_unfilled(scenario: Scenario) -> None:
    texts = Texts(scenario, 3)
    for point in scenario.touchpoints:
        for mood in (-0.9, -0.3, 0.0, 0.3, 0.9):
            for motive in scenario.key_motivators:
                said = texts.verbatim(mood, point.name, [motive], mood or 0.5)
                assert not re.search(r"[{}]", said)


def test_a_post_is_html_with_tags_entities_and_links(world: World) -> None:
    posts = " ".join(status["content"] for status in records(world, "statuses"))
    assert 'class="mention hashtag"' in posts
    assert "<br />" in posts or "</p><p>" in posts


def test_customers_and_agents_take_turns_in_a_transcript(world: World) -> None:
    for document in records(world, "transcripts"):
        phrases = document["transcripts"][0]["phrases"]
        assert 3 <= len(phrases) <= 8
        assert {phrase["participantPurpose"] for phrase in phrases} == {"external", "internal"}
