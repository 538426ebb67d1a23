"""The project's own labelled texts, to judge the scorer by and never to train it on.

They are data beside the tests and not inside `kindred`, so that nothing that ships can read them.
`EVALUATION.md` says how they were written and labelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EVALUATION = Path(__file__).with_name("evaluation.tsv")
COLUMNS = ("id", "kind", "emotions", "valence", "motivators", "text")


@dataclass(frozen=True)
class Example:
    """One text and what its writer means by it; `valence` is -1…1 in steps of 0.25."""

    id: str
    kind: str
    emotions: frozenset[str]
    valence: float
    motivators: frozenset[str]
    text: str


def read() -> list[Example]:
    """Return every example in the file's order; a line of another shape is a ValueError."""
    header, *lines = EVALUATION.read_text(encoding="utf-8").rstrip("\n").split("\n")
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"{EVALUATION.name} has other columns: {header}")
    return [_example(line) for line in lines]


def _example(line: str) -> Example:
    name, kind, emotions, valence, motivators, text = line.split("\t")
    return Example(name, kind, _labels(emotions), float(valence), _labels(motivators), text)


def _labels(cell: str) -> frozenset[str]:
    return frozenset(cell.split(",")) if cell else frozenset()
