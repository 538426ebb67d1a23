import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.stats import beta, gamma

from kindred.estimates.purchase_frequency import (
    PurchaseFrequency,
    Purchases,
    expected_orders,
    fit_buying,
    fit_one,
    is_buying,
)
from kindred.estimates.purchase_frequency import _by_chances as by_chances
from kindred.estimates.purchase_frequency import _each as each
from tests.unit.estimates.buyers import BUYING, draw

CDNOW = PurchaseFrequency(r=0.243, alpha=4.414, a=0.793, b=2.426, first=0)  # the paper's estimates
HISTORIES = [(0, 0, 30), (1, 12, 30), (2, 30.43, 38.86), (7, 20, 52)]


def one(repeats, last, age):
    return Purchases(*(np.array([float(each)]) for each in (repeats, last, age)))


def test_the_paper_s_worked_example_comes_out():
    assert expected_orders(CDNOW, one(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=5e-4)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("history", HISTORIES)
def test_the_likelihood_is_the_integral_over_all_rates_and_chances(history, first):
    model = PurchaseFrequency(1.5, 6.0, 1.3, 2.5, first)
    x, last, age = history
    chances = x + first

    def over(density, highest):
        return quad(density, 0, highest, epsabs=0, epsrel=1e-9, limit=200)[0]

    def over_rates(until):
        prior = gamma(model.r, scale=1 / model.alpha).pdf
        return over(lambda rate: rate**x * np.exp(-rate * until) * prior(rate), 9)

    def over_chances(leaves, stays):
        prior = beta(model.a, model.b).pdf
        return over(lambda chance: chance**leaves * (1 - chance) ** stays * prior(chance), 1)

    integral = over_rates(age) * over_chances(0, chances)
    if chances:
        integral += over_rates(last) * over_chances(1, chances - 1)
    found = each(model, one(*history), np.array([float(x)]), np.array([0]))[0][0]
    assert found == pytest.approx(np.log(integral), abs=1e-6)


@pytest.mark.parametrize("first", [0, 1])
def test_slopes_are_those_of_the_likelihood(first):
    known = Purchases(*map(np.array, zip(*([*map(float, h)] for h in HISTORIES), strict=True)))
    logs = np.log([1.5, 0.25, 0.5, 2.5])

    def likelihoods(logs):
        return each(
            PurchaseFrequency.of(logs, first), known, known.repeats, np.arange(len(HISTORIES))
        )

    for at, step in enumerate(np.eye(4) * 1e-5):
        slope = (likelihoods(logs + step)[0] - likelihoods(logs - step)[0]) / 2e-5
        np.testing.assert_allclose(likelihoods(logs)[1][:, at], slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("history", HISTORIES)
def test_expected_orders_are_what_happens_to_customers_of_the_same_history(history, first):
    """Customers are drawn, weighed by how likely they make the history, and lived onwards."""
    model, weeks, (x, last, age) = PurchaseFrequency(1.5, 6.0, 1.3, 2.5, first), 40, history
    rng = np.random.default_rng(7)
    rate = rng.gamma(model.r, 1 / model.alpha, 200_000)
    chance = rng.beta(model.a, model.b, len(rate))
    chances = x + first
    here = rate**x * (1 - chance) ** chances * np.exp(-rate * age)
    gone = rate**x * chance * (1 - chance) ** max(chances - 1, 0) * np.exp(-rate * last)
    gone *= chances > 0
    orders, clock, is_here = np.zeros(len(rate)), np.zeros(len(rate)), np.ones(len(rate), bool)
    while is_here.any():
        clock += rng.exponential(1 / rate)
        is_here &= clock < weeks
        orders += is_here
        is_here &= rng.random(len(rate)) >= chance
    expected = (here * orders).sum() / (here + gone).sum()
    assert expected_orders(model, one(*history), weeks)[0] == pytest.approx(expected, rel=0.02)
    alive = here.sum() / (here + gone).sum()
    assert is_buying(model, one(*history))[0] == pytest.approx(alive, rel=0.02)


def integrated(model, history, weeks):
    """Integrate rate after rate over the chance of leaving: no series, no special function."""
    x, _, age = history
    r, alpha, a, b, first = model
    share, shape = weeks / (alpha + age), r + x

    def orders(chance):
        return -np.expm1(-shape * np.log1p(chance * share)) / chance

    def weighed(chance):
        return orders(chance) * beta.pdf(chance, a, b + x + first)

    middle = (a / (a + b + x + first),)
    return quad(weighed, 0, 1, points=middle, limit=500, epsabs=0, epsrel=1e-9)[0]


@pytest.mark.parametrize("x", [0, 1, 30, 500, 3_000])
@pytest.mark.parametrize("a", [0.999, 1.0, 1.3, 4.0])
@pytest.mark.parametrize("r", [0.3, 12.0])
def test_expected_orders_hold_for_many_orders_and_where_the_formula_has_holes(x, a, r):
    model, history = PurchaseFrequency(r, 3.0, a, 1.8, 0), (x, 60.0 if x else 0, 60.0)
    found = expected_orders(model, one(*history), 52) / is_buying(model, one(*history))
    assert found[0] == pytest.approx(integrated(model, history, 52), rel=1e-5)


@pytest.mark.parametrize("b", [0.1, 0.5, 0.50001])
def test_expected_orders_hold_where_a_and_b_are_one_together_or_less(b):
    r, alpha, a, weeks = 0.8, 3.0, 0.5, 20

    def orders(chance):
        chance = max(chance, 1e-12)
        return -np.expm1(-r * np.log1p(chance * weeks / alpha)) / chance

    weighed = quad(orders, 0, 1, weight="alg", wvar=(a - 1, b - 1))[0]
    found = expected_orders(PurchaseFrequency(r, alpha, a, b, 0), one(0, 0, 0), weeks)[0]
    assert found == pytest.approx(weighed / beta_function(a, b), rel=1e-4)


def test_who_ordered_just_now_has_only_the_chance_of_leaving_right_then():
    assert is_buying(CDNOW, one(3, 20, 20))[0] == pytest.approx(1 / (1 + 0.793 / (2.426 + 2)))
    modified = CDNOW._replace(first=1)
    assert is_buying(modified, one(0, 0, 0))[0] == pytest.approx(2.426 / (0.793 + 2.426))


def test_silence_is_worse_news_of_who_ordered_often():
    rare, often = (is_buying(CDNOW, one(x, 30, 90))[0] for x in (1, 40))
    assert often < 1e-6 < rare < 0.8


def test_who_ordered_once_is_alive_for_ever_only_where_the_first_order_cannot_be_the_last():
    assert is_buying(CDNOW, one(0, 0, 500))[0] == 1
    assert is_buying(CDNOW._replace(first=1), one(0, 0, 500))[0] < 0.8


@pytest.mark.parametrize("first", [0, 1])
def test_the_truth_is_found_again_and_which_of_the_models_it_was(first):
    truth = BUYING._replace(first=first)
    fit, chosen = fit_buying(draw(3, 20_000, truth)[0].purchases)
    assert chosen == first
    errors = np.sqrt(np.square(fit.influence).sum(axis=0))
    assert (errors < 0.12).all()
    logs = np.log([truth.r, truth.r / truth.alpha, truth.a / truth.b, truth.b])
    assert (np.abs(fit.logs - logs) < 3 * errors).all()


def test_the_influence_of_customers_is_how_fits_to_others_differ():
    fits = [fit_one(draw(seed, 1_000)[0].purchases, 0) for seed in range(40)]
    spread = np.std([fit.logs for fit in fits], axis=0)
    said = np.median([np.sqrt(np.square(fit.influence).sum(axis=0)) for fit in fits], axis=0)
    np.testing.assert_allclose(spread, said, rtol=0.35)


def test_a_business_that_nobody_leaves_is_one_where_all_go_on():
    rng = np.random.default_rng(8)
    rate, age = rng.gamma(2, 0.1, 2_000), rng.uniform(30, 90, 2_000)
    repeats = rng.poisson(rate * age).astype(float)
    last = np.where(repeats > 0, age * rng.random(2_000) ** (1 / np.maximum(repeats, 1)), 0)
    known = Purchases(repeats, last, age)
    fit, first = fit_buying(known)
    model = PurchaseFrequency.of(fit.logs, first)
    assert is_buying(model, known).mean() > 0.98
    assert expected_orders(model, known, 52).mean() == pytest.approx(rate.mean() * 52, rel=0.06)


@pytest.mark.parametrize(
    "history", [(2, 31, 30), (1, -1, 30), (0, 4, 30), (0.5, 4, 30), (1, 1, np.inf)]
)
def test_an_impossible_history_is_refused_without_its_values(history):
    with pytest.raises(ValueError, match=r"^1 customers have an impossible history$"):
        one(*history)


def test_histories_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        Purchases(np.zeros(2), np.zeros(2), np.ones(3))


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("history", HISTORIES)
def test_expectations_are_the_same_as_a_mean_over_chances_to_leave(history, first):
    for model in (
        CDNOW,
        PurchaseFrequency(1.5, 6.0, 1.3, 2.5, first),
        PurchaseFrequency(1.0, 8.0, 0.05, 0.2, first),
    ):
        known = one(*history)
        found = expected_orders(model, known, 52) / is_buying(model, known)
        assert by_chances(model, known, 52)[0] == pytest.approx(found[0], rel=2e-4)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("logs", list(itertools.product((-9.0, 0.0, 9.0), repeat=4)), ids=str)
def test_expectations_of_extreme_parameters_lie_between_none_and_the_most(logs, first):
    histories = [(0, 0, 0.1), (0, 0, 3000), (1, 3000, 3000), (5, 0.1, 300), (3000, 3000, 3000)]
    known = Purchases(*(np.array(each, float) for each in zip(*histories, strict=True)))
    model = PurchaseFrequency.of(np.array(logs), first)
    with np.errstate(all="ignore"):
        found = expected_orders(model, known, 52)
    most = (model.r + known.repeats) / (model.alpha + known.age) * 52 * is_buying(model, known)
    assert (found >= 0).all()
    assert (found <= most * 1.001).all()
