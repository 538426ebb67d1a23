import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, mannwhitneyu

from kindred.estimates.reliability import auc, reliability, shift, wilson


def log_odds_of(probabilities):
    return np.log(probabilities / (1 - probabilities))


def honest(customers=4_000, seed=5):
    rng = np.random.default_rng(seed)
    said = rng.beta(1, 8, customers)
    return said, rng.random(customers) < said


def checked(said, happened):
    return reliability(log_odds_of(said), said, happened)


def test_figures_of_a_small_check_are_those_by_hand():
    said = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9])
    happened = np.array([0, 0, 1, 0, 0, 1, 0, 1, 0, 1], dtype=bool)
    found = checked(said, happened)
    squares = [0.01, 0.04, 0.49, 0.16, 0.25, 0.16, 0.49, 0.04, 0.7225, 0.01]
    assert found.brier == pytest.approx(np.mean(squares))
    assert found.brier_base == pytest.approx(0.4 * 0.6)
    assert found.skill.figure == pytest.approx(1 - np.mean(squares) / 0.24)
    assert found.top_lift.figure == pytest.approx((1 / 1) / (4 / 10))
    assert (found.customers, found.events, len(found.bands)) == (10, 4, 10)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_wilson_s_interval(counts):
    theirs = binomtest(*counts).proportion_ci(0.95, method="wilson")
    assert wilson(*counts) == pytest.approx((counts[0] / counts[1], *theirs), abs=1e-6)


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
)
def test_the_auc_is_mann_and_whitney_s(left, stayed):
    scores = np.array([*left, *stayed], dtype=float)
    found = auc(scores, np.arange(len(scores)) < len(left))
    theirs = mannwhitneyu(left, stayed).statistic / (len(left) * len(stayed))
    assert found.figure == pytest.approx(theirs)
    assert 0 <= found.low <= found.figure <= found.high <= 1


def test_intervals_cover_what_a_hundred_times_as_many_customers_show():
    truth = checked(*honest(400_000, seed=1))
    names = ("skill", "auc", "top_lift")
    hits = np.zeros(len(names))
    for seed in range(100, 300):
        found = checked(*honest(1_000, seed))
        for at, name in enumerate(names):
            low, high = getattr(found, name)[1:]
            hits[at] += low <= getattr(truth, name).figure <= high
    assert ((hits >= 180) & (hits <= 199)).all(), hits


def test_honest_probabilities_need_no_correction_and_lie_in_their_bands():
    found = checked(*honest())
    assert found.shift.low < 0 < found.shift.high
    assert found.slope.low < 1 < found.slope.high
    inside = [
        band.observed.low <= band.mean_predicted <= band.observed.high for band in found.bands
    ]
    assert sum(inside) >= 8


def test_predictions_twice_too_extreme_have_a_slope_of_a_half():
    said, happened = honest(100_000)
    extreme = 1 / (1 + np.exp(-2 * log_odds_of(said)))
    assert checked(extreme, happened).slope.figure == pytest.approx(0.5, abs=0.03)


def test_the_shift_makes_as_many_expected_as_happened():
    said, happened = honest()
    moved = log_odds_of(said * 0.5)
    by = shift(moved, happened)
    assert (1 / (1 + np.exp(-moved - by.figure))).sum() == pytest.approx(happened.sum())
    assert by.low > 0


def test_predictions_that_part_outcomes_completely_have_finite_figures():
    happened = np.arange(100) < 30
    found = checked(np.where(happened, 0.6, 0.4), happened)
    assert found.auc == (1, 1, 1)
    assert np.isfinite(found.slope).all()


def test_equal_predictions_share_a_band_and_a_constant_has_no_lift():
    happened = np.arange(100) < 30
    found = checked(np.full(100, 0.3), happened)
    assert [band.customers for band in found.bands] == [100]
    assert found.top_lift.figure == 1
    assert found.auc.figure == 0.5
    assert found.skill.figure == pytest.approx(0)


def test_bands_hold_everybody_once_in_the_order_of_risk():
    found = checked(*honest())
    assert sum(band.customers for band in found.bands) == found.customers
    assert (np.diff([band.mean_predicted for band in found.bands]) > 0).all()
    events = sum(band.observed.figure * band.customers for band in found.bands)
    assert events == pytest.approx(found.events)
