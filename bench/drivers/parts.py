"""One part of the measurement, in this process: `python -m bench.drivers.parts sparse 100000`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from bench.drivers.shapley import shapley_weights
from bench.drivers.survey import (
    NULL,
    TWELVE,
    Answers,
    Floats,
    Plan,
    answers,
    complete,
    many,
)
from kindred.estimates.bootstrap import drawn_sums, random_blocks
from kindred.estimates.pairwise_moments import Correlations, block_sums, correlations
from kindred.estimates.relative_importance import DRAWS, Importance, derive_importance
from kindred.estimates.relative_weights import relative_weights
from kindred.estimates.shrinkage import learn_prior, shrink

MB = 1_000_000
TOUCHPOINTS, ASKED = 100, 12
NAIVE_DRAWS = 3
POPULATIONS, SETS, COVERAGE_DRAWS = 20, 50, 300

Found = dict[str, Any]


def full(customers: int) -> Found:
    """Time complete ratings, and a naive bootstrap with numpy's correlations."""
    return _timed(complete(many(TOUCHPOINTS, ASKED)), customers, _complete_draw)


def sparse(customers: int) -> Found:
    """Time sparse ratings, and a naive bootstrap with pandas' pairwise correlations."""
    return _timed(many(TOUCHPOINTS, ASKED), customers, _sparse_draw)


def _timed(plan: Plan, customers: int, naive: Callable[[Floats, Floats], Floats]) -> Found:
    survey = answers(plan, customers, 1)
    ratings, outcome = survey.ratings, survey.connection
    rated = float(np.isfinite(ratings).sum(axis=1).mean())
    derive_importance(ratings[:1000, :5], outcome[:1000], draws=2)
    before, began, clock = peak_mb(), time.process_time(), time.perf_counter()
    found = derive_importance(ratings, outcome)
    ended, stopped, peak = time.process_time(), time.perf_counter(), peak_mb()
    draw = np.random.default_rng(1)
    for _ in range(NAIVE_DRAWS):
        drawn = draw.integers(0, customers, customers)
        naive(ratings[drawn], outcome[drawn])
    one_naive = (time.process_time() - ended) / NAIVE_DRAWS
    return {
        "about": f"{customers:,} customers, {TOUCHPOINTS} touchpoints, {rated:.0f} rated by each",
        f"seconds of the processor, {DRAWS:,} draws": ended - began,
        "seconds of the clock": stopped - clock,
        "peak memory (RSS), MB": peak,
        "of it before, with the ratings, MB": before,
        "of it the ratings, MB": ratings.nbytes / MB,
        f"naive, seconds, scaled from {NAIVE_DRAWS} draws": one_naive * DRAWS,
        "times as fast as naive": one_naive * DRAWS / (ended - began),
        "Spearman with the planted effects": _rank(found.share.value, plan),
    }


def _complete_draw(ratings: Floats, outcome: Floats) -> Floats:
    together = _together(ratings, outcome)
    return _weights(together, np.full(together.shape, float(len(outcome))))


def _together(ratings: Floats, outcome: Floats) -> Floats:
    return np.asarray(np.corrcoef(np.column_stack([ratings, outcome]).T))


def _sparse_draw(ratings: Floats, outcome: Floats) -> Floats:
    frame = pd.DataFrame(np.column_stack([ratings, outcome]))
    given = frame.notna().to_numpy(np.float64)
    return _weights(frame.corr().to_numpy(), given.T @ given)


def _weights(together: Floats, joint: Floats) -> Floats:
    customers = np.asarray(joint[-1, -1])
    parts = Correlations(together[:-1, :-1], together[:-1, -1], joint[:-1, :-1], customers)
    return relative_weights(parts).weight


def shapley(_: int) -> Found:
    """Compare shares with brute force on eight touchpoints that have much in common."""
    plan = complete(many(8, 8))
    apart, ranks = [], []
    for seed in range(POPULATIONS):
        survey = answers(plan, 2000, seed)
        together = _together(survey.ratings, survey.connection)
        brute = shapley_weights(together[:-1, :-1], together[:-1, -1])
        share = derive_importance(survey.ratings, survey.connection, draws=2).share.value
        apart.append(float(np.abs(share - brute / brute.sum()).max()))
        ranks.append(float(spearmanr(share, brute)[0]))
    return {
        "about": f"brute force (LMG), 8 touchpoints, {POPULATIONS} populations",
        "largest difference of a share": max(apart),
        "lowest Spearman": min(ranks),
    }


def halo(_: int) -> Found:
    """Rank planted effects in several ways, some of which take the halo out."""
    ways: dict[str, Callable[[Answers], Floats]] = {
        "relative weights": lambda each: _importance(each).share.value,
        "satisfaction beside the touchpoints": _competing,
        "satisfaction taken out of ratings and outcome": _without_satisfaction,
        "own mean taken out of ratings": _without_own_mean,
        "squared correlation": lambda each: np.square(_importance(each).correlation.value),
    }
    surveys = [answers(TWELVE, 2000, seed) for seed in range(POPULATIONS)]
    about = f"Spearman with 12 planted effects, 2,000 customers, {POPULATIONS} populations: mean"
    found: Found = {"about": about}
    for name, way in ways.items():
        found[name] = float(np.mean([_rank(way(survey), TWELVE) for survey in surveys]))
    return found


