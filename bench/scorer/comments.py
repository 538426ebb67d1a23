"""Texts to measure with: people's comments where there are any, else the sandbox's sentences.

Where speed is measured no comment may come twice, because the scorer remembers words it has met.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from functools import cache
from itertools import chain, repeat
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared/data/goemotions"
SOURCE = "texts of GoEmotions" if FOLDER.is_dir() else "texts of the sandbox"
SEED = 20261101
MADE = 50_000


@cache
def comments() -> list[str]:
    """Return comments in random order, the same one each time."""
    draw = random.Random(SEED)  # noqa: S311 -- an order, no secret
    if not FOLDER.is_dir():
        return _made(draw)
    found: list[str] = []
    for path in sorted(FOLDER.glob("original_*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    draw.shuffle(found)
    return found


def endless() -> Iterator[str]:
    """Give comments without end, in another order each time around."""
    draw = random.Random(SEED)  # noqa: S311 -- an order, no secret
    rounds = (draw.sample(comments(), len(comments())) for _ in repeat(None))
    return chain.from_iterable(rounds)


def composed(pool: Iterator[str], mean: int) -> Iterator[str]:
    """Join comments, so many each time that the mean of all texts so far stays near `mean`."""
    characters = 0
    for texts, first in enumerate(pool, 1):
        said = [first]
        characters += len(first)
        while characters < mean * texts and (more := next(pool, "")):
            said.append(more)
            characters += 1 + len(more)
        yield " ".join(said)


def _made(draw: random.Random) -> list[str]:
    from sandbox.scenario_files import load_scenario
    from sandbox.simulation.text_composer import TextComposer

    texts = TextComposer(load_scenario("tiny"), SEED)
    return [texts.sentence(draw.uniform(-1, 1), "website") for _ in range(MADE)]
