from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.linalg import sqrtm
from scipy.stats import spearmanr

from bench.drivers.shapley import shapley_weights
from bench.drivers.survey import NULL, TWELVE, answers, complete, many
from kindred.estimates.relative_importance import derive_importance

SEEDS = st.integers(0, 2**32 - 1)
SOME = settings(max_examples=15, deadline=None)  # other work on the machine is no failure
FEW = 2  # draws, where intervals are not looked at


def rated(seed, customers=200, p=4, shared=0.4):
    """Return ratings [customers, p] with so much in common, and an outcome."""
    draw = np.random.default_rng(seed)
    common = draw.standard_normal((customers, 1))
    own = draw.standard_normal((customers, p))
    ratings = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
    return ratings, ratings @ draw.uniform(0, 1, p) + 1.5 * draw.standard_normal(customers)


def thinned(ratings, seed, share=0.5):
    return np.where(np.random.default_rng(seed).random(ratings.shape) < share, np.nan, ratings)


def uncorrelated(customers=256):
    """Return three columns of ±1 that have nothing in common, to the last bit."""
    bits = (np.arange(customers)[:, None] >> np.arange(3)) & 1
    return 2.0 * bits - 1


def least_squares_r_squared(ratings, outcome):
    design = np.column_stack([np.ones(len(outcome)), ratings])
    fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return 1 - np.var(outcome - fitted) / np.var(outcome)


@SOME
@given(seed=SEEDS, p=st.integers(1, 8), shared=st.floats(0, 0.9))
def test_weights_of_complete_data_sum_to_the_r_squared_of_least_squares(seed, p, shared):
    ratings, outcome = rated(seed, p=p, shared=shared)

    found = derive_importance(ratings, outcome, draws=FEW)

    expected = least_squares_r_squared(ratings, outcome)
    assert_allclose(found.weight.value.sum(), expected, rtol=1e-8)
    assert_allclose(found.r_squared.value, expected, rtol=1e-8)
    assert_allclose(found.share.value, found.weight.value / expected, rtol=1e-8)


@SOME
@given(seed=SEEDS)
def test_complete_data_give_johnsons_formula_to_the_last_digits(seed):
    ratings, outcome = rated(seed)
    together = np.corrcoef(np.column_stack([ratings, outcome]).T)
    root = np.real(sqrtm(together[:-1, :-1]))
    beta = np.linalg.solve(root, together[:-1, -1])

    found = derive_importance(ratings, outcome, draws=FEW)

    assert_allclose(found.weight.value, root**2 @ beta**2, rtol=1e-8)
    assert_allclose(found.correlation.value, together[:-1, -1], rtol=1e-8)


@SOME
@given(seed=SEEDS, p=st.integers(3, 6), shared=st.floats(0.1, 0.7))
def test_shares_of_ratings_with_something_in_common_are_within_five_points_of_shapleys(
    seed, p, shared
):
    ratings, outcome = rated(seed, 400, p, shared)
    together = np.corrcoef(np.column_stack([ratings, outcome]).T)
    brute = shapley_weights(together[:-1, :-1], together[:-1, -1])

    found = derive_importance(ratings, outcome, draws=FEW)

    assert_allclose(found.share.value, brute / brute.sum(), atol=0.05)


def test_weights_rank_touchpoints_as_shapleys_do():
    agreed = []
    for seed in range(40):
        ratings, outcome = rated(seed, 400, 7)
        together = np.corrcoef(np.column_stack([ratings, outcome]).T)
        brute = shapley_weights(together[:-1, :-1], together[:-1, -1])
        found = derive_importance(ratings, outcome, draws=FEW)
        agreed.append(spearmanr(found.weight.value, brute)[0])

    assert min(agreed) >= 0.85
    assert np.mean(agreed) >= 0.98


@SOME
@given(seed=SEEDS, shared=st.floats(0, 0.95))
def test_two_touchpoints_weigh_exactly_what_shapley_gives_them(seed, shared):
    ratings, outcome = rated(seed, p=2, shared=shared)
    together = np.corrcoef(np.column_stack([ratings, outcome]).T)

    found = derive_importance(ratings, outcome, draws=FEW)

    brute = shapley_weights(together[:-1, :-1], together[:-1, -1])
    assert_allclose(found.weight.value, brute, rtol=1e-6, atol=1e-12)


