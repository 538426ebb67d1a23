"""A connection string holds a password; no error may show it."""

import pytest

from kindred.errors import SetupError, WarehouseError
from kindred.warehouse.connections import connect

SECRET = "hunter2-of-the-warehouse"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://loader:{SECRET}@[::1/warehouse",
        f"postgresql://loader:{SECRET}@127.0.0.1:port/warehouse",
        f"user=loader password={SECRET} host",
        f"postgresql+psycopg://loader:{SECRET}@127.0.0.1/warehouse",
    ],
)
def test_a_broken_connection_string_is_named_and_never_shown(dsn):
    with pytest.raises((SetupError, WarehouseError)) as caught:
        connect(dsn)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
    assert "connection" in str(caught.value)


def test_a_server_that_does_not_answer_is_named_by_host_port_and_database():
    with pytest.raises(
        WarehouseError, match=r"loader@127\.0\.0\.1:1/warehouse: no answer"
    ) as caught:
        connect(f"postgresql://loader:{SECRET}@127.0.0.1:1/warehouse")
    assert SECRET not in str(caught.value)
