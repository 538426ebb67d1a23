import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.calibration import best_threshold, expected_calibration_error, f1_scores, micro_f1


def test_honest_probabilities_have_next_to_no_calibration_error():
    rng = np.random.default_rng(7)
    said = rng.random(200_000)
    assert expected_calibration_error(said, (rng.random(200_000) < said).astype(float)) < 0.005


def test_the_calibration_error_of_a_braggart_is_how_much_he_brags():
    truths = np.array([1.0, 0.0] * 500)
    assert expected_calibration_error(np.full(1_000, 0.95), truths) == pytest.approx(0.45)


def test_the_best_threshold_parts_what_can_be_parted():
    said = np.concatenate([np.linspace(0.0, 0.4, 500), np.linspace(0.6, 1.0, 300)])
    truths = np.repeat([0.0, 1.0], [500, 300])
    assert 0.4 < best_threshold(said, truths) < 0.62


def test_a_weighted_text_counts_as_that_many_texts():
    rng = np.random.default_rng(3)
    said = rng.random(400).round(6)
    truths = (rng.random(400) < said).astype(float)
    counts = rng.integers(1, 4, 400)
    repeated = best_threshold(np.repeat(said, counts), np.repeat(truths, counts))
    assert best_threshold(said, truths, counts.astype(float)) == pytest.approx(repeated, abs=0.05)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(pairs):
    said, truths = np.array(pairs).T[:, :, None]
    right = (said & truths).sum()
    f1 = f1_scores(said, truths)[0]
    if right:
        precision, recall = right / said.sum(), right / truths.sum()
        assert f1 == pytest.approx(2 * precision * recall / (precision + recall))
    else:
        assert f1 == 0
    assert micro_f1(said, truths) == pytest.approx(f1)
