import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from kindred.estimates.order_value import Baskets, OrderValue, fit_spending, mean_order
from kindred.estimates.order_value import _each as each
from tests.unit.estimates.buyers import SPENDING, draw


@pytest.mark.parametrize(("orders", "mean"), [(1, 12.0), (3, 30.0), (40, 22.5)])
def test_the_likelihood_is_the_integral_over_all_customers_means(orders, mean):
    p, q, scale = SPENDING

    def density(nu):
        of_mean = gamma.pdf(mean, p * orders, scale=1 / (nu * orders))
        return of_mean * gamma.pdf(nu, q, scale=1 / scale)

    integral = quad(density, 0, 2, limit=500, points=(p / mean,))[0]
    found = each(SPENDING, np.array([float(orders)]), np.array([mean]))[0][0]
    assert found == pytest.approx(np.log(integral), abs=1e-6)


def test_slopes_are_those_of_the_likelihood():
    orders, mean, logs = (
        np.array([1.0, 3.0, 40.0]),
        np.array([12.0, 30.0, 22.5]),
        np.log([4, 5, 50]),
    )

    def likelihoods(logs):
        return each(OrderValue.of(logs), orders, mean)

    for at, step in enumerate(np.eye(3) * 1e-5):
        slope = (likelihoods(logs + step)[0] - likelihoods(logs - step)[0]) / 2e-5
        np.testing.assert_allclose(likelihoods(logs)[1][:, at], slope, rtol=1e-6, atol=1e-7)


def test_the_truth_is_found_again():
    fit = fit_spending(draw(4, 20_000)[0].baskets)
    errors = np.sqrt(np.square(fit.influence).sum(axis=0))
    assert (errors < 0.08).all()
    assert (np.abs(fit.logs - np.log([4, 5, 4 * 60 / 5])) < 3 * errors).all()


def test_the_currency_scales_the_scale_and_nothing_else():
    baskets = draw(5, 1_000)[0].baskets
    yen = Baskets(baskets.orders, baskets.mean * 160)
    difference = fit_spending(yen).logs - fit_spending(baskets).logs
    np.testing.assert_allclose(difference, [0, 0, np.log(160)], atol=1e-4)


def test_a_mean_order_is_what_customers_seen_alike_go_on_to_spend():
    rng = np.random.default_rng(6)
    p, q, scale = SPENDING
    means = p / rng.gamma(q, 1 / scale, 2_000_000)
    seen = rng.gamma(p * 2, means / p) / 2
    alike = (seen > 29.5) & (seen < 30.5)
    found = mean_order(SPENDING, Baskets(np.array([2.0]), np.array([30.0])))[0]
    assert found == pytest.approx(means[alike].mean(), rel=0.01)


def test_few_orders_say_the_mean_of_all_and_many_the_customer_s_own():
    all_customers = 4 * 60 / (5 - 1)
    never, once, often = mean_order(
        SPENDING, Baskets(np.array([0.0, 1.0, 500.0]), np.array([np.nan, 100.0, 100.0]))
    )
    assert never == all_customers
    assert all_customers < once < often < 100
    assert often == pytest.approx(100, rel=0.01)


def test_who_has_no_valued_order_has_no_influence():
    baskets = draw(7, 500)[0].baskets
    more = Baskets(np.append(baskets.orders, 0), np.append(baskets.mean, np.nan))
    fit, same = fit_spending(more), fit_spending(baskets)
    np.testing.assert_array_equal(fit.logs, same.logs)
    assert fit.influence.shape == (501, 3)
    assert not fit.influence[-1].any()


def test_orders_that_all_cost_the_same_are_expected_to_go_on_so():
    baskets = Baskets(np.arange(1.0, 301.0), np.full(300, 25.0))
    model = OrderValue.of(fit_spending(baskets).logs)
    np.testing.assert_allclose(mean_order(model, baskets), 25, rtol=0.01)


@pytest.mark.parametrize(("orders", "mean"), [(2, 0), (2, -5), (2, np.nan), (-1, 5)])
def test_impossible_values_are_refused_without_telling_them(orders, mean):
    with pytest.raises(ValueError, match=r"^1 customers have impossible values of orders$"):
        Baskets(np.array([float(orders)]), np.array([float(mean)]))


def test_values_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        Baskets(np.ones(2), np.ones(3))
