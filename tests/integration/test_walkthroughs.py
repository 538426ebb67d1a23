"""What CONTRIBUTING has its reader write works as it is written there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.walkthroughs import follow, steps

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".kindred", ".hypothesis", ".*_cache", "__pycache__", "target", "logs"
)
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
LOAD = "salesforce_campaign_members"
TABLES = (
    *(f"raw.{LOAD}", f"build.stg_{LOAD}", "build.tier_flows"),
    *("raw.acme_contacts", "raw.acme_orders", "build.stg_acme_contacts"),
)
# A first night over the smallest scenario; then what the new tables and the new mart's gate say.
NIGHT = """
import json, sys
from pathlib import Path
import psycopg
from harness.databases import FASTEST, serving_temporarily
from harness.in_process_pipeline import Pipeline
from kindred.gates import suites
from kindred.gates.gx_runner import SuiteRunner
from sandbox.scenario_files import load_scenario
from sandbox.world import open_world

with serving_temporarily(FASTEST) as server:
    pipeline = Pipeline(server)
    pipeline.clear()
    pipeline.pull(open_world(server.home.folder, load_scenario("tiny"), lambda _: None))
    pipeline.build()
    found = {}
    for table in sys.argv[1:]:
        with psycopg.connect(pipeline.dsn("transformer")) as conn:
            found[table] = conn.execute(f"select count(*) from {table}").fetchone()[0]
    with SuiteRunner(pipeline.dsn("transformer")) as runner:
        suite = suites.read("mart_tier_flows")
        rules = runner.run(suite, "select * from build.tier_flows", found["build.tier_flows"])
    found["rules"] = {rule.rule: rule.is_passed for rule in rules}
    with psycopg.connect(pipeline.dsn("transformer")) as conn:
        found["in both CRMs"], found["people"] = conn.execute(
            "select count(*) filter (where vendors = 2), count(*) from ("
            " select count(distinct vendor) as vendors from build.customer_keys"
            " group by customer_id) as customers"
        ).fetchone()
        found["orders of"] = dict(
            conn.execute("select vendor, count(*) from build.orders group by vendor")
        )
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which all walkthroughs have been followed."""
    copy = tmp_path_factory.mktemp("walked") / "kindred"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    for heading in ("A new load", "A new vendor", "A new mart"):
        follow(steps(TEXT, heading), copy)
    return copy


def run(copy: Path, *arguments: str) -> str:
    """Run Python in the copy, with the copy's own packages; return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": f"{copy / 'plugins'}{os.pathsep}{copy}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_followed_walkthrough_leaves_no_namesake_out(followed: Path) -> None:
    files = ("names", "suites", "dbt_project", "figures", "loads")
    paths = [f"tests/unit/test_{name}.py" for name in files]
    paths.append("tests/integration/test_marts.py::test_every_mart_has_somebody_who_reads_it")
    said = run(followed, *PYTEST, *paths)
    assert " passed" in said


def test_what_is_written_passes_the_linter(followed: Path) -> None:
    for words in (("check", "."), ("format", "--check", ".")):
        run(followed, "-m", "ruff", *words)


def test_the_new_loads_good_rows_pass_their_gates(followed: Path) -> None:
    test = "test_gates_batches.py::test_a_good_batch_of_every_load_passes_every_rule"
    said = run(followed, *PYTEST, f"tests/integration/{test}")
    assert "1 passed" in said


@pytest.fixture(scope="module")
def night(followed: Path) -> dict[str, Any]:
    """What a first night of the copy brings."""
    found: dict[str, Any] = json.loads(run(followed, "-c", NIGHT, *TABLES).splitlines()[-1])
    return found


def test_a_night_brings_the_rows_of_the_load_the_vendor_and_the_mart(night: dict[str, Any]) -> None:
    assert {table: night[table] > 0 for table in TABLES} == dict.fromkeys(TABLES, True)
    assert night["rules"] == {"expect_column_values_to_be_between(customers)": True}


def test_a_person_whom_both_crms_know_is_one_customer(night: dict[str, Any]) -> None:
    # Acme has every second person. Some have no verified address that one contact alone has.
    assert 0.35 * night["people"] < night["in both CRMs"] <= 0.5 * night["people"]
    assert night["orders of"].keys() == {"salesforce", "acme"}


def test_a_walkthrough_s_files_are_the_pipeline_s_four_and_the_sandbox_s_two() -> None:
    files = {step.path for step in steps(TEXT, "A new load")}
    pretended = {path for path in files if path.startswith("sandbox/")}
    assert (len(files - pretended), len(pretended)) == (4, 2)


def test_a_new_vendor_is_its_own_files_and_one_import() -> None:
    shared = {step.path for step in steps(TEXT, "A new vendor") if "acme" not in step.path}
    assert shared == {"plugins/kindred/sources/__init__.py"}
