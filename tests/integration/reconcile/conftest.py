"""What the tests of comparisons begin with: three people, and a warehouse that a night filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kindred.warehouse.connections import connect
from tests.histories.nights import HistoryNights
from tests.histories.vendors import ChangingVendors
from tests.integration.reconcile.purging import three_people


@pytest.fixture
def vendors() -> ChangingVendors:
    return three_people()


@pytest.fixture
def nights(warehouse: Any, vendors: ChangingVendors) -> HistoryNights:
    """A warehouse that one night has filled."""
    nights = HistoryNights(warehouse.dsn, vendors)
    nights.night()
    return nights


@pytest.fixture
def conn(warehouse: Any) -> Iterator[psycopg.Connection]:
    with connect(warehouse.dsn("admin")) as conn:
        yield conn
