"""Texts differ from one another and carry the mood they were asked for."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.simulation import text_composer
from sandbox.simulation.text_composer import TextComposer
from sandbox.world import World
from tests.unit.sandbox.asking import records

MOTIVES = ["belonging", "security"]
WORDS = Path(text_composer.__file__).with_name("words")


def test_no_two_of_two_hundred_verbatims_are_alike(scenario: Scenario) -> None:
    texts = TextComposer(scenario, 1)
    said = {texts.verbatim(number / 100 - 1, "delivery", MOTIVES, 0.3) for number in range(200)}
    assert len(said) == 200


def test_no_two_posts_of_a_world_are_alike(world: World) -> None:
    posts = [status["content"] for status in records(world, "mastodon_statuses")]
    assert len(set(posts)) == len(posts) > 20


GLAD = r"love|adore|best|thank|great|joy|perfect|wonderful|amazing|delight|fan|good"
SORRY = r"terribl|horribl|worst|wait|wast|awful|angry|fail|never|broke|hung|wrong|upset"


@pytest.mark.parametrize(("valence", "words"), [(0.9, GLAD), (-0.9, SORRY)])
def test_most_texts_use_the_words_of_their_mood(
    scenario: Scenario, valence: float, words: str
) -> None:
    texts = TextComposer(scenario, 2)
    said = [texts.verbatim(valence, "checkout", MOTIVES, valence) for _ in range(200)]
    assert sum(bool(re.search(words, text, re.I)) for text in said) > 140


@pytest.mark.parametrize(("warmth", "words"), [(1.0, GLAD), (-1.0, SORRY)])
def test_a_teams_warmth_is_where_a_conversation_ends_and_not_where_it_begins(
    scenario: Scenario, warmth: float, words: str
) -> None:
    texts = TextComposer(scenario, 4)
    begins = ends = 0
    for _ in range(300):
        turns = texts.turns(0.0, "checkout", MOTIVES, 0.0, warmth)
        said = [text for (own, text), (after, _) in pairwise(turns) if own and not after]
        if len(said) == 3:
            begins += bool(re.search(words, said[0], re.I))
            ends += bool(re.search(words, said[-1], re.I))
    assert ends > 3 * begins > 0


@pytest.mark.parametrize("name", ["retailer", "brokerage", "hotel"])
def test_every_touchpoint_of_a_scenario_has_words_of_its_own(name: str) -> None:
    scenario = load_scenario(name)
    spoken = TextComposer(scenario, 5)._grammar["touchpoints"]
    for point in scenario.touchpoints:
        assert len(spoken[point.name]) >= 3, point.name


@pytest.mark.parametrize("path", sorted(WORDS.glob("*.yml")), ids=lambda path: path.stem)
def test_words_of_an_industry_take_the_place_of_some_that_there_are(path: Path) -> None:
    grammar = yaml.safe_load((WORDS.parent / "grammar.yml").read_text(encoding="utf-8"))
    words = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert words.keys() <= grammar.keys()
    for symbol, found in words.items():
        assert type(found) is type(grammar[symbol]), symbol
    assert words["motives"].keys() <= grammar["motives"].keys()
    assert all(set(said) == {"up", "down"} for said in words["motives"].values())


@pytest.mark.parametrize("name", ["tiny", "brokerage", "hotel"])
def test_no_slot_of_the_grammar_is_left_unfilled(name: str) -> None:
    scenario = load_scenario(name)
    texts = TextComposer(scenario, 3)
    for point in scenario.touchpoints:
        for mood in (-0.9, -0.3, 0.0, 0.3, 0.9):
            for motive in scenario.key_motivators:
                said = texts.verbatim(mood, point.name, [motive], mood or 0.5)
                assert not re.search(r"[{}]", said)


def test_a_post_is_html_with_tags_entities_and_links(world: World) -> None:
    posts = " ".join(status["content"] for status in records(world, "mastodon_statuses"))
    assert 'class="mention hashtag"' in posts
    assert "<br />" in posts or "</p><p>" in posts


def test_customers_and_agents_take_turns_in_a_transcript(world: World) -> None:
    for document in records(world, "genesys_transcripts"):
        phrases = document["transcripts"][0]["phrases"]
        assert 3 <= len(phrases) <= 8
        assert {phrase["participantPurpose"] for phrase in phrases} == {"external", "internal"}
