"""Find the staging models that supply the rows of each entity, as their yml declares.

dbt must see every `ref` while it parses, when its `graph` is still empty. The lists are therefore
read here and passed to dbt in an environment variable. dbt stores the value with which it parsed a
file and parses the file again when the value changes, so a new staging model is never missed.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from kindred import settings


def declared(project: Path) -> dict[str, list[str]]:
    """Return the staging models of each entity, both in alphabetical order.

    Args:
        project: The dbt project's folder. `meta: {entity: orders}` in a model's config declares its
            entity.
    """
    found: dict[str, list[str]] = {}
    for path in project.glob("staging/*/*.yml"):
        for model in (yaml.safe_load(path.read_text()) or {}).get("models", []):
            entity = model.get("config", {}).get("meta", {}).get("entity")
            if entity is not None:
                found.setdefault(entity, []).append(model["name"])
    return {entity: sorted(found[entity]) for entity in sorted(found)}


def variable(project: Path) -> dict[str, str]:
    """Return the environment variable that passes the project's entities to dbt."""
    return {settings.ENTITIES.name: json.dumps(declared(project))}
