"""The text scorer on one core: texts/s beside vaderSentiment, import, memory, weights' size.

Each part runs in a process of its own, so that none finds what another has warmed. Speed is by
the core's own time, which other work on the machine does not use up; seconds of an import are the
clock's. Vader gives one number a text, the scorer twenty-two.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from statistics import median
from typing import Any

from bench import measured
from bench.scorer.comments import SOURCE

LENGTHS = (97, 547)  # mean characters: a post, a long mail
LONG = 10_000_000
IMPORTS = 5


def main(arguments: list[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench scorer", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs instead of people")
    parser.add_argument("--texts", type=int, default=1_000_000, help="scored for the memory")
    options = parser.parse_args(arguments)
    is_one_core = hasattr(os, "sched_setaffinity")
    if is_one_core:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # and all that it starts
    starts = [run("start", once) for once in range(1, IMPORTS + 1)]
    seconds = [name for name in starts[0] if name.endswith("_s")]
    found = {
        "python": platform.python_version(),
        "source": SOURCE,
        "is_one_core": is_one_core,
        "start": starts[0] | {name: median(each[name] for each in starts) for name in seconds},
        "speed": [run("speed", length) for length in LENGTHS],
        "many": run("many", options.texts),
        "long": run("long", LONG),
    }
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    show(found)


def run(part: str, size: int) -> dict[str, Any]:
    """Measure one part, of a size."""
    return measured(f"{part} {size:,}", "bench.scorer.parts", part, str(size))


def show(found: dict[str, Any]) -> None:
    """Print the figures for a person."""
    start, many, long = found["start"], found["many"], found["long"]
    core = "one core" if found["is_one_core"] else "any core: this system cannot bind it to one"
    sys.stdout.write(f"\n{start['model']}, Python {found['python']}, {core}, {found['source']}\n")
    row("weights, MB", start["weights_mb"], 1)
    row("import, s", start["import_s"], 2, f"of it pandas {start['pandas_s']:.2f}")
    row("start to first score, s", start["first_score_s"], 2)
    for each in found["speed"]:
        sys.stdout.write(f"texts of {each['mean_characters']:.0f} characters on average\n")
        row("  texts/s", each["texts_s"])
        first = f"first {each['texts_a_round']:,}, with nothing remembered"
        row("  texts/s at the start", each["first_texts_s"], note=first)
        row("  vaderSentiment, texts/s", each["vader_texts_s"])
        row("  ratio to vaderSentiment", each["ratio"], 2)
    sys.stdout.write(f"{many['texts']:,} texts, {many['input_mb']:.0f} MB, from a generator\n")
    show_memory(many)
    row("  of it the result, MB", many["result_mb"])
    row("  texts/s", many["texts"] / many["seconds"])
    sys.stdout.write(f"one text of {long['characters']:,} characters, {long['input_mb']:.0f} MB\n")
    show_memory(long)
    row("  seconds", long["seconds"], 1)


def show_memory(part: dict[str, Any]) -> None:
    """Print a part's peak and what the process held before."""
    row("  peak memory (RSS), MB", part["peak_mb"])
    row(
        "  before, MB",
        part["before_mb"],
        note=f"above it {part['peak_mb'] - part['before_mb']:.0f}",
    )


def row(name: str, figure: float, digits: int = 0, note: str = "") -> None:
    """Print one aligned figure."""
    sys.stdout.write(f"{name:<28}{figure:>12,.{digits}f}  {note}".rstrip() + "\n")
