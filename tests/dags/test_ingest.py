"""What the parameters of an ingest's run make its tasks do."""

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kindred.errors import GateError

NOTHING = {"replace": None, "release": None, "reason": None}


@pytest.fixture
def run(dag_bag, monkeypatch):
    """Run the code of a task of `ingest_crm` with a run's parameters."""

    class Somewhere:
        def warehouse(self, role):
            return f"as {role}"

    def start(task, **params):
        context = {"run_id": "manual", "params": NOTHING | params}
        monkeypatch.setattr("kindred.steps.ingest.get_current_context", lambda: context)
        monkeypatch.setattr("kindred.steps.ingest.AirflowSurroundings", Somewhere)
        dag_bag.dags["ingest_crm"].get_task(task).python_callable()

    return start


@pytest.fixture
def held(monkeypatch):
    """What is asked of `kindred.tasks.held`, in order."""
    asked = []
    for name in ("replace", "release"):
        monkeypatch.setattr(
            f"kindred.tasks.held.{name}", lambda *given, name=name: asked.append((name, *given[:3]))
        )
    return asked


def test_every_parameter_has_its_default(dag_bag):
    assert dag_bag.dags["ingest_crm"].params.dump() == NOTHING


def test_a_release_asks_no_vendor_and_publishes_the_batch(run, held):
    with pytest.raises(AirflowSkipException, match="nothing is asked for"):
        run("land", release=7, reason="looked at")
    run("publish", release=7, reason="looked at")
    assert held == [("release", "crm", 7, "looked at")]


def test_a_release_that_is_refused_is_not_tried_again(run, monkeypatch):
    def refuse(*_):
        raise GateError("batch 7 is not held")

    monkeypatch.setattr("kindred.tasks.held.release", refuse)
    with pytest.raises(AirflowFailException, match="batch 7 is not held"):
        run("publish", release=7)


def test_a_replacement_lands_for_the_batch_and_nothing_else(run, held):
    with pytest.raises(AirflowSkipException, match="nothing to land"):  # none came from the fake
        run("land", replace=7)
    assert held == [("replace", "crm", 7, "manual")]
