"""What an estimate may say: figures that can be, or none."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from kindred.building.ranges import RANGES, Unsayable, keep_to_ranges

ROOT = Path(__file__).resolve().parents[3]
MIGRATIONS = ROOT / "plugins" / "kindred" / "warehouse" / "migrations"
TABLES = (MIGRATIONS / "0003_estimates.sql").read_text()
FIGURES = [
    (table, column)
    for table, body in re.findall(r"create table estimated\.(\w+) \((.*?)\n\);", TABLES, re.S)
    for column in re.findall(r"^ +(\w+) numeric", body, re.M)
]
EXTREME = [math.nan, math.inf, -math.inf, 1e308, -1e308, -1.5, 2e17]
IMPOSSIBLE = [
    (table, column, extreme)
    for (table, column), extreme in itertools.product(FIGURES, EXTREME)
    if not RANGES[table][column].low <= extreme <= RANGES[table][column].high
]


def test_every_figure_of_an_estimate_has_a_range() -> None:
    assert sorted(FIGURES) == sorted(
        (table, column) for table, columns in RANGES.items() for column in columns
    )


@pytest.mark.parametrize(("table", "column", "extreme"), IMPOSSIBLE)
def test_no_figure_leaves_its_range(table: str, column: str, extreme: float) -> None:
    declared = RANGES[table][column]
    frame = pd.DataFrame({"month": ["a", "b"], column: [extreme, 0.5]})
    if declared.loses == "model":
        with pytest.raises(Unsayable, match=column):
            keep_to_ranges({table: frame}, 6)
        return
    kept = keep_to_ranges({table: frame}, 6)[table]
    assert kept[column].dropna().tolist() == [0.5]
    assert len(kept) == (1 if declared.loses == "row" else 2)


def test_a_figure_over_its_range_by_rounding_alone_stays() -> None:
    frame = pd.DataFrame({"share": [1.0000000002]})
    assert keep_to_ranges({"driver_weights": frame}, 6)["driver_weights"]["share"].tolist() == [1.0]
