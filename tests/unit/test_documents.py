"""Documents name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from kindred.cli import app

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(REPOSITORY / name for name in ("README.md", "DECISIONS.md", "CHANGELOG.md")),
    *sorted(REPOSITORY.glob("docs/*.md")),
    *sorted(REPOSITORY.glob("[!.]*/README.md")),
]
ROOMS = "bench|dags|dbt_project|docs|expectations|harness|plugins|sandbox|tests|training"
PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_names_files_that_are_there(document: Path) -> None:
    named = PATH.findall(document.read_text())
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_links_to_files_that_are_there(document: Path) -> None:
    linked = LINK.findall(document.read_text())
    assert [path for path in linked if not (document.parent / path).exists()] == []


def test_the_life_of_an_order_passes_tables_that_the_project_makes() -> None:
    text = (REPOSITORY / "docs" / "life_of_an_order.md").read_text()
    tables = re.findall(r"^\| `(?:build|marts)\.(\w+)` \|", text, re.M)
    models = {path.stem for path in (REPOSITORY / "dbt_project").rglob("*.sql")}
    assert len(tables) > 4
    assert set(tables) <= models


def test_the_page_of_operations_names_every_command() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert len(commands) > 10
    assert [name for name in commands if f"`kindred {name}" not in text] == []
