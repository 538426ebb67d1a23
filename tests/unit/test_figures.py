"""Models leave to the macros all arithmetic that could fail: one odd amount stops no build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = sorted(
    path for folder in ("intermediate", "marts") for path in (PROJECT / folder).rglob("*.sql")
)
NOTE = re.compile(r"\{#.*?#\}|--[^\n]*", re.S)
CAN_FAIL = re.compile(
    r"as (numeric|decimal)\s*\(|as (integer|int|bigint|smallint)\b|::|/|%(?!\})"
    r"|\b(exp|ln|log|power|pow|sqrt|div|mod|acos|asin)\s*\(",
    re.I,
)


def what_can_fail(text: str) -> list[str]:
    """Return what in a model's SQL is a narrowing cast, a division, a root, a power or a log."""
    return [found.group() for found in CAN_FAIL.finditer(NOTE.sub("", text).replace("{%", "{"))]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_has_no_arithmetic_of_its_own_that_can_fail(path: Path) -> None:
    assert what_can_fail(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "cast(revenue as numeric(18, 2))",
        "cast(x as integer)",
        "x::bigint",
        "a / b",
        "a % b",
        "exp(a)",
        "sqrt (a)",
        "log(a)",
        "power(a, 2)",
    ],
)
def test_arithmetic_that_can_fail_is_noticed(sql: str) -> None:
    assert what_can_fail(f"select {sql} from t -- a note") != []


def test_notes_and_macros_are_no_arithmetic() -> None:
    assert what_can_fail("{# a / b #}\n{% set x = 1 %}\nselect {{ money('a') }} -- a / b") == []
