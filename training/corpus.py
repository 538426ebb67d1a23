"""The examples as numbers: which feature is in which text, and what each head should say.

Vocabulary and weights of features are taken from all texts at once; they see no label.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from kindred.text_emotions.cleaning import clean
from kindred.text_emotions.features import RATED, expand, parts
from training.data import Example, word_ratings
from training.labels import TARGETS

Floats = npt.NDArray[np.float64]
Bags = Sequence[Sequence[str]]
Features = Mapping[str, Sequence[str]]  # of each part
FOLDS = 5
FEWEST_TEXTS, FEWEST_TEXTS_OF_LETTERS = 2, 4
CHARACTERS_WEIGH = 0.6
RATINGS_EMPHASIS = 3.0
PRECISION = 256
"""What a feature counts for is kept in whole parts of 1: the scorer adds whole numbers."""


@dataclass(frozen=True)
class Vocabulary:
    """Features in sorted order, what each counts for in a text, and how freely it is weighed.

    A feature with an `emphasis` over 1 feels less of the penalty on weights: a rating by people
    needs less proof than a word does.
    """

    features: list[str]
    values: npt.NDArray[np.float32]
    emphasis: npt.NDArray[np.float32]
    ratings: dict[str, int]


def vocabulary(bags: Bags, expanded: Features, ratings: Mapping[str, int]) -> Vocabulary:
    """Keep the features that enough texts have; rarer ones count for more (smoothed idf)."""
    texts = Counter[str]()
    for bag in bags:
        texts.update({f for part in bag for f in expanded[part]})
    kept = sorted(f for f, n in texts.items() if n >= _fewest(f))
    counts = np.array([texts[feature] for feature in kept], dtype=np.float64)
    values = np.log((1 + len(bags)) / (1 + counts)) + 1
    values *= np.where([f[0] == "#" for f in kept], CHARACTERS_WEIGH, 1.0)
    emphasis = np.where([f[0] == RATED for f in kept], RATINGS_EMPHASIS, 1.0)
    return Vocabulary(
        kept,
        (np.round(values * PRECISION) / PRECISION).astype(np.float32),
        emphasis.astype(np.float32),
        dict(ratings),
    )


def _fewest(feature: str) -> int:
    return FEWEST_TEXTS_OF_LETTERS if feature[0] == "#" else FEWEST_TEXTS


def matrix(bags: Bags, expanded: Features, known: Vocabulary) -> sparse.csr_matrix:
    """Return texts by features, each row scaled to the length that the scorer gives it."""
    at = {feature: column for column, feature in enumerate(known.features)}
    columns = {part: [at[f] for f in found if f in at] for part, found in expanded.items()}
    squared = np.square(known.values, dtype=np.float64)
    squares = {part: float(squared[found].sum()) for part, found in columns.items()}
    indices: list[int] = []
    ends = [0]
    for bag in bags:
        for part in bag:
            indices += columns[part]
        ends.append(len(indices))
    lengths = np.array([sum(squares[part] for part in bag) for bag in bags])
    filled = np.asarray(indices, dtype=np.int32)
    scale = np.repeat(1 / np.sqrt(np.maximum(lengths, 1e-9)), np.diff(ends))
    found = sparse.csr_matrix(
        (((known.values * known.emphasis)[filled] * scale).astype(np.float32), filled, ends),
        shape=(len(bags), len(known.features)),
    )
    found.sum_duplicates()
    return found


@dataclass(frozen=True)
class Corpus:
    """Texts by features, texts by TARGETS, and for each text where it is from and its fold."""

    vocabulary: Vocabulary
    features: sparse.csr_matrix
    targets: Floats
    sources: npt.NDArray[np.str_]
    is_dev: npt.NDArray[np.bool_]
    folds: npt.NDArray[np.int64]

    def column(self, target: str) -> Floats:
        """Return one target of every text."""
        return self.targets[:, TARGETS.index(target)]


def corpus(examples: Sequence[Example]) -> Corpus:
    """Turn examples into numbers. The same text is always in the same fold."""
    bags = [parts(clean(example.text)) for example in examples]
    ratings = word_ratings()
    expanded = {part: expand(part, ratings) for part in set(chain.from_iterable(bags))}
    known = vocabulary(bags, expanded, ratings)
    return Corpus(
        known,
        matrix(bags, expanded, known),
        np.array([example.targets for example in examples], dtype=np.float64),
        np.array([example.source for example in examples]),
        np.array([example.split == "dev" for example in examples]),
        np.array([zlib.crc32(example.text.encode()) % FOLDS for example in examples]),
    )
