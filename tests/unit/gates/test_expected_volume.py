"""What is expected of a night: the weekday's median, and only what is beyond noise is odd."""

from __future__ import annotations

import numpy as np
import pytest

from kindred.gates.expected_volume import NightVolume, usual

NIGHTS = 2_000


def weekdays(*rows: float) -> list[NightVolume]:
    return [NightVolume(each, is_same_weekday=True) for each in rows]


def others(*rows: float) -> list[NightVolume]:
    return [NightVolume(each, is_same_weekday=False) for each in rows]


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ([], None),
        (weekdays(90), None),
        (weekdays(90, 80), None),
        (others(9, 9, 9), 9),
        # One campaign and one outage among the weekday's nights move nothing.
        (weekdays(100, 110, 4_000, 90, 0), 100),
        # The weekday decides once it is known: a shop that is closed on Sundays.
        (weekdays(0, 0, 0, 0) + others(100, 100, 100, 100), 0),
        # Before that, the more careful of the two.
        (weekdays(0) + others(100, 100, 100), 0),
        (weekdays(300) + others(100, 100, 100), 100),
    ],
)
def test_the_weekdays_median_is_expected(nights: list[NightVolume], expected: float | None) -> None:
    assert usual(nights).rows == expected


@pytest.mark.parametrize(
    ("nights", "is_due"),
    [
        ([], False),
        (weekdays(500, 500), False),
        (others(9, 9, 9), True),
        (weekdays(6, 6, 6, 6), False),
        (weekdays(40, 50, 60, 45), True),
        # A night without rows has been seen and was right: the evidence is not strong.
        (weekdays(40, 50, 0, 45), False),
    ],
)
def test_rows_are_due_where_no_night_has_brought_none(
    nights: list[NightVolume], is_due: bool
) -> None:
    assert usual(nights).is_due is is_due


@pytest.mark.parametrize(
    ("nights", "rows", "is_thin"),
    [
        (weekdays(100, 104, 96, 101, 99), 50, True),  # an API that answers half
        (weekdays(100, 104, 96, 101, 99), 75, False),
        (weekdays(1_000, 1_050, 960, 1_010), 650, True),
        (weekdays(1_000, 1_050, 960, 1_010), 710, False),
        (weekdays(20, 18, 23, 21), 1, True),
        (weekdays(20, 18, 23, 21), 8, False),
        (weekdays(9, 8, 10, 9), 1, True),
        (weekdays(3, 2, 4, 3), 1, False),
        (weekdays(400, 40, 250, 90, 700), 11, False),  # so uneven that little is odd
        (weekdays(400, 40, 250, 90, 700), 9, True),
        (weekdays(100, 100, 100) + others(80, 100, 100), 30, False),  # under a week of nights
        (others(100, 100, 100, 100, 100, 40, 60), 11, False),  # a quieter weekday, perhaps
        (others(100, 100, 100, 100, 100, 40, 60), 9, True),
    ],
)
def test_a_night_is_thin_beyond_chance_and_the_nights_own_spread(
    nights: list[NightVolume], rows: int, is_thin: bool
) -> None:
    assert usual(nights).is_thin(rows) is is_thin


@pytest.mark.parametrize("mean", [8, 20, 60, 300, 3_000])
@pytest.mark.parametrize("size", [5, 20, np.inf], ids=["uneven", "usual", "poisson"])
def test_an_ordinary_night_is_seldom_thin(mean: float, size: float) -> None:
    """Nights of a negative binomial: `size` 5 is a deviation of 45 % of the mean and more."""
    rng = np.random.default_rng(20_261_101)
    rates = (
        np.full((NIGHTS, 9), mean) if size == np.inf else rng.gamma(size, mean / size, (NIGHTS, 9))
    )
    drawn = rng.poisson(rates)
    thin = [usual(weekdays(*row[:8])).is_thin(int(row[8])) for row in drawn]
    assert np.mean(thin) < 0.02


@pytest.mark.parametrize("mean", [300, 3_000])
def test_a_half_answer_is_thin_where_nights_are_even(mean: float) -> None:
    rng = np.random.default_rng(20_261_102)
    drawn = rng.poisson(mean, (NIGHTS, 9))
    thin = [usual(weekdays(*row[:8])).is_thin(int(row[8]) // 2) for row in drawn]
    assert np.mean(thin) > 0.99
