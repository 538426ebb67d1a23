"""What the models of the dbt project read, from their files: no database, and no dbt, is asked.

`python -m harness.model_graph` prints the figures of the intermediate layer.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
LAYERS = ("staging", "entities", "intermediate", "marts")
_NOTE = re.compile(r"\{#.*?#\}", re.S)
_REF = re.compile(r"\bref\(\s*'(\w+)'\s*\)")
_SOURCE = re.compile(r"\bsource\(\s*'(\w+)'\s*,\s*'(\w+)'\s*\)")
_DECLARED = re.compile(r"^-- depends_on: \{\{ ref\('(\w+)'\) \}\}$", re.M)


@dataclass(frozen=True)
class Model:
    """A model's file."""

    path: Path

    @property
    def layer(self) -> str:
        """Return the folder of the project that the model is in."""
        return self.path.relative_to(PROJECT).parts[0]

    @property
    def subject(self) -> str:
        """Return the folder within the layer, empty where the file lies in none."""
        return "/".join(self.path.relative_to(PROJECT).parts[1:-1])

    @property
    def lines(self) -> int:
        """Return how long the file is."""
        return len(self.path.read_text(encoding="utf-8").splitlines())

    @cached_property
    def sql(self) -> str:
        """Return the file without its notes."""
        return _NOTE.sub("", self.path.read_text(encoding="utf-8"))

    @property
    def refs(self) -> list[str]:
        """Return the models and seeds that the model names, as often as it names them."""
        return _REF.findall(self.sql)

    @property
    def sources(self) -> set[tuple[str, str]]:
        """Return the schema and table of each source that the model reads."""
        return set(_SOURCE.findall(self.sql))

    @property
    def declared(self) -> set[str]:
        """Return what the model depends on without reading it."""
        return set(_DECLARED.findall(self.sql))


def models() -> dict[str, Model]:
    """Return every model of the project by its name."""
    return {
        path.stem: Model(path)
        for layer in LAYERS
        for path in sorted((PROJECT / layer).rglob("*.sql"))
    }


def readers(project: dict[str, Model]) -> dict[str, set[str]]:
    """Return the models that read each model."""
    found: dict[str, set[str]] = {name: set() for name in project}
    for name, model in project.items():
        for ref in model.refs:
            if ref in found:
                found[ref].add(name)
    return found


def longest_chain(project: dict[str, Model]) -> list[str]:
    """Return the longest way from a first model to a last, entities being made of their staging."""
    above = {name: set(model.refs) & project.keys() for name, model in project.items()}
    for staging, entity in _entities().items():
        above[entity].add(staging)
    chains: dict[str, list[str]] = {}

    def chain(name: str) -> list[str]:
        if name not in chains:
            before = max((chain(parent) for parent in sorted(above[name])), key=len, default=[])
            chains[name] = [*before, name]
        return chains[name]

    return max((chain(name) for name in sorted(project)), key=len)


def documents() -> list[dict[str, object]]:
    """Return what the project's yml files say of each model."""
    return [
        model
        for layer in LAYERS
        for path in sorted((PROJECT / layer).rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]


def figures() -> dict[str, object]:
    """Return the size of the intermediate layer: models by folder, readers, longest chain."""
    project = models()
    layer = {name: model for name, model in project.items() if model.layer == "intermediate"}
    read_by = readers(project)
    return {
        "intermediate models": len(layer),
        "by folder": dict(sorted(Counter(model.subject for model in layer.values()).items())),
        "with a single reader": sum(len(read_by[name]) == 1 for name in layer),
        "longest chain": longest_chain(project),
    }


def _entities() -> dict[str, str]:
    """Return the entity of each staging model that declares one."""
    found: dict[str, str] = {}
    for document in documents():
        match document:
            case {"name": str(name), "config": {"meta": {"entity": str(entity)}}}:
                found[name] = entity
    return found


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name}: {value}")  # noqa: T201 -- a figure for whoever asks