def _importance(survey: Answers, ratings: Floats | None = None) -> Importance:
    given = survey.ratings if ratings is None else ratings
    return derive_importance(given, survey.connection, draws=2)


def _competing(survey: Answers) -> Floats:
    beside = np.column_stack([survey.ratings, survey.satisfaction])
    return _importance(survey, beside).share.value[:-1]


def _without_satisfaction(survey: Answers) -> Floats:
    satisfaction = survey.satisfaction
    columns = [_without(column, satisfaction) for column in survey.ratings.T]
    outcome = _without(survey.connection, satisfaction)
    return derive_importance(np.column_stack(columns), outcome, draws=2).share.value


def _without(column: Floats, satisfaction: Floats) -> Floats:
    known = np.isfinite(column)
    slope, level = np.polyfit(satisfaction[known], column[known], 1)
    return np.asarray(column - slope * satisfaction - level)


def _without_own_mean(survey: Answers) -> Floats:
    known = np.isfinite(survey.ratings).any(axis=1)
    ratings = survey.ratings[known]
    ratings = ratings - np.nanmean(ratings, axis=1, keepdims=True)
    return derive_importance(ratings, survey.connection[known], draws=2).share.value


def coverage(_: int) -> Found:
    """Count how often intervals cover the shares of 300,000 customers, moved down and not."""
    about = f"share of intervals that cover the truth, {SETS} data sets each, nominal 0.95"
    found: Found = {"about": about}
    for plan, name, customers in (
        (TWELVE, "12 touchpoints", 2000),
        (TWELVE, "12 touchpoints", 600),
        (many(40, 10), "40 touchpoints", 5000),
        (many(40, 10), "40 touchpoints", 2000),
    ):
        truth = _importance(answers(plan, 300_000, 10**6))
        sets = [_covered(plan, customers, seed, truth) for seed in range(SETS)]
        which = ("share", "weight", "share, plain percentiles", "weight, plain percentiles")
        for each, hits in zip(which, np.mean(sets, axis=0), strict=True):
            found[f"{name}, {customers:,} customers: {each}"] = float(hits)
    return found


def _covered(plan: Plan, customers: int, seed: int, truth: Importance) -> list[float]:
    """Return the part of touchpoints whose intervals hold the truth, in four ways."""
    survey = answers(plan, customers, seed)
    found = derive_importance(survey.ratings, survey.connection, draws=COVERAGE_DRAWS)
    shares, weights = _plain_percentiles(survey)
    return [
        _hit(found.share.low, found.share.high, truth.share.value),
        _hit(found.weight.low, found.weight.high, truth.weight.value),
        _hit(shares[0], shares[1], truth.share.value),
        _hit(weights[0], weights[1], truth.weight.value),
    ]


def _plain_percentiles(survey: Answers) -> tuple[Floats, Floats]:
    """Return the draws' percentiles [2, p] of shares and of weights, from the same draws."""
    customers = len(survey.connection)
    sums = block_sums(survey.ratings, survey.connection, random_blocks(customers))
    prior = learn_prior(correlations(sums.sum(axis=0)))
    chunks = drawn_sums(sums, COVERAGE_DRAWS)
    drawn = [relative_weights(shrink(correlations(chunk), prior)) for chunk in chunks]
    shares = np.concatenate([each.share for each in drawn])
    weights = np.concatenate([each.weight for each in drawn])
    tails = (0.025, 0.975)
    return np.quantile(shares, tails, axis=0), np.quantile(weights, tails, axis=0)


def _hit(low: Floats, high: Floats, truth: Floats) -> float:
    return float(np.mean((low <= truth) & (truth <= high)))


def null(_: int) -> Found:
    """Count touchpoints above chance where none drives anything."""
    surveys = (answers(NULL, 2000, seed) for seed in range(SETS))
    found = [
        derive_importance(each.ratings, each.connection, draws=COVERAGE_DRAWS) for each in surveys
    ]
    return {
        "about": f"nothing drives connection, 12 touchpoints, {SETS} data sets",
        "share of touchpoints above chance": float(np.mean([f.is_above_chance for f in found])),
        "mean weight": float(np.mean([f.weight.value for f in found])),
        "mean weight by chance": float(np.mean([f.chance for f in found])),
    }


def _rank(importance: Floats, plan: Plan) -> float:
    return float(spearmanr(importance, plan.drives)[0])


def peak_mb() -> float:
    """Return the most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / MB


PARTS = {
    "complete": full,
    "sparse": sparse,
    "shapley": shapley,
    "halo": halo,
    "coverage": coverage,
    "null": null,
}

if __name__ == "__main__":
    _, chosen, size_given = sys.argv
    sys.stdout.write(json.dumps(PARTS[chosen](int(size_given))))
