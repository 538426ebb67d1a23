"""Staging says which entity a model belongs to, and dbt hears it in one variable."""

from __future__ import annotations

import json
from pathlib import Path

from kindred.building import entities


def staging(project: Path, vendor: str, text: str) -> None:
    """Write a vendor's yml."""
    folder = project / "staging" / vendor
    folder.mkdir(parents=True)
    (folder / f"{vendor}.yml").write_text(text)


def test_an_entity_has_the_models_of_all_vendors_in_order(tmp_path: Path) -> None:
    staging(
        tmp_path,
        "west",
        "models:\n- {name: stg_west_orders, config: {meta: {entity: orders}}}\n"
        "- {name: stg_west_people, config: {meta: {entity: contacts}}}\n",
    )
    staging(tmp_path, "east", "models: [{name: stg_east_orders, config: {meta: {entity: orders}}}]")
    assert entities.declared(tmp_path) == {
        "contacts": ["stg_west_people"],
        "orders": ["stg_east_orders", "stg_west_orders"],
    }


def test_a_model_that_declares_nothing_is_in_no_entity(tmp_path: Path) -> None:
    staging(tmp_path, "own", "models: [{name: stg_own}, {name: stg_b, config: {meta: {a: b}}}]")
    staging(tmp_path, "sources", "sources: [{name: raw}]")
    staging(tmp_path, "empty", "")
    assert entities.declared(tmp_path) == {}


def test_the_variable_is_the_same_while_the_declarations_are(tmp_path: Path) -> None:
    staging(tmp_path, "b", "models: [{name: stg_b, config: {meta: {entity: posts}}}]")
    before = entities.variable(tmp_path)
    staging(tmp_path, "a", "models: [{name: stg_a}]")
    assert entities.variable(tmp_path) == before
    assert json.loads(before["KINDRED_ENTITIES"]) == {"posts": ["stg_b"]}
