"""The evaluation set holds enough of everything, and nothing twice: three texts prove nothing."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

import pytest

from tests.unit.text_emotions.evaluation import read

EXAMPLES = read()
EMOTIONS = {"joy": 45, "trust": 60, "gratitude": 40, "optimism": 25, "surprise": 25,
            "confusion": 35, "anxiety": 35, "sadness": 35, "frustration": 80, "anger": 40,
            "neutral": 90}  # fmt: skip
MOTIVATORS = ("stand_out", "confidence_in_future", "well_being", "freedom", "thrill", "belonging",
              "protect_environment", "be_who_i_want", "security", "success_in_life")  # fmt: skip
KINDS = {"plain": 150, "negation": 35, "sarcasm": 25, "polite_anger": 25, "mixed": 35,
         "agent_phrase": 25, "style": 40, "long": 50, "fact": 35}  # fmt: skip


def test_every_emotion_has_its_quota_and_no_other_name_occurs() -> None:
    found = Counter(chain.from_iterable(example.emotions for example in EXAMPLES))
    assert found.keys() == EMOTIONS.keys()
    assert [name for name, least in EMOTIONS.items() if found[name] < least] == []


def test_every_kind_has_its_quota_and_no_other_name_occurs() -> None:
    found = Counter(example.kind for example in EXAMPLES)
    assert found.keys() == KINDS.keys()
    assert [kind for kind, least in KINDS.items() if found[kind] < least] == []


@pytest.mark.parametrize("motivator", MOTIVATORS)
def test_every_motivator_is_told_of_both_fulfilled_and_not(motivator: str) -> None:
    valences = [example.valence for example in EXAMPLES if motivator in example.motivators]
    assert len(valences) >= 14
    assert min(sum(v > 0 for v in valences), sum(v < 0 for v in valences)) >= 5


def test_no_other_motivator_and_no_valence_off_the_scale_occurs() -> None:
    assert set(chain.from_iterable(e.motivators for e in EXAMPLES)) == set(MOTIVATORS)
    assert {e.valence for e in EXAMPLES} <= {step / 4 for step in range(-4, 5)}


def test_neutral_stands_alone_and_is_all_that_agents_and_facts_are() -> None:
    for e in EXAMPLES:
        if "neutral" in e.emotions:
            assert len(e.emotions) == 1, e.id
            assert not e.valence, e.id
            assert not e.motivators, e.id
        assert e.kind not in {"agent_phrase", "fact"} or "neutral" in e.emotions, e.id


def test_no_id_is_used_twice_and_no_two_texts_share_six_words_in_a_row() -> None:
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    texts = (re.findall(r"[\w']+", example.text.lower()) for example in EXAMPLES)
    runs = ({tuple(w[i : i + 6]) for i in range(max(1, len(w) - 5))} for w in texts)
    assert [run for run, times in Counter(chain.from_iterable(runs)).items() if times > 1] == []
