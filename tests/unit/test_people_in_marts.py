"""Marts carry customer_id and nothing else of a person, customer or employee.

Empathy is a team's: no mart names who spoke for the brand, and nothing it is made from could.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kindred.sources import LOADS

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "marts"
SINGLE_PEOPLE = {
    "agent", "agents", "employee", "employees", "operator", "representative", "rep", "staff",
    "supervisor", "user", "users",
}  # fmt: skip


OF_CUSTOMERS = {
    "account", "address", "birth", "body", "content", "contact", "email", "handle", "message",
    "mastodon", "name", "phone", "phrase", "text", "transcript", "verbatim", "words",
}  # fmt: skip
COUNTED = {"text_model_version"}  # the scorer's version


def columns_of(path: Path) -> list[str]:
    """Return the columns that a mart's contract names."""
    (model,) = yaml.safe_load(path.read_text())["models"]
    return [column["name"] for column in model["columns"]]


def names_somebody(column: str) -> bool:
    """Say whether a column's name speaks of who works for the brand."""
    return bool(SINGLE_PEOPLE & set(column.split("_")))


@pytest.mark.parametrize("path", sorted(MARTS.glob("*.yml")), ids=lambda path: path.stem)
def test_no_column_of_a_mart_names_an_agent(path: Path) -> None:
    assert columns_of(path)
    assert [column for column in columns_of(path) if names_somebody(column)] == []


@pytest.mark.parametrize("path", sorted(MARTS.glob("*.yml")), ids=lambda path: path.stem)
def test_no_column_of_a_mart_is_a_customers_own_words_or_address(path: Path) -> None:
    columns = set(columns_of(path)) - COUNTED
    assert {column for column in columns if OF_CUSTOMERS & set(column.split("_"))} == set()


@pytest.mark.parametrize("name", LOADS)
def test_no_load_keeps_who_spoke_for_the_brand(name: str) -> None:
    assert [field for field in LOADS[name].row.__struct_fields__ if names_somebody(field)] == []


def test_a_column_that_names_an_agent_is_seen() -> None:
    assert names_somebody("agent_id")
    assert names_somebody("first_user")
    assert not names_somebody("team")