def test_uncorrelated_touchpoints_weigh_their_squared_correlation():
    ratings = uncorrelated()
    outcome = ratings @ [3.0, -2, 1] + np.random.default_rng(1).standard_normal(len(ratings))

    found = derive_importance(ratings, outcome, draws=FEW)

    each = [np.corrcoef(column, outcome)[0, 1] ** 2 for column in ratings.T]
    assert_allclose(found.weight.value, each, rtol=1e-10)
    assert found.direction.tolist() == [1, -1, 1]


def test_a_single_touchpoint_has_the_whole_share():
    ratings, outcome = rated(3, p=1)

    found = derive_importance(ratings, outcome)

    assert_allclose(found.weight.value, np.corrcoef(ratings[:, 0], outcome)[0, 1] ** 2)
    assert found.weight.low[0] < found.weight.value[0] < found.weight.high[0]
    assert [found.share.low[0], found.share.value[0], found.share.high[0]] == pytest.approx([1] * 3)


def test_a_touchpoint_given_twice_shares_its_weight_with_its_double():
    ratings = uncorrelated()
    outcome = ratings @ [3.0, 2, 1] + np.random.default_rng(1).standard_normal(len(ratings))

    once = derive_importance(ratings, outcome, draws=FEW).weight.value
    twice = derive_importance(ratings[:, [0, 0, 1, 2]], outcome, draws=FEW).weight.value

    assert_allclose(twice, [once[0] / 2, once[0] / 2, once[1], once[2]], rtol=1e-8)


def test_collinear_touchpoints_have_stable_weights_that_sum_to_r_squared():
    ratings, outcome = rated(5)
    collinear = np.column_stack([ratings, ratings[:, 0] + ratings[:, 1], -ratings[:, 2]])
    disturbed = collinear + 1e-9 * np.random.default_rng(1).standard_normal(collinear.shape)

    found = derive_importance(collinear, outcome, draws=FEW).weight.value

    assert_allclose(found.sum(), least_squares_r_squared(ratings, outcome), rtol=1e-8)
    assert_allclose(found[2], found[5], rtol=1e-8)
    assert_allclose(derive_importance(disturbed, outcome, draws=FEW).weight.value, found, rtol=1e-5)


@SOME
@given(seed=SEEDS, order=st.permutations(range(5)))
def test_touchpoints_in_another_order_have_the_same_weights_and_intervals(seed, order):
    ratings, outcome = rated(seed, p=5)
    ratings = thinned(ratings, seed)

    found = derive_importance(ratings, outcome, draws=20)
    moved = derive_importance(ratings[:, order], outcome, draws=20)

    for name in ("weight", "share", "correlation"):
        for bound in ("value", "low", "high"):
            expected = getattr(getattr(found, name), bound)[order]
            assert_allclose(getattr(getattr(moved, name), bound), expected, atol=1e-8)
    assert_allclose(moved.chance, found.chance[order], atol=1e-8)


@SOME
@given(seed=SEEDS)
def test_customers_in_another_order_change_a_value_by_rounding_only(seed):
    ratings, outcome = rated(seed, customers=950)
    ratings = thinned(ratings, seed)
    order = np.random.default_rng(seed).permutation(len(outcome))

    found = derive_importance(ratings, outcome, draws=FEW)
    moved = derive_importance(ratings[order], outcome[order], draws=FEW)

    assert_allclose(moved.weight.value, found.weight.value, atol=1e-9)
    assert_allclose(moved.share.value, found.share.value, atol=1e-9)


def test_the_same_customers_give_the_same_bytes_each_time():
    survey = answers(TWELVE, 1000, 1)

    first, second = (derive_importance(survey.ratings, survey.connection) for _ in range(2))

    assert first.share.low.tobytes() == second.share.low.tobytes()
    assert first.weight.high.tobytes() == second.weight.high.tobytes()


@SOME
@given(seed=SEEDS, scale=st.floats(0.01, 1e6), shift=st.floats(-1e6, 1e6))
def test_another_scale_of_ratings_or_outcome_changes_no_weight(seed, scale, shift):
    ratings, outcome = rated(seed)
    ratings = thinned(ratings, seed, 0.3)

    found = derive_importance(ratings, outcome, draws=FEW)
    scaled = derive_importance(ratings * scale, outcome * scale + shift, draws=FEW)

    assert_allclose(scaled.weight.value, found.weight.value, atol=1e-6)


