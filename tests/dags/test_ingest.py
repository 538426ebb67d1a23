"""What the parameters of an ingest's run make its tasks do."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk.execution_time.context import OutletEventAccessors

from kindred.errors import GateError, WarehouseError
from kindred.pipeline.reporting import Incomplete

NOTHING = {"replace": None, "release": None, "reason": None}


@pytest.fixture
def run(dag_bag, monkeypatch):
    """Run the code of a task of `ingest_crm` with a run's parameters; return its events' loads."""

    class Somewhere:
        def warehouse(self, role):
            return f"as {role}"

    def start(task, tries=1, **params):
        events = OutletEventAccessors()
        context = {
            "run_id": "manual",
            "params": NOTHING | params,
            "ti": SimpleNamespace(try_number=tries, max_tries=2),
            "outlet_events": events,
        }
        monkeypatch.setattr("kindred.airflow_tasks.ingest.get_current_context", lambda: context)
        monkeypatch.setattr("kindred.airflow_tasks.ingest.AirflowEnvironment", Somewhere)
        dag_bag.dags["ingest_crm"].get_task(task).python_callable()
        return [
            event.dest_asset_key.name
            for alias in events
            for event in events[alias].asset_alias_events
        ]

    return start


@pytest.fixture
def held(monkeypatch):
    """What is asked of `kindred.pipeline.held_batches`, in order."""
    asked = []
    for name in ("replace", "release"):
        monkeypatch.setattr(
            f"kindred.pipeline.held_batches.{name}",
            lambda *given, name=name: asked.append((name, *given[:3])),
        )
    monkeypatch.setattr("kindred.pipeline.held_batches.load_of", lambda *_: "salesforce_orders")
    return asked


def test_every_parameter_has_its_default(dag_bag):
    assert dag_bag.dags["ingest_crm"].params.dump() == NOTHING


def test_a_release_asks_no_vendor_and_publishes_the_batch(run, held):
    with pytest.raises(AirflowSkipException, match="nothing is extracted"):
        run("land", release=7, reason="looked at")
    assert run("publish", release=7, reason="looked at") == ["salesforce_orders"]
    assert held == [("release", "crm", 7, "looked at")]


def test_a_release_that_is_refused_is_not_tried_again(run, monkeypatch):
    def refuse(*_):
        raise GateError("batch 7 is not held")

    monkeypatch.setattr("kindred.pipeline.held_batches.release", refuse)
    with pytest.raises(AirflowFailException, match="batch 7 is not held"):
        run("publish", release=7)


def test_a_replacement_lands_for_the_batch_and_nothing_else(run, held):
    with pytest.raises(AirflowSkipException, match="nothing to land"):  # none came from the fake
        run("land", replace=7)
    assert held == [("replace", "crm", 7, "manual")]


def test_an_event_is_sent_for_each_load_that_was_published_and_for_no_other(run, monkeypatch):
    published = ["salesforce_contacts", "salesforce_referrals"]
    monkeypatch.setattr("kindred.pipeline.ingest.publish", lambda *_, **__: published)
    assert run("publish") == published


def test_a_run_that_published_nothing_sends_no_event(run, monkeypatch):
    monkeypatch.setattr("kindred.pipeline.ingest.publish", lambda *_, **__: [])
    with pytest.raises(AirflowSkipException):
        run("publish")


@pytest.mark.parametrize(("tries", "is_last"), [(1, False), (2, False), (3, True)])
def test_a_publication_knows_its_last_try(run, monkeypatch, tries, is_last):
    def publish(*_, is_last_try):
        assert is_last_try is is_last
        raise WarehouseError("refused")

    monkeypatch.setattr("kindred.pipeline.ingest.publish", publish)
    with pytest.raises(WarehouseError):
        run("publish", tries=tries)


def reported(run, monkeypatch, outcome, **params):
    """Run the report where checking the run's loads has an outcome; return the loads checked."""
    checked = []

    def check(_source, _run_id, loads, _dsn):
        checked.extend(loads)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("kindred.pipeline.reporting.check", check)
    run("report", **params)
    return checked


def test_a_run_of_which_a_load_is_missing_is_red_at_once(run, monkeypatch):
    missing = Incomplete("crm", ["salesforce_orders: held"], 5)
    with pytest.raises(AirflowFailException, match="salesforce_orders: held"):
        reported(run, monkeypatch, missing)


def test_a_run_that_asked_nobody_stays_skipped(run, monkeypatch):
    with pytest.raises(AirflowSkipException, match="nothing was requested"):
        reported(run, monkeypatch, 0)


@pytest.mark.usefixtures("held")
def test_a_replacement_reports_on_its_own_load_only(run, monkeypatch):
    assert reported(run, monkeypatch, 1, replace=7) == ["salesforce_orders"]
    assert len(reported(run, monkeypatch, 1)) > 1


def test_a_release_that_published_nothing_is_red(run, monkeypatch):
    def refuse(*_):
        raise GateError("batch 7 is not released")

    monkeypatch.setattr("kindred.pipeline.held_batches.refuse_held", refuse)
    with pytest.raises(AirflowFailException, match="batch 7 is not released"):
        run("report", release=7)
