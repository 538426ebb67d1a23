"""Which texts teach which head, how much each counts, and how hard its weights are held down.

Reddit and customers say the same things in other words, and label them otherwise: one head for both
is worse at either. So each emotion has two, and one more head tells whose words a text is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kindred.text_emotions.labels import MOTIVATORS
from kindred.text_emotions.model import HEADS
from training.corpus import Corpus
from training.fit import Floats, Head

_VALUES_COUNT = 0.3  # values held in an argument are a distant relative of a customer's motivator
ELSEWHERE_COUNTS = 0.1  # comments on anything at all: hardly one is about a motivator
_OWN_COUNT = 3.0
_OWN_EMOTIONS_COUNT = 5.0  # there are five times as many comments from elsewhere
_PENALTY = {"motivator": 0.2, "valence": 0.3, "emotion": 0.35, "gate": 0.35}


def head(corpus: Corpus, name: str, teaches: npt.NDArray[np.bool_]) -> Head:
    """Return what the head of that name learns from those texts that teach."""
    expert, _, felt = name.rpartition(" ")
    kind = _kind(felt)
    targets = _targets(corpus, kind, name if expert == "goemotions" else felt)
    if expert == "elsewhere":
        targets[corpus.sources == "own"] = np.nan
    rows = np.flatnonzero(teaches & ~np.isnan(targets))
    own = _OWN_EMOTIONS_COUNT if kind == "emotion" else _OWN_COUNT
    counts = np.where(corpus.sources == "own", own, 1.0)
    if kind == "motivator":
        counts[corpus.sources == "valueeval"] = _VALUES_COUNT
        counts[corpus.sources == "goemotions"] = ELSEWHERE_COUNTS
    return Head(rows, targets[rows], counts[rows], _PENALTY[kind])


def heads_of(
    corpus: Corpus, within: npt.NDArray[np.bool_], names: tuple[str, ...] = HEADS
) -> list[Head]:
    """Return what each head learns from the training texts that are `within`."""
    return [head(corpus, name, within & ~corpus.is_dev) for name in names]


def _kind(target: str) -> str:
    if target in MOTIVATORS:
        return "motivator"
    return target if target in ("valence", "gate") else "emotion"


def _targets(corpus: Corpus, kind: str, target: str) -> Floats:
    own, elsewhere = corpus.sources == "own", corpus.sources == "goemotions"
    if kind == "gate":
        return np.where(own, 1.0, np.where(elsewhere, 0.0, np.nan))
    targets = corpus.column(target)
    return np.where(elsewhere, 0.0, targets) if kind == "motivator" else targets.copy()
