"""A load has one name, the same word everywhere; and things lie where a reader looks for them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from kindred.sources import LOADS, SOURCES, VENDORS
from kindred.text_emotions import SCORES
from sandbox.render import store_names

REPOSITORY = Path(__file__).resolve().parents[2]
DBT = REPOSITORY / "dbt_project"
KINDRED = REPOSITORY / "plugins" / "kindred"
MODULES = sorted(path for path in KINDRED.rglob("*.py") if path.name != "__init__.py")
DAGS = sorted((REPOSITORY / "dags").glob("*.py"))
INSIDE = {"genesys_surveys": "conversations"}  # the vendor sends them inside one another
VAGUE = {"utils", "helpers", "common", "manager"}


def sources_of_dbt() -> set[str]:
    """Return the tables that dbt's staging reads from the schema raw."""
    documents = [yaml.safe_load(path.read_text()) for path in DBT.rglob("staging/**/*.yml")]
    return {
        table["name"]
        for document in documents
        for source in document.get("sources", [])
        if source.get("schema", source["name"]) == "raw"
        for table in source["tables"]
    }


@pytest.mark.parametrize("name", LOADS)
def test_a_load_has_the_same_name_everywhere(name: str) -> None:
    load = LOADS[name]
    assert load.name == name
    assert name.startswith(f"{load.vendor}_")
    assert (KINDRED / "sources" / f"{load.vendor}.py").is_file()
    assert (REPOSITORY / "expectations" / f"{name}.yml").is_file()
    assert name in sources_of_dbt()
    assert (DBT / "staging" / load.vendor / f"stg_{name}.sql").is_file()
    assert (f"{load.vendor}_{INSIDE[name]}" if name in INSIDE else name) in store_names()


@pytest.mark.parametrize("name", [name for name, load in LOADS.items() if load.deletions])
def test_a_load_whose_ids_are_compared_has_one_key_a_stamp_and_tombstones(name: str) -> None:
    load = LOADS[name]
    assert len(load.key) == 1
    assert load.modified_at is not None
    assert "is_deleted" in load.row.__struct_fields__
    if load.text and load.deletions:  # no tombstone keeps a person's words
        assert not load.deletions.erased[load.text.column]


@pytest.mark.parametrize("name", LOADS)
def test_a_load_names_columns_that_its_contract_has(name: str) -> None:
    load = LOADS[name]
    named = {*load.key, load.subject, load.happened_at}
    named |= {load.modified_at} if load.modified_at else set()
    named |= {load.text.column} if load.text else set()
    named |= set(load.deletions.erased) if load.deletions else set()
    assert named <= set(load.row.__struct_fields__)


@pytest.mark.parametrize(
    "package", sorted(KINDRED.rglob("__init__.py")), ids=lambda path: path.parent.name
)
def test_a_package_that_lists_its_modules_lists_those_that_are_there(package: Path) -> None:
    listed = re.findall(r"^ *(\w+)\.py  *\w", package.read_text(encoding="utf-8"), re.MULTILINE)
    there = {path.stem for path in package.parent.glob("*.py")} - {"__init__"}
    assert set(listed) in (set(), there)


def test_no_name_is_left_over_from_a_load_that_is_gone() -> None:
    marts = {path.stem for path in (DBT / "marts").rglob("*.sql")}
    suites = {path.stem for path in (REPOSITORY / "expectations").glob("*.yml")}
    assert suites - set(LOADS) == {f"mart_{mart}" for mart in marts} | {"scored_texts"}
    assert sources_of_dbt() == set(LOADS)


def test_a_score_has_the_same_name_everywhere() -> None:
    macro = (DBT / "macros" / "scores.sql").read_text()
    assert tuple(re.findall(r"'(\w+)',", macro)) == SCORES


def test_a_vendor_declares_its_own_loads_in_its_own_module() -> None:
    for name, vendor in VENDORS.items():
        module = import_module(f"kindred.sources.{name}")
        assert (module.VENDOR, vendor.name) == (vendor, name)
        assert {load.vendor for load in vendor.loads} == {name}
        assert all(load in SOURCES[vendor.source] for load in vendor.loads)


