"""Suites for the tests, with a rule or two, and which of their rules block."""

from __future__ import annotations

from pathlib import Path

import yaml

NOT_NULL = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "order_id"}}


def suite_file(folder: Path, name: str, *rules: dict) -> Path:
    whole = [{"severity": "critical", "notes": "Because.", **rule} for rule in rules]
    document = {"name": name, "expectations": whole}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


def blocking(verdict) -> list[str]:
    return [finding.rule for finding in verdict.blocking]
