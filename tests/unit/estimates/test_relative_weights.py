import numpy as np
import pytest
from scipy.linalg import sqrtm

from kindred.estimates.pairwise_moments import Correlations
from kindred.estimates.relative_importance import derive_importance
from kindred.estimates.relative_weights import relative_weights

FAMILIES, MEMBERS = 12, 4
ALIKE = 0.85


def families(effects):
    """Return the true shares [48] of touchpoints that come in families of four, much alike."""
    touchpoints = np.kron(np.eye(FAMILIES), ALIKE + (1 - ALIKE) * np.eye(MEMBERS))
    root = np.real(sqrtm(touchpoints))
    weights = root**2 @ (root @ effects) ** 2
    return weights / weights.sum()


def test_shares_of_touchpoints_that_are_much_alike_are_near_the_true_ones_when_sparse():
    """Noise makes their correlations contradict each other; see FLOOR."""
    effects = np.where(np.arange(48) % MEMBERS == 0, np.random.default_rng(1).random(48), 0)
    apart = []
    for seed in range(3):
        draw = np.random.default_rng(seed)
        shape = (5000, FAMILIES * MEMBERS)
        family = np.repeat(draw.standard_normal((5000, FAMILIES)), MEMBERS, axis=1)
        ratings = np.sqrt(ALIKE) * family + np.sqrt(1 - ALIKE) * draw.standard_normal(shape)
        outcome = ratings @ effects + 1.5 * draw.standard_normal(5000)
        ratings[draw.random(shape) < 0.8] = np.nan
        found = derive_importance(ratings, outcome, draws=2)
        apart.append(np.std(found.share.value - families(effects)))

    assert np.mean(apart) < 0.0090


@pytest.mark.parametrize("claimed", [0.5, 0.8])
def test_pairs_that_claim_more_than_everything_keep_their_shares_of_everything(claimed):
    outcome = claimed * np.array([1, 1, 0.5])
    joint, customers = 300.0 * (1 + np.eye(3)), np.array(1000.0)

    found = relative_weights(Correlations(np.eye(3), outcome, joint, customers))

    assert found.share == pytest.approx([4 / 9, 4 / 9, 1 / 9])
    assert found.r_squared == pytest.approx(min(claimed**2 * 2.25, 1))
    assert found.weight == pytest.approx(found.share * found.r_squared)


def test_touchpoints_that_explain_nothing_have_no_share():
    joint = np.full((2, 2), 100.0)

    found = relative_weights(Correlations(np.eye(2), np.zeros(2), joint, np.array(100.0)))

    assert found.weight.tolist() == [0, 0]
    assert np.isnan(found.share).all()
