"""What tasks take from Airflow's connections, and what they never show of them."""

from datetime import UTC, datetime, timedelta

import pytest

SECRET = "hunter2"


@pytest.fixture
def settings(dag_bag):  # noqa: ARG001 -- Airflow is set up by then
    from kindred.airflow_tasks import context as settings

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


def test_history_begins_with_a_month_so_that_the_night_after_a_failed_one_asks_for_the_same(
    settings, monkeypatch
):
    from kindred.loads import Window

    monkeypatch.delenv("KINDRED_HISTORY_START", raising=False)
    day = timedelta(days=1)
    nights = [datetime(2026, 3, number, tzinfo=UTC) for number in (1, 2, 31)]
    begins = {settings.history_start(Window(night, night + day)) for night in nights}
    assert begins == {datetime(2024, 3, 1, tzinfo=UTC)}
    monkeypatch.setenv("KINDRED_HISTORY_START", "2025-01-02")
    given = settings.history_start(Window(nights[0], nights[0] + day))
    assert given == datetime(2025, 1, 2, tzinfo=UTC)
