import numpy as np
import pytest

from kindred.estimates.expected_value import expected_value
from kindred.estimates.holdout import hold_out
from kindred.estimates.no_model import NoModel
from tests.unit.estimates.buyers import draw


@pytest.fixture(scope="module")
def world():
    return draw(1, 5_000)


def test_the_ratio_is_of_what_came_to_what_was_predicted(world):
    found = hold_out(*world, 52)
    for total, observed in ((found.orders, world[1]), (found.value, world[2])):
        assert total.observed == pytest.approx(observed.sum())
        assert total.ratio.figure == pytest.approx(observed.sum() / total.predicted)
        assert total.ratio.figure == pytest.approx(1, abs=0.1)
        assert total.ratio.high - total.ratio.low < 0.2


def test_customers_who_order_half_as_much_as_predicted_are_seen(world):
    buyers, orders, value = world
    found = hold_out(buyers, np.floor(orders / 2), value / 2, 52)
    assert found.orders.ratio.high < 0.6
    assert found.value.ratio.high < 0.6


def test_rows_by_past_orders_hold_everybody_once_and_their_own_means(world):
    buyers, orders, value = world
    found = hold_out(buyers, orders, value, 52)
    assert [row.repeats for row in found.rows] == [0, 1, 2, 3, 4, 5, 6]
    assert [row.is_or_more for row in found.rows] == [False] * 6 + [True]
    assert sum(row.customers for row in found.rows) == found.customers == 5_000
    said = expected_value(buyers, 52).orders
    twice, often = buyers.purchases.repeats == 2, buyers.purchases.repeats >= 6
    for at, chosen in ((2, twice), (6, often)):
        row = found.rows[at]
        assert row.mean_predicted == pytest.approx(said[chosen].mean())
        assert row.mean_observed == pytest.approx(orders[chosen].mean())
        assert row.mean_absolute_error == pytest.approx(np.abs(said - orders)[chosen].mean())


def test_the_ratio_s_interval_covers_one_in_population_after_population():
    found = [hold_out(*draw(seed, 500), 52) for seed in range(40)]
    for ratios in ([each.orders.ratio for each in found], [each.value.ratio for each in found]):
        assert sum(ratio.low <= 1 <= ratio.high for ratio in ratios) >= 34


def test_what_came_after_changes_nothing_of_what_was_predicted(world):
    buyers, orders, value = world
    predicted = hold_out(buyers, orders * 3, value * 2, 52).value.predicted
    assert predicted == hold_out(buyers, orders, value, 52).value.predicted


def test_too_little_to_fit_gives_the_reason():
    assert isinstance(hold_out(*draw(2, 50), 52), NoModel)
