"""An entity holds the rows of every vendor that declares it, and nothing shared names a vendor."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from kindred.building import entities
from kindred.sources import LOADS
from tests.integration.marts_built import PROJECT, Marts

ENTITIES = sorted(path.stem for path in (PROJECT / "entities").glob("*.sql"))
DECLARED = [
    (entity, model) for entity, models in entities.declared(PROJECT).items() for model in models
]
OF_THE_SHOP = """
with

source as (
    select * from {{ source('raw', 'shop_orders') }}
),

renamed as (
    select
        'shop' as vendor,
        number as order_id,
        buyer as contact_id,
        total as amount,
        cast(null as text) as currency,
        'paid' as status,
        'web' as order_channel,
        cast(null as text) as order_type,
        bought_on as ordered_on
    from source
)

select * from renamed
"""
YML_OF_THE_SHOP = """
version: 2

sources:
  - name: raw
    schema: raw
    tables:
      - name: shop_orders

models:
  - name: stg_shop_orders
    config: {materialized: view, meta: {entity: orders}}
"""


class Shop:
    """A copy of the project, and a vendor that is added to it."""

    def __init__(self, warehouse: Any, folder: Path) -> None:
        self.warehouse, self.target = warehouse, folder / "target"
        ignored = shutil.ignore_patterns("target", "logs")
        self.project = shutil.copytree(PROJECT, folder / "project", ignore=ignored)
        with psycopg.connect(warehouse.dsn("admin")) as conn:
            conn.execute(
                "create table raw.shop_orders (number text, buyer text, total numeric,"
                " bought_on date)"
            )
            conn.execute("insert into raw.shop_orders values ('1', 'ann', 9.5, '2026-02-03')")
            conn.execute("grant select on raw.shop_orders to kindred_transformer")

    def open(self) -> None:
        """Add the staging model of the shop's orders, and nothing else."""
        folder = self.project / "staging" / "shop"
        folder.mkdir()
        (folder / "stg_shop_orders.sql").write_text(OF_THE_SHOP.lstrip())
        (folder / "shop.yml").write_text(YML_OF_THE_SHOP.lstrip())

    def built(self, entity: str = "orders") -> Marts:
        """Build an entity and what it is made from, in the target that is kept between nights."""
        made = Marts(self.warehouse, self.target, self.project)
        made.dbt("--write-json", "--select", f"+{entity}", "--exclude-resource-type", "unit_test")
        return made

    def parents(self, model: str) -> list[str]:
        """Return what dbt's graph says that a model is made from."""
        manifest = json.loads((self.target / "manifest.json").read_text())
        return [name.split(".")[-1] for name in manifest["parent_map"][f"model.kindred.{model}"]]


@pytest.fixture
def shop(warehouse: Any, tmp_path: Path) -> Shop:
    return Shop(warehouse, tmp_path)


def test_a_second_vendors_rows_are_in_the_entity_and_its_edge_in_the_graph(shop: Shop) -> None:
    shop.built()
    assert shop.parents("orders") == ["stg_salesforce_orders"]
    assert (shop.target / "partial_parse.msgpack").is_file()
    shop.open()
    rows = shop.built().rows("select vendor, order_id, contact_id, ordered_on from build.orders")
    assert [(*row[:3], str(row[3])) for row in rows] == [("shop", "1", "ann", "2026-02-03")]
    assert sorted(shop.parents("orders")) == ["stg_salesforce_orders", "stg_shop_orders"]


def test_a_vendor_that_goes_takes_its_rows_along(shop: Shop) -> None:
    shop.open()
    shop.built()
    shutil.rmtree(shop.project / "staging" / "shop")
    assert shop.built().rows("select * from build.orders") == []
    assert shop.parents("orders") == ["stg_salesforce_orders"]


def test_a_list_that_misses_a_vendor_is_refused(shop: Shop) -> None:
    before = entities.variable(shop.project)
    shop.open()
    made = Marts(shop.warehouse, shop.target, shop.project)
    made.environment |= before
    with pytest.raises(AssertionError, match=r"stg_shop_orders.*declare it"):
        made.dbt("--select", "+orders", "--exclude-resource-type", "unit_test")


def test_an_entity_that_no_vendor_brings_is_empty(shop: Shop) -> None:
    posts = shop.project / "staging" / "mastodon"
    (posts / "mastodon.yml").write_text((posts / "mastodon.yml").read_text().replace("posts", "x"))
    made = shop.built("posts")
    assert shop.parents("posts") == []
    assert made.rows("select * from build.posts") == []
    assert ("posted_at", "timestamp with time zone") in columns(made, "posts")


def test_orders_that_decide_the_currency_are_every_vendors(shop: Shop) -> None:
    shop.open()
    staging = shop.project / "staging" / "shop" / "stg_shop_orders.sql"
    staging.write_text(
        staging.read_text().replace("cast(null as text) as currency", "'CHF' as currency")
    )
    made = shop.built("int_currency_rates_current")
    assert made.rows("select currency from build.int_currency_rates_current") == [("CHF",)]
    assert not {"orders", "stg_shop_orders"} & set(shop.parents("int_currency_rates_current"))


@pytest.fixture(scope="module")
def built(warehouse_server: Any, parsed: Path) -> Iterator[Marts]:
    """All entities over an empty warehouse."""
    warehouse_server.empty()
    made = Marts(warehouse_server, parsed)
    made.dbt(
        "--select", *(f"+{entity}" for entity in ENTITIES), "--exclude-resource-type", "unit_test"
    )
    yield made
    warehouse_server.empty()


@pytest.mark.parametrize(("entity", "model"), DECLARED, ids=[model for _, model in DECLARED])
def test_a_staging_model_has_its_entitys_columns(built: Marts, entity: str, model: str) -> None:
    assert columns(built, model) == columns(built, entity)
    kind = built.rows(f"select relkind::text from pg_class where oid = 'build.{model}'::regclass")
    assert kind == [("v",)], "a table would copy raw each night"


def test_every_declared_entity_is_one_and_every_entity_is_declared() -> None:
    assert sorted(entities.declared(PROJECT)) == ENTITIES
    models = yaml.safe_load((PROJECT / "entities" / "entities.yml").read_text())["models"]
    assert sorted(model["name"] for model in models) == ENTITIES
    for entity in ENTITIES:
        text = (PROJECT / "entities" / f"{entity}.sql").read_text()
        assert text == f"{{{{ entity('{entity}') }}}}\n"


@pytest.mark.parametrize("vendor", sorted({load.vendor for load in LOADS.values()}))
def test_no_file_beyond_its_staging_names_a_vendor(vendor: str) -> None:
    found = [
        path.relative_to(PROJECT).as_posix()
        for path in PROJECT.rglob("*")
        if path.suffix in {".sql", ".yml", ".csv"}
        and path.parts[len(PROJECT.parts)] not in {"staging", "target", "logs"}
        and re.search(vendor, path.read_text(), re.IGNORECASE)
    ]
    assert found == []


def columns(built: Marts, table: str) -> list[tuple[str, str]]:
    """Return a table's columns with their types, by name."""
    return built.rows(
        "select column_name, data_type from information_schema.columns"
        f" where table_schema = 'build' and table_name = '{table}' order by 1"
    )
