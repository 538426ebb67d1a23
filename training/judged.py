"""How often the shipped scorer is right about labelled texts, and how sure that figure is.

Figures are taken at the shipped thresholds through the public call, so they are what a reader of
scored rows gets. A text that the scorer leaves unscored counts as "nothing is there".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kindred.text_emotions import score, thresholds
from training.calibration import expected_calibration_error, f1_scores, micro_f1

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_RESAMPLES = 2_000
_SEED = 20261122
_TAILS = (2.5, 97.5)  # the ends of a 95 % interval


class Estimate(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return it as the card shows it."""
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


class Figures(NamedTuple):
    """What one label's figures are; `texts` have it, `share` of all."""

    texts: int
    share: float
    precision: float
    recall: float
    f1: Estimate
    average_precision: float
    ece: float


@dataclass(frozen=True)
class Judged:
    """Texts by labels: what is true, and what the shipped scorer says."""

    labels: tuple[str, ...]
    truths: Bools
    chances: Floats

    @cached_property
    def said(self) -> Bools:
        """Which labels are taken to be there."""
        return self.chances >= np.array([thresholds()[label] for label in self.labels])

    @cached_property
    def f1(self) -> dict[str, Estimate]:
        """F1 of each label, and `macro` and `micro` over all."""
        f1 = f1_scores(self.said, self.truths)
        values = [*f1, f1.mean(), micro_f1(self.said, self.truths)]
        ends = np.percentile(_resampled_f1(self.said, self.truths), _TAILS, axis=0)
        return {
            name: Estimate(*map(float, figures))
            for name, *figures in zip((*self.labels, "macro", "micro"), values, *ends, strict=True)
        }

    def figures(self, label: str) -> Figures:
        """Return one label's figures."""
        at = self.labels.index(label)
        truth, said, chances = self.truths[:, at], self.said[:, at], self.chances[:, at]
        right = int((truth & said).sum())
        return Figures(
            int(truth.sum()),
            float(truth.mean()),
            right / max(int(said.sum()), 1),
            right / max(int(truth.sum()), 1),
            self.f1[label],
            average_precision(chances, truth),
            expected_calibration_error(chances, truth.astype(float)),
        )

    def only(self, rows: Bools) -> Judged:
        """Return the same for some of the texts."""
        return Judged(self.labels, self.truths[rows], self.chances[rows])


def judge(texts: Sequence[str], true: Sequence[Collection[str]], labels: Sequence[str]) -> Judged:
    """Score `texts`; `true` names the labels that each has."""
    truths = np.array([[label in each for label in labels] for each in true], dtype=bool)
    chances = score(texts)[list(labels)].fillna(0.0).to_numpy(dtype=np.float64)
    return Judged(tuple(labels), truths, chances)


def average_precision(chances: Floats, truth: Bools) -> float:
    """Return the mean precision over the texts found, from the likeliest text to the least.

    A scorer that knows nothing gets the share of texts that have the label.
    """
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum(truth[order])
    last_of_equals = np.append(np.flatnonzero(np.diff(chances[order])), len(order) - 1)
    found = right[last_of_equals]
    precision = found / (last_of_equals + 1)
    return float((np.diff(found, prepend=0) * precision).sum() / max(int(right[-1]), 1))


def correlation(said: Floats, true: Floats) -> Estimate:
    """Return Pearson's r of two series with its interval."""
    found = float(np.corrcoef(said, true)[0, 1])
    return correlation_of(found, len(said))


def correlation_of(r: float, texts: int) -> Estimate:
    """Return r with the interval that so many texts give it (Fisher's transformation)."""
    reach = 1.96 / np.sqrt(texts - 3)
    return Estimate(r, *(float(np.tanh(np.arctanh(r) + by)) for by in (-reach, reach)))


def _resampled_f1(said: Bools, truths: Bools) -> Floats:
    """Return F1 of each label, macro and micro (columns) over texts drawn anew (rows)."""
    texts = len(truths)
    draw = np.random.default_rng(_SEED)
    times = draw.multinomial(texts, np.full(texts, 1 / texts), _RESAMPLES).astype(np.float32)
    right = times @ (said & truths).astype(np.float32)
    given = times @ (said.astype(np.float32) + truths.astype(np.float32))
    f1 = 2 * right / np.maximum(given, 1)
    micro = 2 * right.sum(axis=1) / np.maximum(given.sum(axis=1), 1)
    return np.column_stack([f1, f1.mean(axis=1), micro]).astype(np.float64)
