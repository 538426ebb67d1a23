import numpy as np
import pytest
from numpy.testing import assert_allclose

from kindred.estimates.pairwise_moments import Correlations
from kindred.estimates.shrinkage import Prior, learn_prior, shrink


def measured(true, joint, customers, seed=1):
    """Return correlations measured with the noise of so many joint ratings."""
    p = len(true)
    noise = np.triu(np.random.default_rng(seed).standard_normal((p, p)), 1)
    pairs = true + (noise + noise.T) * (1 - true**2) / np.sqrt(joint)
    np.fill_diagonal(pairs, 1)
    return Correlations(pairs, np.zeros(p), np.asarray(joint), np.array(float(customers)))


def differing(mean, deviation, p=60):
    """Return true correlations that differ around a mean."""
    apart = np.triu(np.random.default_rng(2).standard_normal((p, p)), 1)
    true = mean + deviation * (apart + apart.T)
    np.fill_diagonal(true, 1)
    return true


@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.2])
def test_mean_and_variance_of_true_correlations_are_told_from_noise(deviation):
    found = measured(differing(0.3, deviation), np.full((60, 60), 100.0), 100_000)

    prior = learn_prior(found)

    assert prior.mean == pytest.approx(0.3, abs=0.02)
    assert np.sqrt(prior.variance) == pytest.approx(deviation, abs=0.03)


def test_pulled_correlations_are_nearer_to_the_true_ones():
    true, joint = differing(0.3, 0.1), np.full((60, 60), 50.0)
    found = measured(true, joint, 100_000)

    pulled = shrink(found, learn_prior(found))

    before, after = (np.std(each.touchpoints - true) for each in (found, pulled))
    assert after < 0.7 * before
    assert after == pytest.approx(1 / np.sqrt(1 / 0.1**2 + 1 / before**2), rel=0.1)


def test_a_pair_without_ratings_gets_the_mean_and_a_pair_of_many_keeps_its_own():
    joint = np.array([[5000, 0, 5000], [0, 5000, 20], [5000, 20, 5000.0]])
    pairs = np.array([[1, 0, 0.5], [0, 1, -0.6], [0.5, -0.6, 1]])
    found = Correlations(pairs, np.zeros(3), joint, np.array(10_000.0))

    pulled = shrink(found, Prior(mean=0.3, variance=0.01)).touchpoints

    assert pulled[0, 1] == pulled[1, 0] == pytest.approx(0.3)
    assert pulled[0, 2] == pytest.approx(0.5, abs=0.005)
    assert pulled[1, 2] == pytest.approx(0.3 - 0.9 * 0.01 / (0.01 + 0.8281 / 20), abs=0.005)
    assert np.diagonal(pulled).tolist() == [1, 1, 1]


@pytest.mark.parametrize("variance", [0, 0.01])
def test_correlations_of_complete_ratings_stay_as_they_are(variance):
    found = measured(differing(0.3, 0.1), np.full((60, 60), 80.0), 80)

    pulled = shrink(found, Prior(0.3, variance))

    assert_allclose(pulled.touchpoints, found.touchpoints, rtol=0, atol=1e-15)


def test_touchpoints_never_rated_together_teach_nothing():
    found = Correlations(np.eye(2), np.zeros(2), 40 * np.eye(2), np.array(80.0))

    assert learn_prior(found) == Prior(0, 0)
    assert_allclose(shrink(found, Prior(0, 0)).touchpoints, np.eye(2))
