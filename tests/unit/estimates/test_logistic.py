import numpy as np
import pytest
from scipy.optimize import minimize

from kindred.estimates import logistic
from kindred.estimates.logistic import DidNotConverge, fit


def example(rows=2_000, columns=5, seed=4):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, columns))
    x[:, 1] += x[:, 0]
    z = x @ np.linspace(-1, 1, columns) - 1.5
    return x, rng.random(rows) < 1 / (1 + np.exp(-z))


def objective(at, x, happened, penalty, offset):
    z = x @ at[1:] + at[0] + offset
    return np.logaddexp(0, z).sum() - z[happened].sum() + penalty / 2 * (at[1:] ** 2).sum()


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_the_fit_is_where_a_general_optimiser_finds_the_least_of_the_same_objective(penalty):
    x, happened = example()
    offset = np.linspace(-1, 1, len(happened))
    found = fit(x, happened, penalty, offset)
    at = np.array([found.intercept, *found.coefficients])
    other = minimize(objective, np.zeros(6), args=(x, happened, penalty, offset), tol=1e-10)
    np.testing.assert_allclose(at, other.x, atol=1e-4)
    assert objective(at, x, happened, penalty, offset) <= other.fun + 1e-9


def test_the_covariance_is_the_spread_of_fits_to_other_draws():
    fits = [fit(*example(1_000, 2, seed), 1e-6) for seed in range(300)]
    spread = np.std([[f.intercept, *f.coefficients] for f in fits], axis=0)
    said = np.sqrt(np.mean([np.diag(f.covariance) for f in fits], axis=0))
    np.testing.assert_allclose(spread, said, rtol=0.15)


def test_without_columns_the_intercept_is_the_log_odds_of_the_share():
    found = fit(np.empty((40, 0)), np.arange(40) < 10, 0)
    assert found.intercept == pytest.approx(np.log(10 / 30))


def test_a_column_that_parts_the_outcomes_keeps_a_finite_coefficient():
    happened = np.arange(200) < 100
    found = fit(np.where(happened, 1.0, -1.0)[:, None], happened, 1.0)
    assert 3 < found.coefficients[0] < 6
    assert found.log_odds(np.array([[1.0]]))[0] > 3


def test_more_rows_than_a_block_holds_make_the_same_fit(monkeypatch):
    x, happened = example()
    whole = fit(x, happened, 1.0)
    monkeypatch.setattr(logistic, "_BLOCK", 300)
    np.testing.assert_allclose(fit(x, happened, 1.0).coefficients, whole.coefficients, rtol=1e-9)


def test_an_unfinished_search_raises_instead_of_giving_its_numbers():
    with pytest.raises(DidNotConverge, match="2 Newton steps"):
        fit(*example(), 1.0, steps=2)


def test_columns_that_cannot_be_told_apart_raise_without_a_penalty():
    with pytest.raises(DidNotConverge):
        fit(np.zeros((50, 1)), np.arange(50) < 20, 0)


def test_numbers_that_are_not_finite_are_refused():
    x, happened = example()
    x[3, 2] = np.nan
    with pytest.raises(ValueError, match="finite"):
        fit(x, happened, 1.0)


@pytest.mark.parametrize("outcome", [True, False])
def test_outcomes_that_are_all_the_same_are_refused(outcome):
    with pytest.raises(ValueError, match="both outcomes"):
        fit(np.ones((5, 1)), np.full(5, outcome), 1.0)
