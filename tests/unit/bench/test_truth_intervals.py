"""Intervals and agreement against published examples and another library."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, spearmanr
from scipy.stats.contingency import relative_risk

from bench.truth.intervals import difference, kappa, ratio, spearman, wilson

SHARES = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda n: (n[0], n[0] + n[1]))


@given(SHARES)
def test_a_wilson_interval_is_scipys(share: tuple[int, int]) -> None:
    part, whole = share
    found = binomtest(part, whole).proportion_ci(method="wilson")
    assert wilson(part, whole) == pytest.approx((part / whole, found.low, found.high), abs=1e-6)


def test_a_share_of_nobody_has_no_interval() -> None:
    assert all(isnan(each) for each in wilson(0, 0))


def test_a_difference_is_that_of_newcombes_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873, table II, (a), method 10.
    found = difference(wilson(56, 70), wilson(48, 80))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@given(SHARES, SHARES)
def test_a_difference_the_other_way_round_has_the_other_sign(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, low, high = difference(wilson(*one), wilson(*other))
    back = difference(wilson(*other), wilson(*one))
    assert back == pytest.approx((-found, -high, -low))
    assert low <= found <= high


@given(SHARES.filter(lambda n: n[0] > 0), SHARES.filter(lambda n: n[0] > 0))
def test_a_ratio_is_scipys_relative_risk(one: tuple[int, int], other: tuple[int, int]) -> None:
    known = relative_risk(*one, *other)
    found = known.confidence_interval(0.95)
    wanted = (known.relative_risk, found.low, found.high)
    assert ratio(*one, *other, 1.959964) == pytest.approx(wanted, rel=1e-5)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3))
def test_a_rank_correlation_is_scipys_ties_included(pairs: list[tuple[int, int]]) -> None:
    one, other = zip(*pairs, strict=True)
    assume(len(set(one)) > 1)
    assume(len(set(other)) > 1)
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)


def test_kappa_is_the_textbooks() -> None:
    # 20 times both say yes, 5 and 10 times one does, 15 times neither: 0.7 agreed, 0.5 by chance.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(*zip(*pairs, strict=True)) == pytest.approx(0.4)


@given(st.lists(st.sampled_from("abc"), min_size=2).filter(lambda said: len(set(said)) > 1))
def test_kappa_of_full_agreement_is_one(said: list[str]) -> None:
    assert kappa(said, said) == pytest.approx(1)
