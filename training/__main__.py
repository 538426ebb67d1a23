"""`make train`: write the weights and their figures; `compare` trains on other labels instead."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import monotonic

from kindred import text_emotions
from kindred.text_emotions.weights import WEIGHTS
from training.comparison import compare
from training.corpus import corpus
from training.data import read
from training.probe import probed
from training.train import train
from training.weights import write

DATA = Path(__file__).parents[2] / "shared" / "data"
CROSS_VALIDATION = Path(__file__).with_name("cross_validation.json")
COMPARISON = Path(__file__).with_name("comparison.json")
_STARTED = monotonic()


def say(what: str) -> None:
    """Print how far training has come."""
    print(f"{monotonic() - _STARTED:5.0f} s  {what}", flush=True)  # noqa: T201 -- its output


def main() -> int:
    """Do what the command line asks for; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["weights", "compare"], default="weights")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the labelled sets")
    asked = parser.parse_args()
    if not asked.data.is_dir():
        say(f"no folder {asked.data}: training/README.md says which sets belong there")
        return 1
    examples = read(asked.data)
    if asked.what == "compare":
        _keep(COMPARISON, {"version": text_emotions.MODEL_VERSION, "f1": compare(corpus(examples))})
        say(f"compared: {COMPARISON.name}")
        return 0
    trained = train(examples, say)
    version = write(trained.weights, WEIGHTS)
    _keep(CROSS_VALIDATION, {"version": version, **trained.figures, "probes": probed()})
    say(f"{version}: {WEIGHTS.stat().st_size / 1e6:.1f} MB in {WEIGHTS.name}")
    return 0


def _keep(path: Path, figures: object) -> None:
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
