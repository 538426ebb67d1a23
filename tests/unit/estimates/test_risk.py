from dataclasses import replace

import numpy as np
import pytest

from kindred.estimates.risk import History, NoRisk, Risk, RiskRules, lapse_risk, reasons, train
from tests.unit.estimates.leavers import CHECK_MONTH, FEATURES, HORIZON, draw


@pytest.fixture(scope="module")
def world():
    return draw(seed=1)


@pytest.fixture(scope="module")
def found(world):
    history, present, _ = world
    risk = lapse_risk(history, present)
    assert isinstance(risk, Risk)
    return risk


def test_as_many_leave_as_were_predicted_in_population_after_population():
    off = []
    for seed in range(10, 30):
        history, present, leaves = draw(seed, unknown=0)
        said = lapse_risk(history, present).probabilities
        off.append((leaves.sum() - said.sum()) / np.sqrt((said * (1 - said)).sum()))
    assert abs(np.mean(off)) < 0.5
    assert np.std(off) < 1.4  # 1 by chance alone, and the estimate has an error of its own


def test_the_risk_ranks_those_who_then_leave(world, found):
    leaves = world[2]
    top = found.probabilities >= np.quantile(found.probabilities, 0.9)
    assert leaves[top].mean() > 2 * leaves.mean()
    assert found.check.reliability.top_lift.low > 1.5


def test_the_check_learns_only_from_what_was_known_when_it_begins(world, found):
    history, present, _ = world
    assert found.check.month == CHECK_MONTH
    between = (history.months > CHECK_MONTH - HORIZON) & (history.months < CHECK_MONTH)
    other = replace(history, left=np.where(between, ~history.left, history.left))
    assert lapse_risk(other, present).check == found.check


def test_the_present_and_the_check_s_outcomes_change_nothing_of_what_the_check_predicts(
    world, found
):
    history, present, _ = world
    latest = history.months == CHECK_MONTH
    turned = history.left.copy()
    turned[latest] = np.random.default_rng(3).permutation(turned[latest])
    check = lapse_risk(replace(history, left=turned), present * 2).check
    means = [band.mean_predicted for band in check.reliability.bands]
    assert means == [band.mean_predicted for band in found.check.reliability.bands]


def test_the_present_is_predicted_from_all_months(world, found):
    history, present, _ = world
    model = train(history, RiskRules())
    np.testing.assert_array_equal(
        found.probabilities, (1 / (1 + np.exp(-model.log_odds(present)))).round(6)
    )
    assert found.model.correction == 0


def test_where_leaving_has_become_commoner_the_model_is_moved_to_what_happened():
    history, present, leaves = draw(seed=2, drift=0.8)
    risk = lapse_risk(history, present)
    assert risk.check.reliability.shift.low > 0
    assert risk.model.correction > 0
    latest = history.where(history.months == CHECK_MONTH)
    expected = 1 / (1 + np.exp(-risk.model.log_odds(latest.values)))
    assert expected.sum() == pytest.approx(latest.left.sum())
    unmoved = 1 / (1 + np.exp(-train(history, RiskRules()).log_odds(present)))
    assert abs(risk.probabilities.sum() - leaves.sum()) < abs(unmoved.sum() - leaves.sum()) / 2


def test_features_that_tell_nothing_give_no_probabilities_but_the_check():
    history, present, _ = draw(seed=3, weights=np.zeros(4))
    risk = lapse_risk(history, present)
    assert isinstance(risk, NoRisk)
    assert "chance" in risk.reason
    assert risk.check.reliability.auc.low <= 0.5


def test_the_order_of_rows_changes_nothing(world, found):
    history, present, _ = world
    order = np.random.default_rng(4).permutation(len(history.left))
    mixed = History(
        history.features,
        history.values[order],
        history.customers[order],
        history.months[order],
        history.left[order],
    )
    again = lapse_risk(mixed, present[::-1])
    np.testing.assert_allclose(again.probabilities[::-1], found.probabilities, atol=1e-6)
    assert again.reasons[::-1] == found.reasons


def test_reasons_are_what_raises_the_risk_strongest_first(world, found):
    _, present, _ = world
    told = found.model.contributions(present)
    assert max(map(len, found.reasons)) <= 3
    for row, named in zip(told[:200], found.reasons, strict=False):
        raised = [FEATURES[at] for at in np.argsort(-row) if row[at] >= 0.1][:3]
        assert [name.removesuffix("_unknown") for name in named] == raised


def test_contributions_are_what_parts_a_customer_from_a_row_of_means(world, found):
    _, present, _ = world
    told = found.model.contributions(present).sum(axis=1) + found.model.regression.intercept
    np.testing.assert_allclose(told, found.model.log_odds(present))


def test_what_is_not_known_is_named_so_where_not_knowing_raises_the_risk():
    rng = np.random.default_rng(5)
    silent = rng.random(4_000) < 0.3
    mood = np.where(silent, np.nan, rng.standard_normal(4_000))
    left = rng.random(4_000) < np.where(silent, 0.4, 0.1)
    history = History(
        ("mood",), mood[:, None], np.arange(4_000), np.zeros(4_000, dtype=np.int64), left
    )
    model = train(history, RiskRules())
    assert reasons(model, np.array([[np.nan], [0.0]]), RiskRules()) == (("mood_unknown",), ())


def test_too_few_who_left_give_a_reason_and_no_number():
    history, present, _ = draw(seed=6, customers=40)
    risk = lapse_risk(history, present)
    assert isinstance(risk, NoRisk)
    assert "left in the months to learn from, of 50 needed" in risk.reason


def test_one_customer_s_leaving_seen_from_three_months_counts_once(world):
    history, present, _ = world
    leavers = np.unique(history.customers[history.left & (history.months <= CHECK_MONTH - HORIZON)])
    rows = int((history.left & (history.months <= CHECK_MONTH - HORIZON)).sum())
    assert rows > 2 * len(leavers)
    rules = RiskRules(leavers_a_column=rows // 5)  # four features, and mood unknown
    assert f"{len(leavers)} customers left" in lapse_risk(history, present, rules).reason


def test_a_check_on_a_handful_of_leavers_is_none(world):
    history, present, _ = world
    risk = lapse_risk(history, present, RiskRules(check_leavers=1_000))
    assert "after the month to check on" in risk.reason


def test_months_too_near_each_other_give_a_reason(world):
    history, present, _ = world
    risk = lapse_risk(history.where(history.months > CHECK_MONTH - HORIZON), present)
    assert "3 months before" in risk.reason


def test_no_month_with_a_known_outcome_gives_a_reason(world):
    history, present, _ = world
    assert "no month" in lapse_risk(history.where(history.months < 0), present).reason
