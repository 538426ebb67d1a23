"""Tests of the pipeline use `harness`; `bench` is for measurements."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
OF_THE_BENCH = {"unit/bench", "integration/test_truth.py"}


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_only_tests_of_the_bench_import_it() -> None:
    importing = {
        str(path.relative_to(TESTS)) for path in TESTS.rglob("*.py") if "bench" in imported(path)
    }
    assert {
        place for place in importing if not any(place.startswith(own) for own in OF_THE_BENCH)
    } == set()
    assert len(importing) > 1  # it finds what there is to find
