"""The models keep their layers, their folders and their sizes, and the graph has no holes.

In the spirit of dbt-project-evaluator. An exception has its reason beside it, and leaves the list
once it is none.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter

import pytest

from harness.model_graph import Model, documents, models, readers
from kindred.building import estimation
from kindred.scoring import text_queries

MODELS = models()
READERS = readers(MODELS)
DOCUMENTS = documents()
MOST_LINES = 100
LONGER = {
    "motivator_value": "one column for each figure that is shown or suppressed",
}
READS_A_MART = {
    "int_customer_months": "kept from build to build as marts: the rows of summaries are theirs",
}
READS_A_SOURCE = {
    "int_months_due": "what failed builds had claimed is known only from the builds themselves",
}
KEPT_PASS_THROUGH = {
    "int_currency_rates": "takes the new rates' place only once the due months are known",
    "int_identity_links": "takes the new links' place only once the due months are known",
}
PASS_THROUGH = re.compile(
    r"\s*(\{\{ config\(.*?\) \}\})?\s*(-- depends_on[^\n]*\s*)*with\s+(\w+) as \(\s*"
    r"select\s[\w\s,*]+from \{\{ ref\('\w+'\) \}\}\s*\),?\s*select \* from \3\s*",
    re.S,
)


def in_layer(layer: str) -> list[str]:
    return [name for name, model in MODELS.items() if model.layer == layer]


def built_tables(text: str) -> set[str]:
    """Return the tables of dbt that a piece of Python reads."""
    return set(re.findall(r"\bbuild\.(\w+)", text))


def sources_read(schema: str, table: str) -> list[Model]:
    return [model for model in MODELS.values() if (schema, table) in model.sources]


def test_intermediate_models_read_a_mart_only_where_the_list_says_why() -> None:
    marts = set(in_layer("marts"))
    found = {name for name in in_layer("intermediate") if marts & set(MODELS[name].refs)}
    assert found == READS_A_MART.keys()


def test_only_staging_reads_a_source_but_where_the_list_says_why() -> None:
    found = {name for name, model in MODELS.items() if model.sources and model.layer != "staging"}
    assert found == READS_A_SOURCE.keys()


def test_staging_reads_sources_and_other_staging() -> None:
    staging = set(in_layer("staging"))
    read = {
        (name, ref)
        for name in staging
        for ref in set(MODELS[name].refs) - MODELS[name].declared - staging
        if ref in MODELS
    }
    assert read == set()


def test_only_entities_read_the_staging_of_a_vendor() -> None:
    read = {
        (name, ref)
        for name in (*in_layer("intermediate"), *in_layer("marts"))
        for ref in MODELS[name].refs
        if ref in MODELS and MODELS[ref].layer == "staging" and MODELS[ref].subject != "kindred"
    }
    assert read == set()


def test_every_intermediate_model_lies_in_a_folder_of_its_subject() -> None:
    subjects = Counter(MODELS[name].subject for name in in_layer("intermediate"))
    assert "" not in subjects
    assert all("/" not in subject for subject in subjects)
    assert min(subjects.values()) > 1, "a folder of one model is no subject"


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_described_once_in_the_folder_that_it_lies_in(name: str) -> None:
    (said,) = [document for document in DOCUMENTS if document["name"] == name]
    assert said.get("description")
    if MODELS[name].layer == "intermediate":
        yml = MODELS[name].path.parent / f"{MODELS[name].subject}.yml"
        assert f"  - name: {name}\n" in yml.read_text(encoding="utf-8")


def test_a_model_is_short_but_where_the_list_says_why() -> None:
    assert {name for name, model in MODELS.items() if model.lines > MOST_LINES} == LONGER.keys()


def test_a_model_that_passes_through_what_it_reads_has_a_reason() -> None:
    intermediate = set(in_layer("intermediate"))
    found = {name for name in intermediate if PASS_THROUGH.fullmatch(MODELS[name].sql)}
    assert found == KEPT_PASS_THROUGH.keys()


def test_every_intermediate_model_is_read() -> None:
    by_python = built_tables(inspect.getsource(text_queries)) | {
        table
        for estimate in estimation.ESTIMATES.values()
        for table in built_tables(source_of(estimate))
    }
    unread = {name for name in in_layer("intermediate") if not READERS[name]}
    assert unread <= by_python


def test_a_model_names_an_input_once() -> None:
    twice = {
        (name, ref)
        for name, model in MODELS.items()
        for ref, times in Counter(model.refs).items()
        if times > 1
    }
    assert twice == set()


def source_of(estimate: estimation.Estimate) -> str:
    module = inspect.getmodule(estimate.make)
    assert module is not None
    return inspect.getsource(module)


@pytest.mark.parametrize("name", estimation.ESTIMATES)
def test_dbts_graph_shows_what_an_estimate_reads_and_writes(name: str) -> None:
    estimate = estimation.ESTIMATES[name]
    read = built_tables(source_of(estimate)) | built_tables(inspect.getsource(estimation))
    written = estimate.no_model(["2026-01-01"], "a reason")
    for table in written:
        (model,) = sources_read("estimated", table)
        assert model.declared == read, table


def test_every_estimated_table_that_dbt_reads_is_one_that_an_estimate_writes() -> None:
    written = {
        table
        for estimate in estimation.ESTIMATES.values()
        for table in estimate.no_model(["2026-01-01"], "a reason")
    }
    read = {
        table
        for model in MODELS.values()
        for schema, table in model.sources
        if schema == "estimated"
    }
    assert read == written


def test_dbts_graph_shows_what_scoring_reads() -> None:
    (model,) = sources_read("scored", "texts")
    assert model.declared == built_tables(inspect.getsource(text_queries))
