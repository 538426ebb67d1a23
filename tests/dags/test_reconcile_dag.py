"""The DAG that compares ids: its order, its schedule, and what its tasks make of an outcome."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk.execution_time.context import OutletEventAccessors

from kindred.errors import SourceForbidden, SourceMalformed, SupersededError

NOTHING = {"sources": None, "dry_run": False}


@pytest.fixture
def run(dag_bag, monkeypatch):
    """Run the code of a task with a run's parameters; return the loads whose events are sent."""

    def start(task, **params):
        events = OutletEventAccessors()
        context = {"run_id": "r", "params": NOTHING | params, "outlet_events": events}
        monkeypatch.setattr("kindred.airflow_tasks.reconcile.get_current_context", lambda: context)
        monkeypatch.setattr("kindred.airflow_tasks.reconcile.AirflowEnvironment", SimpleNamespace)
        dag_bag.dags["reconcile"].get_task(task).python_callable()
        return [
            event.dest_asset_key.name
            for alias in events
            for event in events[alias].asset_alias_events
        ]

    return start


def outcome(monkeypatch, name, result):
    """Have a function of `kindred.pipeline.reconcile` return or raise; return what it was given."""
    given = []

    def act(*arguments):
        given.extend(arguments)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(f"kindred.pipeline.reconcile.{name}", act)
    return given


def test_it_lands_then_gates_then_publishes_and_one_failure_colours_the_run(dag_bag):
    dag = dag_bag.dags["reconcile"]
    assert [task.task_id for task in dag.topological_sort()] == [
        "land", "gate", "publish", "report",
    ]  # fmt: skip
    (leaf,) = dag.leaves
    assert (leaf.task_id, leaf.trigger_rule) == ("report", "none_failed")
    assert leaf.upstream_task_ids == {"land", "gate", "publish"}
    assert {dag.get_task(name).trigger_rule for name in ("gate", "publish")} == {"all_done"}


def test_it_runs_by_a_schedule_of_its_own_and_in_sandbox_time_when_asked(dag_bag, monkeypatch):  # noqa: ARG001 -- Airflow is set up by then
    steps = importlib.import_module("kindred.airflow_tasks.reconcile")
    monkeypatch.delenv("KINDRED_CLOCK", raising=False)
    monkeypatch.setenv("KINDRED_RECONCILE_SCHEDULE", "0 3 * * 0")
    assert steps._daily().expression == "0 3 * * 0"
    monkeypatch.setenv("KINDRED_RECONCILE_SCHEDULE", "")
    assert steps._daily().expression == "0 6 * * *"
    monkeypatch.setenv("KINDRED_CLOCK", "sandbox")
    assert steps._daily() is None


@pytest.mark.parametrize(
    ("params", "sources", "is_asked"),
    [
        ({}, ("crm", "call_center", "social"), False),
        ({"sources": ["social"], "dry_run": True}, ("social",), True),
    ],
)
def test_a_person_compares_at_once_and_the_schedule_what_is_due(
    run, monkeypatch, params, sources, is_asked
):
    monkeypatch.setenv("KINDRED_RECONCILE_DAYS", "3")
    monkeypatch.setenv("KINDRED_RECONCILE_PAGES", "5")
    given = outcome(monkeypatch, "land", [SimpleNamespace(batch_id=1)])
    run("land", **params)
    _, options, _ = given
    assert (options.sources, options.is_asked) == (sources, is_asked)
    assert options.is_dry_run == params.get("dry_run", False)
    assert (options.every.days, options.bound.pages) == (3, 5)


@pytest.mark.parametrize(
    ("made", "why"), [([], "nothing was due"), ([SimpleNamespace(batch_id=None)], "is gone")]
)
def test_a_run_that_ended_nothing_is_skipped(run, monkeypatch, made, why):
    outcome(monkeypatch, "land", made)
    with pytest.raises(AirflowSkipException, match=why):
        run("land")


def test_a_refusal_is_not_tried_again_and_an_outage_is(run, monkeypatch):
    from kindred.pipeline.reconcile import NotCompared

    outcome(monkeypatch, "land", NotCompared([SourceForbidden("no permission")]))
    with pytest.raises(AirflowFailException, match="no permission"):
        run("land")
    outcome(monkeypatch, "land", NotCompared([SourceMalformed("half")]))
    with pytest.raises(NotCompared, match="half"):
        run("land")


def test_a_held_load_makes_the_gate_red(run, monkeypatch):
    verdicts = [
        SimpleNamespace(suite="salesforce_contacts", is_passed=False),
        SimpleNamespace(suite="salesforce_orders", is_passed=True),
    ]
    outcome(monkeypatch, "gate", verdicts)
    with pytest.raises(AirflowFailException, match=r"held: salesforce_contacts$"):
        run("gate")
    outcome(monkeypatch, "gate", [])
    with pytest.raises(AirflowSkipException):
        run("gate")


def test_events_are_sent_for_the_loads_that_ended_something_and_no_other(run, monkeypatch):
    outcome(monkeypatch, "publish", ["salesforce_contacts", "mastodon_statuses"])
    assert run("publish") == ["salesforce_contacts", "mastodon_statuses"]
    outcome(monkeypatch, "publish", [])
    with pytest.raises(AirflowSkipException):
        run("publish")
    outcome(monkeypatch, "publish", SupersededError("a newer attempt"))
    with pytest.raises(AirflowFailException, match="a newer attempt"):
        run("publish")
