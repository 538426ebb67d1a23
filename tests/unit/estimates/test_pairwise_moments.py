import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from bench.drivers.survey import TWELVE, answers
from kindred.estimates.bootstrap import drawn_sums, random_blocks
from kindred.estimates.pairwise_moments import block_sums, correlations


def together(survey, blocks):
    return correlations(block_sums(survey.ratings, survey.connection, blocks).sum(axis=0))


@pytest.mark.parametrize("customers", [150, 400, 401, 2000])
def test_sparse_correlations_are_those_that_pandas_finds_pair_by_pair(customers):
    survey = answers(TWELVE, customers, 1)
    frame = pd.DataFrame(np.column_stack([survey.ratings, survey.connection]))

    found = together(survey, random_blocks(customers))

    expected = frame.corr(min_periods=1).fillna(0).to_numpy()
    assert_allclose(found.touchpoints, expected[:-1, :-1], atol=1e-10)
    assert_allclose(found.outcome, expected[:-1, -1], atol=1e-10)
    given = frame.notna().to_numpy(np.float64)
    assert_allclose(found.joint, (given.T @ given)[:-1, :-1])
    assert found.customers == customers


def test_drawn_blocks_have_the_correlations_of_their_customers_each_as_often_as_drawn():
    survey = answers(TWELVE, 900, 1)
    blocks = random_blocks(900)
    sums = block_sums(survey.ratings, survey.connection, blocks)
    identity = np.eye(len(sums))
    (times,) = drawn_sums(identity, 3)

    (drawn,) = drawn_sums(sums, 3)

    for draw, repeats in zip(correlations(drawn).touchpoints, times, strict=True):
        customers = np.repeat(np.arange(900), repeats[blocks].astype(int))
        frame = pd.DataFrame(survey.ratings[customers])
        assert_allclose(draw, frame.corr(min_periods=1).to_numpy(), atol=1e-10)


def test_a_pair_that_nobody_rated_together_has_no_correlation():
    survey = answers(TWELVE, 1000, 1)
    survey.ratings[::2, 0] = np.nan
    survey.ratings[1::2, 1] = np.nan

    found = together(survey, random_blocks(1000))

    assert found.joint[0, 1] == 0
    assert found.touchpoints[0, 1] == found.touchpoints[1, 0] == 0
    assert (np.diagonal(found.touchpoints) == 1).all()


def test_a_pair_whose_joint_raters_all_agree_has_no_correlation_but_for_rounding():
    for seed in range(60):
        draw = np.random.default_rng(seed)
        ratings, agreed = draw.uniform(1, 7, (100, 2)), 2 + seed % 38
        ratings[agreed:50, 0], ratings[50:, 1] = np.nan, np.nan
        ratings[:agreed] = draw.uniform(1, 7, 2)

        found = correlations(block_sums(ratings, np.arange(100.0), random_blocks(100)).sum(axis=0))

        assert found.joint[0, 1] == agreed
        assert found.touchpoints[0, 1] == 0


def test_the_share_of_missing_pairs_is_counted():
    ratings = np.random.default_rng(1).standard_normal((40, 3))
    ratings[:20, 0] = np.nan

    found = correlations(block_sums(ratings, np.arange(40.0), random_blocks(40)).sum(axis=0))

    assert found.missing == pytest.approx((0.5 + 0.5 + 0) / 3)