@SOME
@given(seed=SEEDS, p=st.integers(2, 12), missing=st.floats(0.01, 0.9), shared=st.floats(0, 0.95))
def test_sparse_ratings_always_give_weights_between_0_and_1_that_sum_to_r_squared(
    seed, p, missing, shared
):
    ratings, outcome = rated(seed, p=p, shared=shared)

    found = derive_importance(thinned(ratings, seed, missing), outcome, draws=FEW, minimum=5)

    is_known = np.isfinite(found.weight.value)
    assert (found.weight.value[is_known] >= 0).all()
    assert_allclose(found.weight.value[is_known].sum(), found.r_squared.value)
    assert found.r_squared.value <= 1 + 1e-12
    assert_allclose(found.share.value[is_known].sum(), 1)


def test_one_missing_rating_changes_weights_as_little_as_one_customer_can():
    ratings, outcome = rated(7, customers=1000, shared=0.9)
    pierced = ratings.copy()
    pierced[17, 1] = np.nan

    found = derive_importance(ratings, outcome, draws=FEW)
    without = derive_importance(pierced, outcome, draws=FEW)

    assert_allclose(without.weight.value, found.weight.value, atol=2e-3)


def test_few_who_met_a_touchpoint_do_not_make_it_less_important():
    survey = answers(complete(TWELVE), 20_000, 3)
    rare = survey.ratings.copy()
    rare[np.random.default_rng(3).random(len(rare)) < 0.9, 0] = np.nan

    everybody = derive_importance(survey.ratings, survey.connection, draws=FEW)
    found = derive_importance(rare, survey.connection)

    assert found.raters[0] == pytest.approx(2000, abs=150)
    assert found.reach[0] == found.raters[0] / 20_000
    assert found.share.low[0] < everybody.share.value[0] < found.share.high[0]
    assert_allclose(found.share.value[0], everybody.share.value[0], rtol=0.3)


def test_planted_effects_are_ranked_from_sparse_ratings_under_a_halo():
    """Twelve touchpoints, 2,000 customers who rate seven of them, 20 populations."""
    surveys = (answers(TWELVE, 2000, seed) for seed in range(20))
    found = (derive_importance(each.ratings, each.connection, draws=FEW) for each in surveys)
    ranks = [spearmanr(each.share.value, TWELVE.drives)[0] for each in found]

    assert np.mean(ranks) >= 0.85
    assert min(ranks) >= 0.75


def test_a_hundred_touchpoints_of_which_each_customer_rated_a_few_are_ranked():
    plan = many(100, asked=12)
    survey = answers(plan, 10_000, 1)

    found = derive_importance(survey.ratings, survey.connection, draws=FEW)

    assert spearmanr(found.share.value, plan.drives)[0] >= 0.7


def test_r_squared_from_few_joint_ratings_is_not_made_of_noise():
    """Unshrunk, the correlations of 40 touchpoints from 2,000 customers claim all of it."""
    plan = many(40, asked=10)
    few, all_of_them = answers(plan, 2000, 1), answers(plan, 40_000, 2)

    found = derive_importance(few.ratings, few.connection)
    true = derive_importance(all_of_them.ratings, all_of_them.connection, draws=FEW)

    assert found.r_squared.low < true.r_squared.value < found.r_squared.high
    assert found.r_squared.value == pytest.approx(true.r_squared.value, abs=0.2)


def test_what_goes_with_less_connection_has_a_weight_and_the_direction_down():
    ratings, outcome = rated(9)

    found = derive_importance(ratings * [1, -1, 1, 1], outcome)

    assert found.direction.tolist() == [1, -1, 1, 1]
    assert found.correlation.high[1] < 0
    assert_allclose(found.weight.value, derive_importance(ratings, outcome).weight.value)


@cache
def truth(shared):
    """Return the weights [3] of a population of ratings with effects 0.6, 0.3 and 0."""
    touchpoints = np.full((3, 3), shared) + (1 - shared) * np.eye(3)
    effects = np.array([0.6, 0.3, 0])
    outcome = touchpoints @ effects / np.sqrt(effects @ touchpoints @ effects + 1)
    root = np.real(sqrtm(touchpoints))
    return root**2 @ np.linalg.solve(root, outcome) ** 2


