"""Derived importance of 100 touchpoints for 100,000 customers: time, memory, what it recovers.

Speed and memory are measured in a process of their own, beside a naive bootstrap that draws
customers and correlates them anew for each draw; a few of its draws are timed and scaled up. What
is recovered is compared with the effects planted in made-up customers, and with brute force.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from typing import Any

from bench import measured

PARTS = ("complete", "sparse", "shapley", "halo", "coverage", "null")

Found = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench drivers", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs instead of people")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=1, help="of numpy's linear algebra")
    parser.add_argument("--only", choices=PARTS, help="one part")
    options = parser.parse_args(arguments)
    parts = [options.only] if options.only else PARTS
    found = {part: run(part, options.customers, options.threads) for part in parts}
    if options.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    cores = f"{options.threads} of {os.cpu_count()} cores"
    sys.stdout.write(f"\nPython {platform.python_version()}, {cores}\n")
    for figures in found.values():
        sys.stdout.write(f"{figures.pop('about')}\n")
        for name, figure in figures.items():
            row(name, figure)


def run(part: str, customers: int, threads: int) -> Found:
    """Measure one part."""
    words = ("bench.drivers.parts", part, str(customers))
    return measured(part, *words, OPENBLAS_NUM_THREADS=str(threads))


def row(name: str, figure: float) -> None:
    """Print one aligned figure, with the digits that its size deserves."""
    digits = 0 if abs(figure) >= 100 or figure == int(figure) else 3 if abs(figure) < 1 else 1
    sys.stdout.write(f"  {name:<58}{figure:>10,.{digits}f}\n")
