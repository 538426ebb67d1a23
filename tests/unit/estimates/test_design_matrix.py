import numpy as np
import pytest

from kindred.estimates.design_matrix import Columns

NAMES = ("orders", "score", "constant")
VALUES = np.array([[1.0, 10.0, 5.0], [2.0, np.nan, 5.0], [3.0, 20.0, 5.0], [4.0, np.nan, 5.0]])


def test_learned_columns_have_mean_nought_and_spread_one_and_constants_are_nought():
    columns = Columns.learn(NAMES, VALUES).of(VALUES)
    assert columns.shape == (4, 4)
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(columns.std(axis=0), [1, np.sqrt(0.5), 0, 1])


def test_the_unknown_takes_the_mean_and_says_that_it_was_unknown():
    columns = Columns.learn(NAMES, VALUES).of(VALUES)
    np.testing.assert_allclose(columns[:, 1], [-1, 0, 1, 0])
    np.testing.assert_allclose(columns[:, 3], [-1, 1, -1, 1])


def test_later_rows_are_measured_by_what_was_learned():
    columns = Columns.learn(NAMES, VALUES)
    later = columns.of(np.array([[2.5, 25.0, 6.0]]))
    np.testing.assert_allclose(later, [[0, 2, 1, -1]])


def test_a_first_gap_after_learning_takes_the_mean():
    assert Columns.learn(NAMES, VALUES).of(np.array([[np.nan, 15.0, 5.0]]))[0, 0] == 0


def test_a_feature_that_nobody_has_tells_nothing():
    values = np.column_stack([VALUES[:, 0], np.full(4, np.nan)])
    np.testing.assert_array_equal(Columns.learn(("a", "b"), values).of(values)[:, 1:], 0)


def test_what_is_told_by_feature_adds_up_to_what_the_columns_told():
    columns = Columns.learn(NAMES, VALUES)
    told = columns.of(VALUES) * [1.0, 2.0, 3.0, 4.0]
    by_feature = columns.by_feature(told)
    assert by_feature.shape == VALUES.shape
    np.testing.assert_allclose(by_feature.sum(axis=1), told.sum(axis=1))
    np.testing.assert_allclose(by_feature[:, 1], told[:, 1] + told[:, 3])


def test_infinite_values_are_refused_by_the_feature_s_name():
    with pytest.raises(ValueError, match="score"):
        Columns.learn(NAMES, np.where(VALUES == 20, np.inf, VALUES))
    with pytest.raises(ValueError, match="orders"):
        Columns.learn(NAMES, VALUES).of(np.array([[np.inf, 0.0, 0.0]]))


def test_names_that_do_not_fit_the_values_are_refused():
    with pytest.raises(ValueError, match="named features"):
        Columns.learn(("orders",), VALUES)
