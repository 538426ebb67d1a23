"""Derived importance: which of many touchpoints are associated with connection, how certainly.

This shows association, not cause. It computes Johnson's relative weights on pairwise complete
correlations, with a bootstrap over customers: block_sums ▸ correlations ▸ shrink ▸
relative_weights, for each draw. It also serves motivators, and anything else of which each customer
rates a part.

Satisfied customers rate everything higher (halo). This is not corrected: it raises all weights a
little and changes few ranks. A customer's mean rating and satisfaction also contain the effects of
touchpoints, so correcting for them ranks planted effects worse (`python -m bench drivers`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kindred.estimates.bootstrap import drawn_sums, random_blocks
from kindred.estimates.pairwise_moments import Correlations, Floats, block_sums, correlations
from kindred.estimates.relative_weights import chance_weights, relative_weights
from kindred.estimates.shrinkage import learn_prior, shrink

DRAWS = 1000
MINIMUM = 30
CUSTOMERS_A_TOUCHPOINT = 2
_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval, each [p] or []; NaN if there is no estimate."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Importance:
    """The association of each of p touchpoints with the outcome.

    weight: Johnson's relative weight, the touchpoint's part of R squared.
    share: The weight as a share of all weights; the shares sum to 1.
    correlation: With the outcome, among those who rated. Unlike a weight it has a direction.
    r_squared: The sum of the weights: what the ratings of a customer who met everything would
        explain together. It is 1 if sparse pairs would explain more than that.
    chance: [p], the expected weight of a touchpoint if none is associated with the outcome.
    raters: [p], customers who rated it. reach: [p], their share of all customers.
    """

    weight: Estimate
    share: Estimate
    correlation: Estimate
    r_squared: Estimate
    chance: Floats
    raters: npt.NDArray[np.int64]
    reach: Floats

    @property
    def is_above_chance(self) -> npt.NDArray[np.bool_]:
        """Return whether each weight's interval excludes 0; False without a weight."""
        return self.weight.low > 0

    @property
    def direction(self) -> Floats:
        """Return 1 if better ratings are associated with a higher outcome, -1 if with a lower."""
        return np.sign(self.correlation.value)


def derive_importance(
    ratings: Floats, outcome: Floats, *, draws: int = DRAWS, minimum: int = MINIMUM
) -> Importance:
    """Return the importance of each touchpoint for the outcome.

    A touchpoint gets NaN, and does not affect the others, if fewer than `minimum` customers rated
    it, or if all its ratings, or the outcomes of all who rated it, are the same. All get NaN if
    there are fewer customers than `minimum` or than two per touchpoint, since chance alone would
    then explain half of the outcome.

    The order of rows changes values only by rounding, but it decides which customers are drawn
    together. Pass rows in a stable order (by customer_id) to get the same intervals each time.

    Args:
        ratings: [customers, p], NaN if a customer did not meet or rate a touchpoint.
        outcome: [customers], known for each.
        draws: The draws of the bootstrap.
        minimum: The fewest customers for an estimate.

    Raises:
        ValueError: The shapes do not match, an outcome is missing, a value is infinite, or at least
            `minimum` customers exist and all have the same outcome.
    """
    ratings, outcome = _checked(ratings, outcome, minimum)
    customers, p = ratings.shape
    raters = np.count_nonzero(~np.isnan(ratings), axis=0)
    stacked, chance = np.full((3, 3 * p + 1), np.nan), np.full(p, np.nan)
    usable = _usable(ratings, outcome, minimum)
    if usable.any():
        kept = ratings if usable.all() else ratings[:, usable]
        stacked[:, [*np.tile(usable, 3), True]], chance[usable] = _estimated(kept, outcome, draws)
    weight, share, correlation = (Estimate(*part) for part in np.split(stacked[:, :-1], 3, axis=1))
    r_squared, reach = Estimate(*stacked[:, -1]), raters / max(customers, 1)
    return Importance(weight, share, correlation, r_squared, chance, raters, reach)


def _checked(ratings: Floats, outcome: Floats, minimum: int) -> tuple[Floats, Floats]:
    ratings, outcome = np.asarray(ratings, np.float64), np.asarray(outcome, np.float64)
    if ratings.ndim != 2 or outcome.shape != ratings.shape[:1]:
        raise ValueError(f"ratings {ratings.shape} and outcome {outcome.shape} do not fit")
    if not np.isfinite(outcome).all():
        raise ValueError("the outcome must be known for every customer")
    if np.isinf(ratings).any():
        raise ValueError("a rating is infinite")
    if len(outcome) >= max(minimum, 1) and not _varies(outcome):
        raise ValueError("the outcome is the same for every customer: nothing can go with it")
    return ratings, outcome


def _usable(ratings: Floats, outcome: Floats, minimum: int) -> npt.NDArray[np.bool_]:
    """Return which touchpoints [p] can have a weight."""
    given = (~np.isnan(column) for column in ratings.T)
    enough = np.array(
        [
            np.count_nonzero(is_given) >= max(minimum, 2)
            and _varies(column[is_given])
            and _varies(outcome[is_given])
            for column, is_given in zip(ratings.T, given, strict=True)
        ],
        np.bool_,
    )
    return enough & (len(outcome) >= CUSTOMERS_A_TOUCHPOINT * np.count_nonzero(enough))


def _varies(values: Floats) -> bool:
    return bool(values.min() < values.max())


def _estimated(ratings: Floats, outcome: Floats, draws: int) -> tuple[Floats, Floats]:
    """Return value, low and high of all measures, [3, 3p + 1], and the weights by chance."""
    sums = block_sums(ratings, outcome, random_blocks(len(outcome)))
    found = correlations(sums.sum(axis=0))
    prior = learn_prior(found)
    found = shrink(found, prior)
    value = _measured(found)
    drawn = [_measured(shrink(correlations(chunk), prior)) for chunk in drawn_sums(sums, draws)]
    low, high = _interval(value, np.concatenate(drawn))
    return np.stack([value, low, high]), chance_weights(found)


def _measured(found: Correlations) -> Floats:
    """Return weights, shares and correlations of p touchpoints and R squared: [..., 3p + 1]."""
    weights = relative_weights(found)
    total = weights.r_squared[..., None]
    return np.concatenate([weights.weight, weights.share, found.outcome, total], axis=-1)


def _interval(value: Floats, drawn: Floats) -> tuple[Floats, Floats]:
    """Return the percentile interval, shifted by twice the bootstrap's bias, on the value's scale.

    A weight is a sum of squares, so noise biases it upwards: once in the sample, and once more in
    the draws. The draws reveal one such step, and their percentiles are two above the truth.
    """
    step = drawn.mean(axis=0) - value
    is_correlation = np.repeat([False, False, True], (len(value) - 1) // 3)
    least = -1.0 * np.append(is_correlation, False)
    low, high = np.quantile(drawn, _TAILS, axis=0) - 2 * step
    return np.clip(low, least, 1), np.clip(high, least, 1)
