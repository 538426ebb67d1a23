"""Suites: every load has one that is fit to gate with, and an unfit one is refused."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

import pytest
import yaml

from kindred.errors import GateError
from kindred.gates import suites, verdicts
from kindred.gates.verdicts import Finding
from kindred.sources import LOADS
from kindred.warehouse import schema

META = {column.name for column in schema.META}
FUTURE = [{"$PARAMETER": "latest"}, {"$PARAMETER": "seen_by"}]
FIT = {
    "name": "orders",
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "severity": "critical",
            "kwargs": {"column": "order_id"},
            "notes": "An order without a key is nobody's: ask the source's owner.",
        }
    ],
}


def write(folder: Path, document: object) -> Path:
    (folder / "orders.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


def rule(**changes: object) -> dict[str, object]:
    return {**FIT, "expectations": [{**FIT["expectations"][0], **changes}]}  # type: ignore[dict-item]


@pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
def test_every_load_has_a_suite_that_is_fit_to_gate_with(load):
    assert suites.read(load.name).document["expectations"]


def test_the_scores_have_a_suite_that_is_fit_to_gate_with():
    rules = suites.read("scored_texts").document["expectations"]
    titles = [suites.title(one) for one in rules]
    assert len(titles) == len(set(titles)) > 5


@pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
def test_a_suite_names_only_columns_of_its_load(load):
    columns = {column.name for column in schema.columns(load)} | META
    for one in suites.read(load.name).document["expectations"]:
        kwargs = one["kwargs"]
        named = {kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs}
        assert named <= columns


@pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
def test_a_suite_asks_whether_a_key_has_one_content(load):
    queries = [
        one["kwargs"]["unexpected_rows_query"]
        for one in suites.read(load.name).document["expectations"]
        if (one.get("meta") or {}).get("rule") == "few_versions_in_conflict"
    ]
    assert len(queries) == 1
    stamp = load.modified_at or "_extracted_at"
    grouped = re.search(r"group by ([\w, ]+)", queries[0])
    assert grouped is not None
    assert grouped.group(1) == ", ".join([*load.key, stamp])


@pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
def test_a_suite_holds_back_versions_from_the_future(load):
    bounded = [
        one["kwargs"]["column"]
        for one in suites.read(load.name).document["expectations"]
        if one["kwargs"].get("max_value") in FUTURE and one["severity"] == "critical"
    ]
    assert (load.modified_at or load.happened_at) in bounded


@pytest.mark.parametrize("name", sorted(file.stem for file in suites.FOLDER.glob("*.yml")))
def test_every_rule_says_what_it_judges_and_no_row_holds_its_load(name):
    for one in suites.read(name).document["expectations"]:
        judges = one["meta"]["judges"]
        if "mostly" in one["kwargs"]:
            assert judges == "share"
        if name in LOADS and one["severity"] == "critical":
            assert judges != "row", suites.title(one)


@pytest.mark.parametrize("load", LOADS.values(), ids=lambda load: load.name)
def test_no_two_rules_of_a_suite_share_a_title(load):
    titles = [suites.title(one) for one in suites.read(load.name).document["expectations"]]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({**FIT, "expectations": []}, "no critical rule"),
        ({"name": "orders"}, "no critical rule"),
        (rule(severity="warning"), "no critical rule"),
        (rule(severity="info"), "severity"),
        (rule(severity=None), "severity"),
        (rule(notes="  "), "notes"),
        (rule(kwargs=None), "kwargs"),
        ({**FIT, "name": "others"}, "name: orders"),
        (["not", "a", "suite"], "name: orders"),
        (
            rule(type="unexpected_rows_expectation", kwargs={"unexpected_rows_query": "{batch}"}),
            "meta: {rule",
        ),
        (
            rule(
                type="unexpected_rows_expectation",
                kwargs={"unexpected_rows_query": "select 1 where false"},
                meta={"rule": "nothing"},
            ),
            "{batch}",
        ),
    ],
)
def test_an_unfit_suite_is_refused_with_the_reason(tmp_path, document, says):
    with pytest.raises(GateError, match=re.escape(says)):
        suites.read("orders", write(tmp_path, document))


def extending(folder: Path, words: object, *, template: object = FIT) -> Path:
    (folder / "templates").mkdir()
    (folder / "templates" / "keyed.yml").write_text(yaml.safe_dump(template), encoding="utf-8")
    return write(folder, {**FIT, "extends": {"keyed": words}})


def test_a_suite_has_the_rules_of_its_template_first_with_its_own_words(tmp_path):
    kwargs = {"column": "$key", "max_value": {"$PARAMETER": "latest"}, "mostly": 0.9}
    folder = extending(tmp_path, {"key": "order_id"}, template=rule(kwargs=kwargs))
    first, second = suites.read("orders", folder).document["expectations"]
    assert first["kwargs"] == {**kwargs, "column": "order_id"}
    assert second == FIT["expectations"][0]


@pytest.mark.parametrize(
    ("words", "changes", "says"),
    [
        ({}, {"kwargs": {"column": "$key"}}, "extends keyed without the word 'key'"),
        ({"key": "a"}, {"notes": ""}, "rule 1 of what it extends needs `notes`"),
    ],
)
def test_a_template_that_is_not_filled_or_not_fit_is_refused(tmp_path, words, changes, says):
    with pytest.raises(GateError, match=re.escape(says)):
        suites.read("orders", extending(tmp_path, words, template=rule(**changes)))


def test_a_template_that_is_not_there_is_refused(tmp_path):
    folder = write(tmp_path, {**FIT, "extends": {"keyed": {}}})
    with pytest.raises(GateError, match="extends keyed, and there is no such template"):
        suites.read("orders", folder)


def test_a_missing_suite_is_refused(tmp_path):
    with pytest.raises(GateError, match=r"orders\.yml is missing"):
        suites.read("orders", tmp_path)


def test_a_suite_that_is_not_yaml_is_refused_without_quoting_it(tmp_path):
    (tmp_path / "orders.yml").write_text("name: [ann@example.org", encoding="utf-8")
    with pytest.raises(GateError, match="not YAML") as refused:
        suites.read("orders", tmp_path)
    assert "ann@example.org" not in str(refused.value)


def test_a_rule_is_titled_by_type_and_columns_but_never_by_a_value():
    titled = suites.title(
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "a", "value_set": ["x"]}}
    )
    assert titled == "expect_column_values_to_be_in_set(a)"


def test_a_gate_without_findings_holds():
    assert verdicts.decide("orders", [], batch_id=1).status == "held"


def test_a_failed_warning_is_reported_and_lets_pass():
    verdict = verdicts.decide(
        "orders", [Finding("odd(status)", "warning", False, "Add it to the seed.", 10, 2)]
    )
    assert verdict.is_passed
    assert "odd(status): failed, 2 of 10 rows" in str(verdict)
    assert "Add it to the seed." in str(verdict)


def test_a_failed_critical_rule_holds():
    findings = [Finding("a", "warning", True, "."), Finding("b", "critical", False, ".")]
    assert verdicts.decide("orders", findings).status == "held"


def test_what_blocks_is_an_error_with_the_rule_first_and_a_warning_is_none():
    findings = [
        Finding("b(amount)", "warning", False, "Look.", 9, 1),
        Finding("a(status)", "critical", False, "Fix it.", 9, 2),
    ]
    assert verdicts.decide("orders", findings, batch_id=4).lines() == [
        (logging.ERROR, "orders (batch 4) held: 2 rules, 1 blocking, 1 warnings"),
        (logging.ERROR, "a(status): failed, 2 of 9 rows"),
        (logging.ERROR, "  Fix it."),
        (logging.WARNING, "b(amount): failed, 1 of 9 rows"),
        (logging.WARNING, "  Look."),
    ]


@pytest.mark.parametrize(("meta", "limit"), [({}, 0.05), ({"gone_limit": 0.2}, 0.2)])
def test_a_suite_says_how_many_records_may_be_gone_at_once(tmp_path, meta, limit):
    document = yaml.safe_load((suites.FOLDER / "salesforce_contacts.yml").read_text())
    shutil.copytree(suites.FOLDER / "templates", tmp_path / "templates")
    (tmp_path / "salesforce_contacts.yml").write_text(yaml.safe_dump(document | {"meta": meta}))
    assert suites.read("salesforce_contacts", tmp_path).gone_limit == limit
