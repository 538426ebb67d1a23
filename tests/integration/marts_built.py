"""What the tests of marts share: which there are, a warehouse to build them in, names and seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from kindred.building import entities
from kindred.building.estimation import estimate
from kindred.warehouse.connections import connect

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
MARTS = (
    "customer_segments",
    "segment_summary",
    "customer_attrition",
    "segment_attrition",
    "customer_advocacy",
    "segment_advocacy",
    "attrition_survival",
    "recovery",
    "omnichannel",
    "tier_moves",
    "true_north",
    "touchpoint_emotions",
    "team_empathy",
    "initiative_impact",
    "freshness",
    "customer_value",
    "attrition_risk",
    "risk_reliability",
    "touchpoint_importance",
    "motivator_value",
    "segment_consolidation",
    "customer_keys",
)
NO_TESTS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


class Marts:
    """The made-up customers' warehouse, and dbt to build it with."""

    def __init__(self, warehouse: Any, target: Path, project: Path = PROJECT) -> None:
        self.dsn, self.target, self.project = warehouse.dsn("admin"), target, project
        self.transformer = warehouse.dsn("transformer")
        parts = conninfo_to_dict(self.transformer)
        self.environment = {
            "KINDRED_TRANSFORMER_HOST": str(parts["host"]),
            "KINDRED_TRANSFORMER_PORT": str(parts["port"]),
            "KINDRED_TRANSFORMER_USER": str(parts["user"]),
            "KINDRED_TRANSFORMER_PASSWORD": str(parts["password"]),
            "KINDRED_TRANSFORMER_DATABASE": str(parts["dbname"]),
            **entities.variable(project),
        }

    def build(self, *options: str) -> None:
        """Build as a night does, with every unit and data test unless the options say otherwise."""
        self.dbt("--exclude", "source:estimated+", *options)
        with connect(self.transformer) as conn:
            assert estimate(conn, print)[1] is None
        self.dbt("--select", "source:estimated+", *options)

    def dbt(self, *options: str) -> None:
        """Run `dbt build` in this process, as a night does: starting one takes seconds."""
        from dbt.cli.main import dbtRunner

        folders = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        quiet = ["--target-path", str(self.target), "--log-level-file", "none", "--quiet"]
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("KINDRED_PRESET", raising=False)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            outcome: Any = dbtRunner().invoke(
                ["build", "--no-write-json", *options, *folders, *quiet]
            )
        wrong = [
            (one.node.name, one.message)
            for one in outcome.result or ()
            if one.status in ("error", "fail", "runtime error")
        ]
        assert outcome.success, wrong or outcome.exception

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        with psycopg.connect(self.transformer) as conn:
            return conn.execute(query).fetchall()

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every mart as sorted text."""
        return {
            mart: self.rows(f'select t::text collate "C" from build.{mart} as t order by 1')
            for mart in MARTS
        }

    def keys(self) -> dict[str, str]:
        """Return the name of each table's primary key."""
        query = (
            "select conrelid::regclass::text, conname from pg_constraint"
            " where contype = 'p' and connamespace = 'build'::regnamespace"
        )
        return {table.removeprefix("build."): name for table, name in self.rows(query)}

    def models(self) -> set[str]:
        """Return the models whose scores the customer-month marts were made with."""
        marts = ("customer_segments", "customer_advocacy", "tier_moves")
        queries = [f"select distinct text_model_version from build.{mart}" for mart in marts]
        return {row[0] for query in queries for row in self.rows(query)}

    def versions(self, mart: str) -> dict[tuple[Any, ...], Any]:
        """Return the transaction that wrote each row of a customer-month mart."""
        rows = self.rows(f"select customer_id, month, xmin::text from build.{mart}")
        return {row[:2]: row[2] for row in rows}

    def writers(self, table: str) -> dict[str, list[str]]:
        """Return the transactions that wrote each customer's rows of a kept table."""
        query = f"select customer_id, array_agg(distinct xmin::text) from build.{table} group by 1"
        return dict(self.rows(query))


def customer(number: int) -> str:
    """Return a made-up contact's customer_id: `c_` and a hash of vendor and contact id."""
    import hashlib

    return "c_" + hashlib.md5(f"salesforce:003-{number:04}".encode()).hexdigest()[:16]  # noqa: S324


def seed(name: str) -> dict[str, Any]:
    """Return the one row of a seed, numbers as numbers."""
    lines = (PROJECT / "seeds" / "presets" / "retail" / f"{name}.csv").read_text().splitlines()
    pairs = zip(lines[0].split(","), lines[1].split(","), strict=True)
    return {key: yaml.safe_load(value) for key, value in pairs}