@pytest.mark.parametrize("folder", ["plugins/kindred", "dags"])
def test_code_that_vendors_share_has_no_list_of_them(folder: str) -> None:
    words = {*VENDORS, *SOURCES, *(f"ingest_{source}" for source in SOURCES)}
    shared = [
        path
        for path in (REPOSITORY / folder).rglob("*.py")
        if path.parent.name != "sources" and not path.stem.startswith("ingest_")
    ]
    named = {
        path.name: found
        for path in shared
        if (
            found := words
            & {
                node.value
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
        )
    }
    assert named == {}


def test_every_source_has_its_ingest_dag_and_nothing_else_is_one() -> None:
    others = {"reconcile", "refresh_marts"}
    assert {path.stem for path in DAGS} == {f"ingest_{s}" for s in SOURCES} | others


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_a_dag_file_declares_and_no_more(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 40
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)] == []


def test_no_module_is_vague_or_named_as_in_the_standard_library() -> None:
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert names & VAGUE == set()
    assert names & sys.stdlib_module_names == set()


def test_airflow_never_executes_kindred_as_a_plugin() -> None:
    ignored = (REPOSITORY / "plugins" / ".airflowignore").read_text().split()
    assert "kindred/" in ignored
    assert {path.name for path in (REPOSITORY / "plugins").glob("*.py")} == {"kindred_plugin.py"}


def test_the_plugin_imports_nothing_of_ours_when_it_is_loaded() -> None:
    tree = ast.parse((REPOSITORY / "plugins" / "kindred_plugin.py").read_text())
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert imports
    assert [n.lineno for n in imports if "kindred" in ast.unparse(n)] == []


def test_great_expectations_is_imported_inside_functions_only() -> None:
    for path in MODULES:
        top = [
            n
            for n in ast.parse(path.read_text()).body
            if isinstance(n, ast.Import | ast.ImportFrom)
        ]
        assert [n.lineno for n in top if "great_expectations" in ast.unparse(n)] == [], path


def test_tests_lie_in_the_five_folders() -> None:
    folders = {
        path.relative_to(REPOSITORY / "tests").parts[0]
        for path in (REPOSITORY / "tests").rglob("test_*.py")
    }
    assert folders <= {"unit", "integration", "crashes", "dags", "e2e"}


def test_the_lock_holds_for_any_mirror() -> None:
    lines = (REPOSITORY / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if "://" in line or "index-url" in line or " @ " in line] == []
    pins = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert len(pins) > 100
    assert [pin for pin in pins if not re.match(r"[a-z0-9._-]+==\S+.* \\$", pin)] == []


def test_the_readme_is_short() -> None:
    assert 20 < len((REPOSITORY / "README.md").read_text().splitlines()) <= 90


def test_nobody_imports_what_the_layers_forbid() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    answer = subprocess.run(
        [*command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout


# A verb's room and another's share an object, and say the same of it.
SHARED_MODULES = {
    "ingest": "an Airflow task and the plain function that it calls",
    "refresh": "an Airflow task and the plain function that it calls",
    "reconcile": "an Airflow task and the plain function that it calls",
    "batches": "gates check a batch and publishing merges it",
    "marts": "gates check the marts and publishing swaps them in",
}


def repeated(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that are in several places, with the places."""
    found: dict[str, list[str]] = {}
    for name, place in places:
        found.setdefault(name, []).append(place)
    return {name: where for name, where in found.items() if len(where) > 1}


def test_a_module_s_name_is_used_once_but_for_the_same_object_under_two_verbs() -> None:
    packages = [path.parent for path in KINDRED.rglob("__init__.py") if path.parent != KINDRED]
    places = [(path.stem, str(path.relative_to(KINDRED))) for path in [*MODULES, *packages]]
    assert set(repeated(places)) == set(SHARED_MODULES), repeated(places)


def test_a_class_s_name_is_used_once() -> None:
    places = [
        (node.name, str(path.relative_to(KINDRED)))
        for path in MODULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert repeated(places) == {}
