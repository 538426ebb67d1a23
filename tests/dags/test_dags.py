"""The policy every DAG keeps, made executable."""

from pathlib import Path

import pytest
from airflow.sdk import AssetAlias

from kindred.sources import SOURCES

DAGS = Path(__file__).resolve().parents[2] / "dags"
NAMES = sorted(path.stem for path in DAGS.glob("*.py"))
INGESTS = [f"ingest_{source}" for source in SOURCES]


def test_every_file_parses_and_holds_the_dag_of_its_name(dag_bag):
    assert dag_bag.import_errors == {}
    assert sorted(dag_bag.dags) == NAMES


def test_there_is_an_ingest_for_every_source_one_reconcile_and_one_refresh(dag_bag):
    assert sorted(dag_bag.dags) == sorted([*INGESTS, "reconcile", "refresh_marts"])


@pytest.mark.parametrize("name", INGESTS)
def test_an_ingest_lands_then_gates_then_publishes_then_reports(dag_bag, name):
    dag = dag_bag.dags[name]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["land", "gate", "publish", "report"]


@pytest.mark.parametrize("name", INGESTS)
def test_only_the_report_colours_the_run_of_an_ingest_and_it_runs_whatever_happened(dag_bag, name):
    dag = dag_bag.dags[name]
    assert [task.task_id for task in dag.leaves] == ["report"]
    rules = {task.task_id: task.trigger_rule for task in dag.tasks}
    assert {rules[name] for name in ("gate", "publish", "report")} == {"all_done"}


def test_the_refresh_scores_then_builds_then_gates_then_publishes(dag_bag):
    order = [task.task_id for task in dag_bag.dags["refresh_marts"].topological_sort()]
    assert order == ["score", "build", "gate", "publish"]


@pytest.mark.parametrize("name", NAMES)
def test_every_dag_says_what_it_is_when_it_matters_and_what_to_do(dag_bag, name):
    doc = dag_bag.dags[name].doc_md
    assert f"### {name}" in doc
    assert "**When it matters:**" in doc
    assert "**When it fails:**" in doc


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_an_owner_retries_a_timeout_and_pushes_nothing(dag_bag, name):
    for task in dag_bag.dags[name].tasks:
        assert task.owner != "airflow"
        assert task.retries >= 1
        assert task.execution_timeout is not None
        assert task.do_xcom_push is False


@pytest.mark.parametrize("name", NAMES)
def test_no_dag_catches_up_and_one_run_goes_at_a_time(dag_bag, name):
    dag = dag_bag.dags[name]
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert "kindred" in dag.tags


@pytest.mark.parametrize("source", SOURCES)
def test_publishing_a_source_sends_no_event_but_those_it_names_itself(dag_bag, source):
    (outlet,) = dag_bag.dags[f"ingest_{source}"].get_task("publish").outlets
    assert isinstance(outlet, AssetAlias)


def test_any_asset_of_any_source_starts_the_refresh(dag_bag):
    condition = dag_bag.dags["refresh_marts"].timetable.asset_condition
    watched = {asset.name for asset in condition.objects}
    assert watched == {load.name for loads in SOURCES.values() for load in loads}


@pytest.mark.parametrize("name", NAMES)
def test_a_dag_file_only_declares(name):
    assert len((DAGS / f"{name}.py").read_text().splitlines()) <= 40