@pytest.mark.parametrize("missing", [0, 0.5])
def test_95_percent_intervals_cover_the_true_weight_and_share_90_to_99_percent_of_the_time(missing):
    weights, shares = [], []
    for seed in range(80):
        draw = np.random.default_rng(seed)
        common = draw.standard_normal((400, 1))
        ratings = np.sqrt(0.4) * common + np.sqrt(0.6) * draw.standard_normal((400, 3))
        outcome = ratings @ [0.6, 0.3, 0] + draw.standard_normal(400)
        found = derive_importance(thinned(ratings, seed, missing), outcome, draws=200)
        weight, share = truth(0.4), truth(0.4) / truth(0.4).sum()
        weights.append((found.weight.low <= weight) & (weight <= found.weight.high))
        shares.append((found.share.low <= share) & (share <= found.share.high))

    assert 0.9 <= np.mean(weights) <= 0.99
    assert 0.9 <= np.mean(shares) <= 0.99


def test_where_nothing_goes_with_the_outcome_weights_are_what_chance_predicts():
    surveys = [answers(NULL, 600, seed) for seed in range(40)]
    found = [derive_importance(each.ratings, each.connection, draws=200) for each in surveys]

    weights = np.mean([each.weight.value for each in found], axis=0)
    assert_allclose(weights.mean(), np.mean([each.chance for each in found]), rtol=0.15)
    assert np.mean([each.is_above_chance for each in found]) <= 0.01
    assert np.mean([each.r_squared.low > 0 for each in found]) <= 0.05


def test_weights_by_chance_on_complete_data_are_one_over_the_customers():
    ratings, outcome = rated(11, customers=500)

    assert_allclose(derive_importance(ratings, outcome, draws=FEW).chance, 1 / 500, rtol=1e-8)


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(np.full(200, 4.1), id="the same from everybody"),
        pytest.param(np.full(200, np.nan), id="rated by nobody"),
        pytest.param(np.r_[np.arange(29.0), np.full(171, np.nan)], id="rated by 29"),
        pytest.param(np.r_[1, 2, np.full(198, np.nan)], id="rated by two"),
    ],
)
def test_a_touchpoint_that_cannot_be_weighed_has_none_and_leaves_the_others_theirs(column):
    ratings, outcome = rated(13)

    alone = derive_importance(ratings, outcome)
    found = derive_importance(np.column_stack([ratings[:, :2], column, ratings[:, 2:]]), outcome)

    others = [0, 1, 3, 4]
    for estimate in (found.weight, found.share, found.correlation):
        assert np.isnan([estimate.value[2], estimate.low[2], estimate.high[2]]).all()
    assert not found.is_above_chance[2]
    assert found.raters[2] == np.isfinite(column).sum()
    assert found.reach[2] == np.isfinite(column).mean()
    assert_allclose(found.share.value[others], alone.share.value)
    assert_allclose(found.share.low[others], alone.share.low)


def test_a_touchpoint_whose_raters_all_have_the_same_outcome_has_no_weight():
    ratings, outcome = rated(15)
    outcome[:50] = 7
    ratings[50:, 0] = np.nan

    found = derive_importance(ratings, outcome)

    assert np.isnan(found.weight.value).tolist() == [True, False, False, False]


@pytest.mark.parametrize("customers", [0, 1, 29])
def test_too_few_customers_give_no_weight(customers):
    ratings, outcome = rated(17, customers)

    found = derive_importance(ratings, outcome)

    assert np.isnan(found.weight.value).all()
    assert np.isnan([found.r_squared.value, found.r_squared.low]).all()
    assert found.raters.tolist() == [customers] * 4


def test_no_touchpoints_give_no_weights():
    found = derive_importance(np.empty((50, 0)), np.arange(50.0))

    assert found.weight.value.shape == found.reach.shape == (0,)
    assert np.isnan(found.r_squared.value)


def test_fewer_than_two_customers_a_touchpoint_give_no_weight():
    ratings, outcome = rated(19, customers=79, p=40)

    assert np.isnan(derive_importance(ratings, outcome).weight.value).all()
    assert np.isfinite(derive_importance(ratings[:, :39], outcome).weight.value).all()


@pytest.mark.parametrize(
    ("ratings", "outcome", "says"),
    [
        (np.ones((40, 2)), np.ones(39), "do not fit"),
        (np.ones(40), np.ones(40), "do not fit"),
        (np.ones((40, 2)), np.full(40, np.nan), "known for every customer"),
        (np.full((40, 2), np.inf), np.arange(40.0), "infinite"),
        (np.arange(80.0).reshape(40, 2), np.ones(40), "the same for every customer"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(ratings, outcome, says):
    with pytest.raises(ValueError, match=says):
        derive_importance(ratings, outcome)
