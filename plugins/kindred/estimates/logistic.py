"""Ridge-penalised logistic regression by Newton's method, for a few dozen columns and any rows.

The penalty is a normal prior on each coefficient. It keeps coefficients finite if a column
separates the outcomes completely, and distributes the weight among collinear columns. The objective
is convex, so the solution is unique and needs no seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
_STEPS = 50
_BLOCK = 1 << 16  # rows weighted at a time, so that no second matrix of all rows is needed
_CLOSE = 1e-8  # nats that remain to be gained: a ten-thousandth of a standard error


class DidNotConverge(ArithmeticError):
    """The search for the best fit ended without one; its numbers must not be used."""


@dataclass(frozen=True)
class Logistic:
    """log-odds = intercept + columns @ coefficients.

    `covariance` is the inverse of the objective's curvature, intercept first. It is valid for
    independent rows.
    """

    intercept: float
    coefficients: Floats
    covariance: Floats

    def log_odds(self, columns: Floats) -> Floats:
        """Return the log-odds of the rows; `columns` is [rows, coefficients]."""
        return columns @ self.coefficients + self.intercept


def fit(
    columns: Floats,
    outcomes: npt.NDArray[np.bool_],
    penalty: float,
    offset: Floats | None = None,
    steps: int = _STEPS,
) -> Logistic:
    """Minimise -log-likelihood + penalty/2 * sum(coefficients²); the intercept is not penalised.

    Args:
        columns: [rows, columns], standardised, so that one penalty suits all; may have no column.
        outcomes: [rows], whether the event happened; both outcomes must occur.
        penalty: The prior's precision; above 0 unless no column can separate the outcomes.
        offset: [rows], log-odds that are known beforehand.
        steps: The most Newton steps.

    Raises:
        ValueError: A number is not finite, or all outcomes are the same.
        DidNotConverge: The fit needs more than `steps` steps, or no step improves it.
    """
    known = np.zeros(len(outcomes)) if offset is None else offset
    if not (np.isfinite(columns).all() and np.isfinite(known).all()):
        raise ValueError("columns and offset must be finite")
    if not 0 < outcomes.sum() < len(outcomes):
        raise ValueError("both outcomes are needed")
    problem = _Problem(columns, outcomes.astype(np.float64), known, penalty)
    at = np.zeros(columns.shape[1] + 1)
    at[0] = np.log(outcomes.mean() / (1 - outcomes.mean())) - known.mean()
    loss = problem.loss(at)
    for _ in range(steps):
        gradient, curvature = problem.slopes(at)
        try:
            inverse = np.linalg.inv(curvature).astype(np.float64)
        except np.linalg.LinAlgError as error:
            raise DidNotConverge("the outcomes leave a coefficient undetermined") from error
        step = inverse @ gradient
        if gradient @ step / 2 < _CLOSE:
            at = at - step
            return Logistic(float(at[0]), at[1:], inverse)
        at, loss = problem.descend(at, step, loss)
    raise DidNotConverge(f"no best fit within {steps} Newton steps")


@dataclass(frozen=True)
class _Problem:
    """The objective, its gradient and its curvature at a point: intercept, then coefficients."""

    columns: Floats
    outcomes: Floats
    offset: Floats
    penalty: float

    def loss(self, at: Floats) -> float:
        z = self.columns @ at[1:] + at[0] + self.offset
        likelihood = np.logaddexp(0, z) - self.outcomes * z
        return float(likelihood.sum() + self.penalty / 2 * np.square(at[1:]).sum())

    def slopes(self, at: Floats) -> tuple[Floats, Floats]:
        gradient, curvature = np.zeros(len(at)), np.zeros((len(at), len(at)))
        for block in _blocks(len(self.outcomes)):
            x = np.column_stack([np.ones(len(self.outcomes[block])), self.columns[block]])
            said = expit(x @ at + self.offset[block])
            gradient += x.T @ (said - self.outcomes[block])
            curvature += x.T @ (x * (said * (1 - said))[:, None])
        ridge = np.full(len(at), self.penalty)
        ridge[0] = 0
        return gradient + ridge * at, curvature + np.diag(ridge)

    def descend(self, at: Floats, step: Floats, loss: float) -> tuple[Floats, float]:
        """Take the step, or the first half, quarter, ... of it that decreases the loss."""
        for share in 0.5 ** np.arange(30):
            there = at - share * step
            reached = self.loss(there)
            if reached < loss:
                return there, reached
        raise DidNotConverge("no step leads to a better fit")


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK))
