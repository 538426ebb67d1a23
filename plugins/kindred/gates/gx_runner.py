"""Run a suite over a query with Great Expectations, and return rules and counts only.

The results and exceptions of Great Expectations can contain customers' values and connection
strings, so none of them leaves this module: a rule is returned as passed, as failed with a number
of rows, or as "could not run".
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from kindred.gates import small_batches
from kindred.gates.gx_context import close_source, open_source, quiet
from kindred.gates.suites import SQL_RULE, Suite, title
from kindred.gates.verdicts import Finding

# Counts without lists of rows: failed rules are run a second time for the number of rows.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
BROKEN = (
    "The rule could not run, so nothing is known about the rows: compare the suite with the"
    " table's columns and types, correct it and run the gate again. The rule exists because: "
)


class SuiteRunner:
    """A context manager of Great Expectations on one connection, for all suites of a step."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._source: Any = None

    def __enter__(self) -> SuiteRunner:
        return self

    def __exit__(self, *_: object) -> None:
        close_source(self._source)

    def run(
        self, suite: Suite, query: str, rows: int, parameters: Mapping[str, Any] | None = None
    ) -> list[Finding]:
        """Return one finding per rule of `suite` over the rows of `query`.

        Args:
            rows: The number of rows of the query, for the report.
            parameters: The value of each `$PARAMETER` in the suite.
        """
        rules = copy.deepcopy(suite.document["expectations"])
        for position, rule in enumerate(rules):
            rule["meta"] = {**(rule.get("meta") or {}), "position": position}
        try:
            with quiet():
                batch = self._batch(suite.name, query)
                outcomes = _run(batch, suite.name, rules, "BOOLEAN_ONLY", parameters)
                failed = [rules[at] for at, outcome in outcomes.items() if outcome is False]
                counts = _count(batch, suite.name, failed, parameters)
        except Exception as error:  # any exception may quote rows or the connection string
            return [
                Finding(
                    f"great_expectations: {type(error).__name__}",
                    "critical",
                    False,
                    "The suite could not run at all: check that each rule's type and kwargs are"
                    f" as expectations/{suite.name}.yml needs them, then run the gate again.",
                    rows,
                )
            ]
        return [_finding(rule, rows, outcomes, counts) for rule in rules]

    def _batch(self, name: str, query: str) -> Any:
        if self._source is None:
            self._source = open_source(self._dsn)
        asset = self._source.add_query_asset(name, query=query)
        return asset.add_batch_definition_whole_table(name).get_batch()


def _run(
    batch: Any,
    name: str,
    rules: list[dict[str, Any]],
    result_format: Any,
    parameters: Mapping[str, Any] | None,
    counts: dict[int, int] | None = None,
) -> dict[int, bool | None]:
    """Return for each rule, by position, whether it passed; None if it raised an error."""
    from great_expectations import ExpectationSuite

    result = batch.validate(
        ExpectationSuite(name=name, expectations=copy.deepcopy(rules)),
        result_format=result_format,
        expectation_parameters=dict(parameters or {}),
    )
    outcomes: dict[int, bool | None] = {}
    for one in result.results:
        config = one.expectation_config
        at = config.meta["position"]
        outcomes[at] = None if _has_raised(one.exception_info or {}) else bool(one.success)
        number = one.result.get("observed_value" if config.type == SQL_RULE else "unexpected_count")
        if counts is not None and isinstance(number, int):
            counts[at] = number
    return outcomes


def _has_raised(info: Mapping[str, Any]) -> bool:
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(one.get("raised_exception") for one in info.values() if isinstance(one, dict))


def _count(
    batch: Any, name: str, rules: list[dict[str, Any]], parameters: Mapping[str, Any] | None
) -> dict[int, int]:
    counts: dict[int, int] = {}
    if rules:
        _run(batch, name, rules, COUNTS, parameters, counts)
    return counts


def _finding(
    rule: dict[str, Any], rows: int, outcomes: dict[int, bool | None], counts: dict[int, int]
) -> Finding:
    position, notes = rule["meta"]["position"], " ".join(str(rule["notes"]).split())
    outcome = outcomes.get(position)
    if outcome is None:
        return Finding(f"{title(rule)}, could not run", "critical", False, BROKEN + notes, rows)
    failed, severity = counts.get(position), rule["severity"]
    is_share = rule["meta"].get("judges") == "share" and "mostly" in rule["kwargs"]
    if is_share and failed is not None and not small_batches.can_hold(failed, rows):
        severity = "warning"
    return Finding(title(rule), severity, outcome, notes, rows, failed)
