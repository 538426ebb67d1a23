"""Read the labelled texts: GoEmotions, ValueEval, the VADER ratings, and the project's own.

Every set becomes rows of one shape, so that what follows does not know where a text came from.
A target that a set does not speak of is NaN: it teaches nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from kindred.text_emotions.labels import EMOTIONS, MOTIVATORS
from training.labels import EMOTION_OF, FINE, TARGETS, VALUES_OF

OWN = Path(__file__).with_name("customer_language.tsv")
_PLACEHOLDER = re.compile(r"\[(?:NAME|RELIGION)\]")
_AT = {target: at for at, target in enumerate(TARGETS)}
_RATED = (("tweets", "tweets_train.tsv"), ("reviews", "amazonReviewSnippets_train.tsv"))


@dataclass(frozen=True)
class Example:
    """One text, its targets in the order of TARGETS (0 to 1, NaN where unknown), its origin."""

    text: str
    targets: npt.NDArray[np.float32]
    source: str
    split: str


def read(folder: Path) -> list[Example]:
    """Read every set below `folder` and the project's own, in a fixed order.

    Raises:
        FileNotFoundError: a set is missing; the message names its file.
    """
    return [*_goemotions(folder), *_valueeval(folder), *_rated(folder), *_own()]


def _goemotions(folder: Path) -> Iterator[Example]:
    for split in ("train", "dev"):
        for text, labels, _ in _rows(folder / "goemotions" / f"original_{split}.tsv"):
            given = [list(EMOTION_OF)[int(label)] for label in labels.split(",")]
            known = dict.fromkeys([*FINE, *EMOTIONS], 0.0)
            known |= {f"goemotions {label}": 1.0 for label in given}
            known |= {EMOTION_OF[label]: 1.0 for label in given}
            yield Example(_PLACEHOLDER.sub("Name", text), _targets(known), "goemotions", split)


def _valueeval(folder: Path) -> Iterator[Example]:
    for split, name in (("train", "training"), ("dev", "validation")):
        texts = _rows(folder / "valueeval" / f"arguments-{name}.tsv")
        next(texts)
        premises = {row[0]: row[3] for row in texts}
        labels = _rows(folder / "valueeval" / f"labels-{name}.tsv")
        values = next(labels)[1:]
        for row in labels:
            held = {value for value, flag in zip(values, row[1:], strict=True) if flag == "1"}
            known = {
                motivator: float(not held.isdisjoint(wanted))
                for motivator, wanted in VALUES_OF.items()
                if wanted
            }
            yield Example(premises[row[0]], _targets(known), "valueeval", split)


def _rated(folder: Path) -> Iterator[Example]:
    for source, name in _RATED:
        for _, mean, text in _rows(folder / "vader" / name):
            yield Example(text, _targets({"valence": (float(mean) + 4) / 8}), source, "train")


def _own() -> Iterator[Example]:
    rows = _rows(OWN)
    next(rows)
    for emotions, valence, motivators, text in rows:
        known = dict.fromkeys([*EMOTIONS, *MOTIVATORS], 0.0)
        known |= dict.fromkeys([*_names(emotions), *_names(motivators)], 1.0)
        yield Example(text, _targets(known | {"valence": (float(valence) + 1) / 2}), "own", "train")


def _names(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(",") if name.strip()]


def _targets(known: dict[str, float]) -> npt.NDArray[np.float32]:
    targets = np.full(len(TARGETS), np.nan, np.float32)
    for name, target in known.items():
        targets[_AT[name]] = target
    return targets


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def word_ratings() -> dict[str, int]:
    """Return how good people find a word, from -8 to 8: VADER's mean ratings in half points."""
    lexicon: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return {word: round(2 * mean) for word, mean in sorted(lexicon.items())}
