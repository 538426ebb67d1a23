"""Score texts of any kind, independently of how they are batched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from kindred.text_emotions.cleaning import clean, segments
from kindred.text_emotions.labels import SCORES
from kindred.text_emotions.language import foreign_language
from kindred.text_emotions.model import shipped

_CHUNK = 1_000  # texts
_BATCH = 1_000  # segments; a text of 10 MB has 17,000 of them
_DECIMALS = 4


def score(texts: Iterable[str]) -> pd.DataFrame:
    """Return one row per text, in order: the columns of SCORES and `unscored_reason`.

    `valence` is from -1 to 1. Each emotion or motivator is a probability from 0 to 1 that the text
    expresses the emotion, or mentions the motivator, met or not; they do not sum to 1. All have
    four decimals. A text that cannot be scored has NaN in all of them and a reason: `empty` (no
    words and no signs), or `not English: de` (ISO 639-1; `und` if the language is uncertain).
    Otherwise `unscored_reason` is None.

    A text's scores depend on that text only. A text of more than 600 characters is scored in
    segments of whole sentences. Its scores are the means of theirs, weighted by length: the share
    of the text that expresses something. No text raises an error.
    """
    waiting = iter(texts)
    numbers: list[npt.NDArray[np.float64]] = []
    reasons: list[str | None] = []
    while chunk := list(islice(waiting, _CHUNK)):
        scored, why = _score(chunk)
        numbers.append(scored)
        reasons += why
    frame = pd.DataFrame(_joined(numbers), columns=list(SCORES), copy=False)
    frame["unscored_reason"] = pd.Series(reasons, dtype=object)
    return frame


def thresholds() -> dict[str, float]:
    """Return the probability from which each emotion or motivator is best taken as present.

    It is the threshold with the best F1 in cross-validation, far below 0.5 for rare ones.
    """
    return shipped().thresholds


def _joined(numbers: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Stack the chunks and empty the list, so that a million texts are in memory only once."""
    found = np.empty((sum(map(len, numbers)), len(SCORES)))
    end = len(found)
    while numbers:
        chunk = numbers.pop()
        found[end - len(chunk) : end] = chunk
        end -= len(chunk)
    return found


def _score(texts: list[str]) -> tuple[npt.NDArray[np.float64], list[str | None]]:
    found = np.full((len(texts), len(SCORES)), np.nan)
    reasons: list[str | None] = []
    segmented: list[tuple[int, str]] = []
    for row, text in enumerate(texts):
        words = clean(text)
        reason = _unscored_reason(words)
        reasons.append(reason)
        if reason is None:
            segmented += [(row, segment) for segment in segments(words)]
    if segmented:
        rows, means = _pooled(segmented)
        found[rows] = means
    return found, reasons


def _unscored_reason(words: str) -> str | None:
    if not words:
        return "empty"
    language = foreign_language(words)
    return f"not English: {language}" if language else None


def _pooled(
    segmented: list[tuple[int, str]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the rows that have segments, and the mean scores of each, weighted by length."""
    scores = np.concatenate([shipped().scores(batch) for batch in _batches(segmented)])
    rows = np.array([row for row, _ in segmented])
    lengths = np.array([len(segment) for _, segment in segmented], dtype=np.float64)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    sums = np.add.reduceat(scores * lengths[:, None], starts, axis=0)
    means = sums / np.add.reduceat(lengths, starts)[:, None]
    means[:, 0] = 2 * means[:, 0] - 1
    return rows[starts], np.round(means, _DECIMALS) + 0.0  # -0.0 becomes 0.0


def _batches(segmented: list[tuple[int, str]]) -> Iterator[list[str]]:
    for start in range(0, len(segmented), _BATCH):
        yield [segment for _, segment in segmented[start : start + _BATCH]]
