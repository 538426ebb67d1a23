"""The figures of `bench house` count what is there, in any checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import house


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of two DAGs, five modules, four models and a page of two words."""
    files = {
        "README.md": "# It\n\n| word | means |\n|---|---|\n| load | a pull |\n| gate | a check |\n",
        "CONTRIBUTING.md": (
            "# C\n\n## A new load\n\nIn `plugins/kindred/sources.py`:\n\n"
            "```sh expectations/new.yml\n```\n\n## A new mart\n\n`dbt_project/marts/x.sql`\n"
        ),
        "dags/ingest_crm.py": "from kindred.tasks import land\n",
        "dags/refresh_marts.py": "import kindred.tasks.build\n",
        "plugins/kindred/__init__.py": '"""Nothing but a sentence."""\n',
        "plugins/kindred/tasks/__init__.py": "",
        "plugins/kindred/tasks/land.py": "from ..sources import LOADS\nclass Row: pass\n",
        "plugins/kindred/tasks/build.py": "from kindred.cli import page\nx = 1\n",
        "plugins/kindred/sources.py": "LOADS = ['salesforce_orders']\nx = 1\nclass Row: pass\n",
        "plugins/kindred/cli/page.py": "x = 1\ny = 2\n",
        "plugins/kindred/unread/land.py": "x = 1\ny = 2\n",
        "dbt_project/staging/salesforce/stg_salesforce_orders.sql": "select 'salesforce'\n",
        "dbt_project/staging/salesforce/salesforce.yml": (
            "models:\n  - name: stg_salesforce_orders\n"
            "    config: {materialized: view, meta: {entity: orders}}\n"
        ),
        "dbt_project/entities/orders.sql": "{{ entity() }}\n",
        "dbt_project/intermediate/int_sales.sql": "select * from {{ ref('orders') }}\n",
        "dbt_project/marts/customer_segments.sql": (
            "-- depends_on: {{ ref('int_late') }}\nselect * from {{ ref('int_sales') }}\n"
        ),
        "dbt_project/intermediate/int_late.sql": "select 1\n",
        "expectations/salesforce_orders.yml": "name: salesforce_orders\n",
        "tests/test_it.py": "NAME = 'Salesforce'\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_page_s_modules_are_those_that_the_dags_import_without_the_command_line(checkout):
    assert house.python_files(checkout) == {
        "kindred.tasks.land",
        "kindred.tasks.build",
        "kindred.sources",
    }


def test_a_mart_is_made_from_what_it_reads_and_not_from_what_it_only_waits_for(checkout):
    reads = house.models(checkout)
    assert house.above(reads, "customer_segments") == {
        "customer_segments",
        "int_sales",
        "orders",
        "stg_salesforce_orders",
    }
    assert house.longest_chain(reads) == 4


def test_a_file_names_a_vendor_where_its_path_does_not(checkout):
    assert house.naming_a_vendor(checkout, house.PRODUCT) == {"plugins/kindred/sources.py"}
    assert house.naming_a_vendor(checkout, house.TESTS) == {"tests/test_it.py"}


def test_names_and_words_are_counted_once_each(checkout):
    found = house.figures(checkout)
    assert found["module names used twice"] == 1  # land
    assert found["class names used twice"] == 1  # Row
    assert found["words in the glossary"] == 2
    assert found["files that a new load's walkthrough names"] == 2
    assert found["lines of the README"] == 6


def test_a_figure_that_one_checkout_lacks_is_none_there():
    lines = [*house.table({"then": {"a": 1_000}, "now": {"b": 2}})]
    assert [line.split() for line in lines] == [
        ["then", "now"],
        ["a", "1,000", "0"],
        ["b", "0", "2"],
    ]
