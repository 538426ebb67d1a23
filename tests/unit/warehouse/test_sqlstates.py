"""What Postgres refused, in words, with our own names and no value."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest

from kindred.warehouse import sqlstates

NOWHERE = {"schema_name": None, "table_name": None, "column_name": None, "constraint_name": None}


@pytest.mark.parametrize(
    ("sqlstate", "words"),
    [
        ("22003", "22003 numeric value out of range"),
        ("22012", "22012 division by zero"),
        ("22P02", "22P02 invalid text representation"),
        ("23505", "23505 unique violation"),
        ("40001", "40001 serialization failure"),
        ("55P03", "55P03 lock not available"),
        ("XX000", "XX000 internal error"),
        ("ZZ999", "SQLSTATE ZZ999"),
    ],
)
def test_a_sqlstate_is_said_in_words(sqlstate: str, words: str) -> None:
    assert sqlstates.words(sqlstate) == words


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "23502 not null violation"),
        (
            {"schema_name": "raw", "table_name": "orders", "column_name": "amount"},
            "23502 not null violation in column amount of raw.orders",
        ),
        (
            {"table_name": "orders", "constraint_name": "orders_pkey"},
            "23502 not null violation in constraint orders_pkey of orders",
        ),
    ],
)
@pytest.mark.parametrize("name", ["sqlstate", "pgcode"], ids=["psycopg 3", "psycopg 2"])
def test_a_column_is_named_where_postgres_names_it(
    name: str, where: dict[str, str], said: str
) -> None:
    error = SimpleNamespace(**{name: "23502"}, diag=SimpleNamespace(**NOWHERE | where))
    assert sqlstates.describe(error) == said


def test_a_connection_that_is_gone_is_named_by_its_kind() -> None:
    assert sqlstates.describe(psycopg.OperationalError("secret")) == "operational error"
