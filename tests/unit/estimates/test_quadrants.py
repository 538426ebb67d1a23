import numpy as np
import pytest

from bench.drivers.survey import NULL, TWELVE, answers
from kindred.estimates.quadrants import quadrants
from kindred.estimates.relative_importance import Estimate, Importance, derive_importance

# What a customer says matters is what pleases them, not what connects them.
STATED = 3 + 5 * TWELVE.pleases
COMMUNITY_EVENTS, PACKAGING = 9, 10


def importance(shares, width=0.01, r_squared=0.5):
    share = np.array(shares)
    low, high = share - width, share + width
    estimate = Estimate(share, low, high)
    nothing = np.zeros(len(share))
    total = Estimate(*(np.float64(r_squared + move) for move in (0, -0.1, 0.1)))
    return Importance(
        Estimate(share * r_squared, low * r_squared, high * r_squared),
        estimate,
        estimate,
        total,
        nothing,
        nothing.astype(np.int64),
        nothing,
    )


def test_each_touchpoint_is_named_by_what_it_claims_and_what_it_does():
    found = quadrants(np.array([6.5, 3, 6, 2]), importance([0.4, 0.5, 0.06, 0.04]))

    assert found.quadrant == ["key_driver", "hidden_driver", "claimed", "low"]
    assert found.is_certain.all()
    assert (found.stated_cut, found.derived_cut) == (4.5, 0.23)


def test_an_interval_across_the_cut_is_not_certain():
    found = quadrants(np.array([6.5, 3, 6, 2]), importance([0.4, 0.24, 0.22, 0.14], width=0.03))

    assert found.is_certain.tolist() == [True, False, False, True]


def test_the_touchpoint_at_the_median_is_not_above_it():
    found = quadrants(np.array([6.0, 5, 4]), importance([0.2, 0.3, 0.5]))

    assert found.quadrant == ["claimed", "low", "hidden_driver"]
    assert found.is_certain.tolist() == [True, False, True]


@pytest.mark.parametrize("unknown", ["stated", "derived"])
def test_a_touchpoint_of_which_half_is_unknown_has_no_quadrant_and_moves_no_cut(unknown):
    stated, shares = [6.5, 3, 6, 2, 7], [0.4, 0.5, 0.06, 0.04, 0.9]
    (stated if unknown == "stated" else shares)[4] = float("nan")

    found = quadrants(np.array(stated), importance(shares))

    assert found.quadrant == ["key_driver", "hidden_driver", "claimed", "low", None]
    assert found.is_certain.tolist() == [True] * 4 + [False]
    assert (found.stated_cut, found.derived_cut) == (4.5, 0.23)


def test_no_touchpoint_known_gives_no_quadrant_and_no_cut():
    found = quadrants(np.array([np.nan, 5]), importance([0.5, float("nan")]))

    assert found.quadrant == [None, None]
    assert np.isnan([found.stated_cut, found.derived_cut]).all()


def test_planted_hidden_drivers_are_found_in_20_populations():
    for seed in range(20):
        survey = answers(TWELVE, 2000, seed)
        found = quadrants(STATED, derive_importance(survey.ratings, survey.connection, draws=200))
        assert found.quadrant[COMMUNITY_EVENTS] == "hidden_driver"
        assert found.quadrant[PACKAGING] == "hidden_driver"
        assert found.is_certain[[COMMUNITY_EVENTS, PACKAGING]].all()


def test_what_is_certain_is_true_of_the_planted_effects():
    planted = np.median(TWELVE.drives) < TWELVE.drives
    for seed in range(20):
        survey = answers(TWELVE, 2000, seed)
        found = quadrants(STATED, derive_importance(survey.ratings, survey.connection, draws=200))
        drives = np.array([name in ("key_driver", "hidden_driver") for name in found.quadrant])
        assert (drives == planted)[found.is_certain].all()


def test_where_nothing_goes_with_the_outcome_no_driver_is_certain():
    certain = 0
    for seed in range(40):
        survey = answers(NULL, 600, seed)
        found = quadrants(STATED, derive_importance(survey.ratings, survey.connection, draws=200))
        certain += found.is_certain.sum()

    assert certain <= 0.01 * 40 * 12
