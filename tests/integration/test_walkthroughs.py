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
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which both walkthroughs have been followed."""
    copy = tmp_path_factory.mktemp("walked") / "kindred"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    for heading in ("A new load", "A new mart"):
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


def test_the_new_load_s_good_rows_pass_their_gate(followed: Path) -> None:
    test = "test_gates_batches.py::test_a_good_batch_of_every_load_passes_every_rule"
    said = run(followed, *PYTEST, f"tests/integration/{test}")
    assert "1 passed" in said


def test_a_night_after_the_walkthroughs_brings_the_load_s_and_the_mart_s_rows(
    followed: Path,
) -> None:
    load = "salesforce_campaign_members"
    tables = (f"raw.{load}", f"build.stg_{load}", "build.tier_flows")
    found: dict[str, Any] = json.loads(run(followed, "-c", NIGHT, *tables).splitlines()[-1])
    assert {table: found[table] > 0 for table in tables} == dict.fromkeys(tables, True)
    assert found["rules"] == {"expect_column_values_to_be_between(customers)": True}


def test_a_walkthrough_s_files_are_the_pipeline_s_six_and_the_sandbox_s_three() -> None:
    files = {step.path for step in steps(TEXT, "A new load")}
    pretended = {path for path in files if path.startswith(("sandbox/", "tests/histories/"))}
    assert (len(files - pretended), len(pretended)) == (6, 3)
