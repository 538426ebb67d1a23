"""`kindred backfill` as a person types it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from typer.testing import CliRunner

from kindred.cli import airflow_runs, app
from kindred.cli.commands import nights


def test_a_dry_run_starts_nothing(airflow: Any, monkeypatch: Any) -> None:
    services = SimpleNamespace(
        airflow=airflow,
        postgres=SimpleNamespace(dsn=lambda _: ""),
        sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=False)),
        up=lambda: None,
    )
    monkeypatch.setattr(nights, "open_services", lambda: services)
    monkeypatch.setattr(airflow_runs, "wait_until_known", lambda *_: None)
    words = ["backfill", "--from", "2020-03-02", "--to", "2020-03-08", "--source", "social"]

    told = CliRunner().invoke(app, [*words, "--dry-run"])

    assert told.exit_code == 0, told.output
    assert "7 runs of 4 tasks" in told.stdout
    assert airflow.changes == []
    refused = CliRunner().invoke(app, ["backfill", "--from", "2020-01-02", "--to", "2999-01-01"])
    assert refused.exit_code == 2
    assert "2999-01-01 is not over" in refused.stderr
