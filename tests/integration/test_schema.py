"""What `kindred migrate` makes of a load whose contract has changed since."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import psycopg
import pytest

from kindred.errors import SetupError
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import schema

BEFORE = [("order_id", str), ("amount", int)]


def load(*fields: tuple[str, object]):
    row = msgspec.defstruct("Row", list(fields))
    return replace(
        LOADS["salesforce_orders"], name="changing", key=("order_id",), subject="order_id", row=row
    )


def vendor(*fields: tuple[str, object]):
    return replace(VENDORS["salesforce"], loads=(load(*fields),))


@pytest.fixture
def migrate(warehouse):
    """Bring the warehouse to a load's contract, as an upgrade does."""
    dsn = warehouse.dsn("admin")
    schema.migrate(dsn, [vendor(*BEFORE)])
    return lambda *fields: schema.migrate(dsn, [vendor(*fields)])


@pytest.fixture
def nullable(warehouse):
    """Look at which columns take nulls, in all three tables."""

    def look() -> list[tuple[str, list[str]]]:
        with psycopg.connect(warehouse.dsn("admin")) as conn:
            return conn.execute(
                "select table_schema, array_agg(column_name::text order by ordinal_position)"
                " from information_schema.columns where table_name = 'changing'"
                " and is_nullable = 'YES' group by table_schema order by table_schema"
            ).fetchall()

    return look


def everywhere(*columns: str):
    return [(place, list(columns)) for place in ("held", "landing", "raw")]


def test_a_field_that_came_is_a_column_without_a_value_for_history(migrate, nullable):
    assert nullable() == everywhere("_extra")
    migrate(*BEFORE, ("currency", str))
    assert nullable() == everywhere("_extra", "currency")


def test_a_field_that_may_be_missing_now_takes_nulls(migrate, nullable):
    migrate(BEFORE[0], ("amount", int | None))
    assert nullable() == everywhere("amount", "_extra")


def test_a_field_that_may_not_be_missing_any_more_keeps_the_nulls_of_history(migrate, nullable):
    migrate(BEFORE[0], ("amount", int | None))
    migrate(*BEFORE)
    assert nullable() == everywhere("amount", "_extra")


def test_a_field_of_another_type_is_refused_with_the_way_out(migrate, nullable):
    with pytest.raises(SetupError, match=r"amount is bigint but its contract says text; name the"):
        migrate(BEFORE[0], ("amount", str))
    assert nullable() == everywhere("_extra")
