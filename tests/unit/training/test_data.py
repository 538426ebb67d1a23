import re
from pathlib import Path

import numpy as np
import pytest

from kindred.text_emotions import thresholds
from kindred.text_emotions.labels import EMOTIONS, SCORES
from kindred.text_emotions.scorer import score
from training.__main__ import DATA
from training.calibration import f1_scores
from training.data import OWN, read
from training.labels import EMOTION_OF, FINE, TARGETS, VALUES_OF

EVALUATION = Path(__file__).parents[1] / "text_emotions" / "evaluation.tsv"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the labelled public texts are not beside the project"
)


def sequences(path):
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        words = re.findall(r"[a-z']+", line.split("\t")[-1].casefold())
        yield from zip(*(words[at:] for at in range(6)), strict=False)


def test_labels_are_those_of_the_heads_and_sum_up_to_the_emotions():
    assert set(EMOTION_OF.values()) == set(EMOTIONS)
    assert set(VALUES_OF) < set(SCORES)
    assert len(FINE) == 28


def test_no_six_words_in_a_row_are_both_learned_from_and_judged_by():
    assert set(sequences(OWN)).isdisjoint(sequences(EVALUATION))


@needs_data
def test_every_set_is_read_with_what_it_knows_and_nothing_else():
    examples = read(DATA)
    known = {}
    for example in examples:
        known.setdefault(example.source, set()).update(
            np.array(TARGETS)[~np.isnan(example.targets)].tolist()
        )
    assert known["goemotions"] == {*EMOTIONS, *FINE}
    assert known["tweets"] == known["reviews"] == {"valence"}
    assert known["own"] == set(SCORES)
    assert "confidence_in_future" not in known["valueeval"]
    assert all(0 <= t <= 1 for e in examples for t in e.targets[~np.isnan(e.targets)])


@needs_data
def test_shipped_weights_recognise_emotions_they_were_never_shown():
    dev = [e for e in read(DATA) if e.source == "goemotions" and e.split == "dev"]
    found = score(e.text for e in dev)
    said = np.stack([found[e].fillna(0) >= thresholds()[e] for e in EMOTIONS], axis=1)
    truth = np.array([e.targets for e in dev])[:, [TARGETS.index(e) for e in EMOTIONS]] > 0.5
    assert f1_scores(said, truth).mean() > 0.58
