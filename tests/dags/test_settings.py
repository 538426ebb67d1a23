"""What tasks take from Airflow's connections, and what they never show of them."""

from datetime import UTC, datetime, timedelta

import pytest

SECRET = "hunter2"


@pytest.fixture
def settings(dag_bag):  # noqa: ARG001 -- Airflow is set up by then
    from kindred.steps import settings

    return settings


def test_a_warehouse_connection_becomes_a_connection_string(settings, monkeypatch):
    uri = f"postgresql://kindred_loader:{SECRET}%2F%40@127.0.0.1:5433/warehouse"
    monkeypatch.setenv("AIRFLOW_CONN_KINDRED_LOADER", uri)
    dsn = settings.warehouse("loader")
    for part in ("host=127.0.0.1", "port=5433", "user=kindred_loader", "dbname=warehouse"):
        assert part in dsn
    assert f"{SECRET}/@" in dsn


@pytest.mark.parametrize(
    "uri",
    [
        f"postgresql://kindred_loader:{SECRET}/x@127.0.0.1:5433/warehouse",
        f"postgresql://kindred_loader:{SECRET}#@127.0.0.1:5433/warehouse",
        f"a://b://c://{SECRET}",
    ],
)
def test_a_connection_that_cannot_be_read_is_named_and_not_quoted(settings, monkeypatch, uri):
    from kindred.errors import SetupError

    monkeypatch.setenv("AIRFLOW_CONN_KINDRED_LOADER", uri)
    with pytest.raises(SetupError, match="kindred_loader") as caught:
        settings.warehouse("loader")
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__context__)


def test_a_vendor_without_a_connection_is_nobody_to_ask(settings, monkeypatch):
    monkeypatch.setattr(settings, "_connection", lambda _: None)
    assert settings.endpoint("salesforce") is None


def test_a_night_that_is_not_over_is_not_asked_for(settings, monkeypatch):
    from kindred.errors import SetupError

    monkeypatch.delenv("KINDRED_CLOCK", raising=False)
    now = datetime.now(UTC)
    begins, ends = now - timedelta(hours=23), now + timedelta(hours=1)
    context = {"data_interval_start": begins, "data_interval_end": ends}
    with pytest.raises(SetupError, match="not over"):
        settings.night(context)
    monkeypatch.setenv("KINDRED_CLOCK", "sandbox")  # whose days are not the wall clock's
    assert settings.night(context).end == ends
