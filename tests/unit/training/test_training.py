"""Training on a few hundred made-up texts: the same code as the real one, in seconds."""

import json
from itertools import product
from string import ascii_lowercase

import numpy as np
import pytest

from kindred.text_emotions import weights as file
from kindred.text_emotions.cleaning import clean
from kindred.text_emotions.features import parts
from kindred.text_emotions.labels import SCORES
from kindred.text_emotions.model import HEADS, Model, gated
from training.__main__ import CROSS_VALIDATION
from training.corpus import corpus
from training.data import Example
from training.labels import TARGETS
from training.probe import probed
from training.train import train
from training.weights import write

WORDS = {"joy": "lovely day smile", "anger": "furious shout hate", "neutral": "box number table"}
PROSE = "the a it my we of and to is on at for that parcel order shop"
FILLER = PROSE.split()


def examples(seed):
    rng = np.random.default_rng(seed)
    for number in range(600):
        emotion = rng.choice(list(WORDS))
        words = [*rng.choice(FILLER, 6), *rng.choice(WORDS[emotion].split(), 2)]
        source = ("goemotions", "own", "tweets", "reviews")[number % 4]
        targets = np.full(len(TARGETS), np.nan, np.float32)
        if source in ("tweets", "reviews"):
            targets[0] = {"joy": 0.9, "anger": 0.1, "neutral": 0.5}[emotion]
        else:
            targets[: len(SCORES)] = rng.random(len(SCORES)) < 0.1
            targets[[SCORES.index(each) for each in WORDS]] = 0
            targets[SCORES.index(emotion)] = 1
        yield Example(" ".join(rng.permutation(words)), targets, source, "train")


@pytest.fixture(scope="module")
def trained():
    return train(list(examples(1)), print)


def test_the_same_examples_give_the_same_bytes(trained, tmp_path):
    again = train(list(examples(1)), print)
    versions = [
        write(each.weights, tmp_path / f"{at}.npz") for at, each in enumerate((trained, again))
    ]
    assert versions[0] == versions[1]
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes()


def test_other_examples_give_another_version(trained, tmp_path):
    other = train(list(examples(2)), print)
    assert write(trained.weights, tmp_path / "a.npz") != write(other.weights, tmp_path / "b.npz")


def test_the_written_scorer_gives_what_training_computed(trained, tmp_path):
    write(trained.weights, tmp_path / "weights.npz")
    known = corpus(list(examples(1)))
    rows = trained.weights.rows / known.vocabulary.emphasis[:, None] * trained.weights.step
    heads = known.features @ rows + trained.weights.constants
    z = gated(heads) @ trained.weights.mixture + trained.weights.intercepts
    texts = [clean(each.text) for each in examples(1)]
    scores = Model(file.read(tmp_path / "weights.npz")).scores(texts)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-z)), atol=1e-5)


def test_what_is_plain_to_see_is_learned(trained, tmp_path):
    write(trained.weights, tmp_path / "weights.npz")
    model = Model(file.read(tmp_path / "weights.npz"))
    joy, anger = model.scores(["a lovely smile", "we hate to shout"])
    assert joy[SCORES.index("joy")] > 0.5 > joy[SCORES.index("anger")]
    assert anger[SCORES.index("anger")] > 0.5 > anger[SCORES.index("joy")]
    assert joy[0] > anger[0]


def test_a_word_never_seen_weighs_by_its_letters_and_a_text_of_none_is_scored(trained, tmp_path):
    write(trained.weights, tmp_path / "weights.npz")
    model = Model(file.read(tmp_path / "weights.npz"))
    unknown, alike = model.scores(["zzzz qqqq", "lovelyyy"])
    assert np.isfinite(unknown).all()
    assert alike[SCORES.index("joy")] > unknown[SCORES.index("joy")]


def test_more_words_than_there_was_room_for_score_as_alone(trained, tmp_path):
    write(trained.weights, tmp_path / "weights.npz")
    model = Model(file.read(tmp_path / "weights.npz"))
    words = [f"lovely{letters}" for letters in map("".join, product(ascii_lowercase, repeat=3))]
    texts = [" ".join(words[at : at + 40]) for at in range(0, len(words), 40)]
    together = model.scores(texts)
    alone = Model(file.read(tmp_path / "weights.npz")).scores(texts[-1:])
    np.testing.assert_array_equal(together[-1:], alone)


def test_the_shipped_weights_are_small_whole_and_free_of_anything_that_runs():
    weights = file.read()
    assert file.WEIGHTS.stat().st_size < 20e6
    assert weights.scores == SCORES
    assert weights.rows.shape == (len(weights.features), len(HEADS))
    assert weights.features == sorted(weights.features)
    with np.load(file.WEIGHTS, allow_pickle=False) as arrays:
        assert "CC BY 4.0" in str(arrays["attribution"])


def test_the_figures_beside_the_weights_are_theirs():
    assert f'"version": "{file.read().version}"' in CROSS_VALIDATION.read_text()


def test_the_code_scores_as_when_the_weights_were_trained():
    kept = json.loads(CROSS_VALIDATION.read_text())["probes"]
    assert probed() == kept, "features, words or language changed: make train, or undo it"


def test_a_part_that_the_model_forgets_scores_as_before(trained, tmp_path, monkeypatch):
    write(trained.weights, tmp_path / "weights.npz")
    model = Model(file.read(tmp_path / "weights.npz"))
    before = model.scores(["a lovely smile"])
    few = len(parts("a lovely smile")) - 1
    monkeypatch.setattr("kindred.text_emotions.model._MOST_PARTS_KEPT", few)
    model.scores(["my order is on time"])
    np.testing.assert_array_equal(model.scores(["a lovely smile"]), before)
