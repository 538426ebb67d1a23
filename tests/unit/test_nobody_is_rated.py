"""Empathy is a team's: no mart names who spoke for the brand, and nothing it is made from could."""

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


def names_somebody(column: str) -> bool:
    """Say whether a column's name speaks of who works for the brand."""
    return bool(SINGLE_PEOPLE & set(column.split("_")))


@pytest.mark.parametrize("path", sorted(MARTS.glob("*.yml")), ids=lambda path: path.stem)
def test_no_column_of_a_mart_names_an_agent(path: Path) -> None:
    (model,) = yaml.safe_load(path.read_text())["models"]
    columns = [column["name"] for column in model["columns"]]
    assert columns
    assert [column for column in columns if names_somebody(column)] == []


@pytest.mark.parametrize("name", LOADS)
def test_no_load_keeps_who_spoke_for_the_brand(name: str) -> None:
    assert [field for field in LOADS[name].row.__struct_fields__ if names_somebody(field)] == []


def test_a_column_that_names_an_agent_is_seen() -> None:
    assert names_somebody("agent_id")
    assert names_somebody("first_user")
    assert not names_somebody("team")
