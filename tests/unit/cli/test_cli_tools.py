"""`kindred dbt …` and `kindred airflow …` are those tools with the settings of the home."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from kindred.cli import app
from kindred.cli.commands import tools
from kindred.embedded.services import COMPONENTS


class Became(Exception):
    """The process would be another by now."""


@pytest.fixture
def became(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the process became, with a warehouse that runs."""
    home = SimpleNamespace(folder=tmp_path, logs=tmp_path / "logs")
    services = SimpleNamespace(
        home=home,
        postgres=SimpleNamespace(is_alive=lambda: True),
        environment=lambda: {"AIRFLOW_HOME": "here"},
    )
    found: dict[str, Any] = {}

    def execve(path: str, command: list[str], environment: dict[str, str]) -> None:
        found.update(path=path, command=command, environment=environment)
        raise Became

    monkeypatch.setattr(tools, "open_services", lambda **_: services)
    monkeypatch.setattr(os, "execve", execve)
    return found


def test_dbt_gets_every_argument_and_the_homes_project(became: dict[str, Any]) -> None:
    ran = CliRunner().invoke(app, ["dbt", "ls", "--select", "+true_north", "--help", "--", "-x"])

    assert isinstance(ran.exception, Became), ran.output
    assert became["command"] == ("dbt", "ls", "--select", "+true_north", "--help", "-x")
    environment = became["environment"]
    assert became["path"] == str(Path(sys.executable).with_name("dbt"))
    assert environment["AIRFLOW_HOME"] == "here"
    assert (Path(environment["DBT_PROJECT_DIR"]) / "dbt_project.yml").is_file()
    assert (Path(environment["DBT_PROFILES_DIR"]) / "profiles.yml").is_file()
    assert "orders" in environment["KINDRED_ENTITIES"]


def test_airflow_gets_every_argument(became: dict[str, Any]) -> None:
    ran = CliRunner().invoke(app, ["airflow", "dags", "list", "--output", "json"])

    assert isinstance(ran.exception, Became), ran.output
    assert became["command"] == ("airflow", "dags", "list", "--output", "json")
    assert became["environment"] == {"AIRFLOW_HOME": "here"}


@pytest.mark.parametrize("tool", ["dbt", "airflow"])
def test_without_a_warehouse_one_sentence_says_what_starts_it(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))

    told = CliRunner().invoke(app, [tool, "--version"])

    assert told.exit_code == 2
    assert told.stderr == "kindred: the warehouse is not running: `kindred up` starts it\n"


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_started_by_a_module_that_is_there(name: str) -> None:
    assert importlib.util.find_spec(COMPONENTS[name][0]) is not None
