"""`make card`: write the scorer's figures into docs/model_card.md and draw its calibration.

Only what stands between the markers is written; the words around it are people's. Run it after
each training: a test fails while the card's figures are not those of the weights that ship.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kindred.text_emotions import MODEL_VERSION
from kindred.text_emotions.weights import WEIGHTS
from training import customers, public
from training.__main__ import COMPARISON, CROSS_VALIDATION, DATA
from training.data import Example, read
from training.judged import Judged
from training.plot import draw

DOCS = Path(__file__).parents[1] / "docs"
CARD = DOCS / "model_card.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def main(data: Path = DATA) -> int:
    """Write the card and its plot; return the exit status."""
    if not data.is_dir():
        return _refuse(f"no folder {data}: training/README.md says which sets belong there")
    folds = _kept(CROSS_VALIDATION)
    if folds.get("version") != MODEL_VERSION:
        return _refuse(f"{CROSS_VALIDATION.name} is not of {MODEL_VERSION}: make train")
    examples = read(data)
    dev = public.dev(examples)
    sections = [*own_sections(folds), *_public_sections(examples, dev, folds)]
    CARD.write_text(with_figures(CARD.read_text(encoding="utf-8"), sections), encoding="utf-8")
    draw(dev, customers.judged(), DOCS / "calibration.svg")
    return 0


def own_sections(folds: customers.Folds) -> list[str]:
    """Return the sections that need no data from elsewhere: a test writes them anew."""
    emotions = customers.judge_emotions().f1
    return [
        f"Model `{MODEL_VERSION}`, weights {WEIGHTS.stat().st_size / 1e6:.1f} MB. In brackets: "
        "95 % intervals.",
        f"### How well each score is recognised in customers' words\n{customers.grades()}",
        "### Customers' words: five folds of our training sentences, then the evaluation set\n"
        f"{customers.labels(folds)}\n\n"
        f"Emotions of the evaluation set: macro F1 {emotions['macro']}, micro {emotions['micro']}.",
        f"### The evaluation set by kind of text\n{customers.kinds()}",
        f"### Hard texts, and what becomes of them\n{customers.hard()}",
    ]


def with_figures(card: str, sections: Sequence[str]) -> str:
    """Return `card` with `sections` between its markers."""
    before, _, rest = card.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n\n".join([before + BEGIN, *sections, END + after])


def _public_sections(examples: Sequence[Example], dev: Judged, folds: customers.Folds) -> list[str]:
    emotions = public.emotions(dev, folds)
    if COMPARISON.exists():
        compared = _kept(COMPARISON)
        emotions += f"\n\n{public.comparison(compared['f1'], compared['version'])}"
    sections = {
        "Reddit's words: five folds of the training split, then GoEmotions dev": emotions,
        "Motivators in ValueEval's validation split": public.proxy(examples),
        "Valence against people's ratings": public.valences(examples, folds),
        "Texts, and language": f"{public.sizes(examples)}\n\n{public.languages(examples)}",
    }
    return [f"### {heading}\n{body}" for heading, body in sections.items()]


def _kept(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201 -- for people
    return 1


if __name__ == "__main__":
    sys.exit(main())
