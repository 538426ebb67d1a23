"""The first scorer: VADER's rated lexicon and rules (Hutto & Gilbert, ICWSM 2014).

It gives a valence and nothing else, in English and nothing else, and says so: a text it
cannot read comes back unscored with the reason, never as a neutral 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from kindred.feeling.words import pieces, plain

MODEL_VERSION = f"vader-{version('vaderSentiment')}"


class Feeling(NamedTuple):
    """What one text expresses: `valence` from -1 to 1, or the reason why there is none."""

    valence: float | None
    unscored_reason: str | None


def score(texts: Iterable[str]) -> Iterator[Feeling]:
    """Score each text, in order; the same text scores the same in any company.

    A text of any length is read in pieces of 500 characters whose valences are averaged by
    length, so that time grows with length and not with its square.
    """
    return map(_score, texts)


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def _score(text: str) -> Feeling:
    words = plain(text)
    if not words:
        return Feeling(None, "empty")
    letters = sum(map(str.isalpha, words))
    latin = sum(c.isascii() for c in words if c.isalpha())
    if letters and latin < letters / 2:
        return Feeling(None, "not English")
    analyzer = _analyzer()
    total = sum(analyzer.polarity_scores(piece)["compound"] * len(piece) for piece in pieces(words))
    return Feeling(round(total / len(words), 4), None)
