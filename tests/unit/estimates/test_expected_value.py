import numpy as np
import pytest

from kindred.estimates.expected_value import Buyers, ValueRules, expected_value, mean_value
from kindred.estimates.no_model import NoModel
from kindred.estimates.order_value import Baskets
from kindred.estimates.purchase_frequency import Purchases
from tests.unit.estimates.buyers import BUYING, draw


@pytest.fixture(scope="module")
def large():
    buyers, orders, value = draw(1, 50_000)
    return buyers, orders, value, expected_value(buyers, 52)


def test_expectations_add_up_to_what_customers_then_order_and_spend(large):
    _, orders, value, worth = large
    assert worth.orders.sum() == pytest.approx(orders.sum(), rel=0.02)
    assert worth.value.sum() == pytest.approx(value.sum(), rel=0.02)
    np.testing.assert_allclose(worth.value, worth.orders * worth.order_value)


def test_customers_expected_to_be_worth_more_are_worth_more_band_by_band(large):
    _, _, value, worth = large
    for band in np.array_split(np.argsort(worth.value), 10)[2:]:
        assert worth.value[band].mean() == pytest.approx(value[band].mean(), rel=0.12)


def test_who_is_taken_to_be_gone_mostly_is(large):
    buyers, orders, _, worth = large
    repeats = buyers.purchases.repeats > 0
    surely, hardly = repeats & (worth.is_buying > 0.9), repeats & (worth.is_buying < 0.1)
    assert (orders[hardly] > 0).mean() < 0.1
    assert (orders[surely] > 0).mean() > 0.8


@pytest.mark.parametrize("first", [0, 1])
def test_the_interval_of_a_group_s_mean_covers_the_truth(first):
    model = BUYING._replace(first=first)
    groups = (
        lambda buyers: np.ones(len(buyers.baskets.orders), bool),
        lambda buyers: buyers.purchases.repeats == 0,
        lambda buyers: buyers.purchases.repeats >= 3,
    )
    many, _, spent = draw(0, 80_000, model)
    truths = [spent[group(many)].mean() for group in groups]
    hits = np.zeros(len(groups))
    for seed in range(1, 41):
        buyers = draw(seed, 600, model)[0]
        worth = expected_value(buyers, 52)
        means = [mean_value(worth, group(buyers)) for group in groups]
        hits += [mean.low <= truth <= mean.high for mean, truth in zip(means, truths, strict=True)]
    assert (hits >= 34).all(), hits  # of 38 expected; fewer than 34 come once in 300 by chance


def test_the_mean_of_all_is_that_of_nobody_left_out(large):
    worth = large[-1]
    everybody = np.ones(len(worth.value), bool)
    assert mean_value(worth) == mean_value(worth, everybody)
    assert mean_value(worth).figure == pytest.approx(worth.value.mean())


def test_a_group_of_nobody_has_no_mean(large):
    with pytest.raises(ValueError, match="nobody"):
        mean_value(large[-1], np.zeros(50_000, bool))


def test_four_times_the_customers_halve_the_interval():
    widths = []
    for customers in (2_000, 8_000):
        mean = mean_value(expected_value(draw(2, customers)[0]))
        widths.append(np.log(mean.high / mean.low))
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.15)


def test_what_somebody_spends_is_told_from_how_often(large):
    assert abs(large[-1].likeness) < 0.05
    buyers = large[0]
    dearer = Baskets(buyers.baskets.orders, buyers.baskets.mean * (1 + buyers.purchases.repeats))
    assert expected_value(Buyers(buyers.purchases, dearer)).likeness > 0.5


def test_too_few_who_ordered_again_give_a_reason_and_no_number():
    buyers = draw(3, 120)[0]
    some = int((buyers.purchases.repeats > 0).sum())
    found = expected_value(buyers, rules=ValueRules(least_repeaters=some + 1))
    assert isinstance(found, NoModel)
    assert found.reason == f"{some} customers ordered again, of {some + 1} needed"


def test_too_few_known_values_give_a_reason_and_no_number():
    buyers = draw(3, 1_000)[0]
    unknown = Baskets(
        np.where(np.arange(1_000) < 50, buyers.baskets.orders, 0), buyers.baskets.mean
    )
    found = expected_value(Buyers(buyers.purchases, unknown))
    assert isinstance(found, NoModel)
    assert "have two orders of a known value, of 100 needed" in found.reason


def test_values_spread_without_a_mean_give_a_reason_and_no_number():
    buyers = draw(4, 2_000)[0]
    rng = np.random.default_rng(5)
    wild = np.exp(4 * rng.standard_normal(2_000))
    found = expected_value(Buyers(buyers.purchases, Baskets(buyers.baskets.orders, wild)))
    assert isinstance(found, NoModel)
    assert "no mean" in found.reason


def test_the_same_customers_in_another_order_are_worth_the_same():
    buyers = draw(6, 1_000)[0]
    order = np.random.default_rng(7).permutation(1_000)
    times, values = buyers.purchases, buyers.baskets
    mixed = Buyers(
        Purchases(times.repeats[order], times.last[order], times.age[order]),
        Baskets(values.orders[order], values.mean[order]),
    )
    np.testing.assert_allclose(
        expected_value(mixed).value, expected_value(buyers).value[order], rtol=1e-6
    )


def test_customers_of_the_one_and_not_of_the_other_are_refused():
    buyers = draw(8, 300)[0]
    with pytest.raises(ValueError, match="same customers"):
        Buyers(buyers.purchases, Baskets(np.ones(2), np.ones(2)))
