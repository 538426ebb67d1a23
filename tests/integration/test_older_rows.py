"""Rows from before addresses had one form get it with the next migration, once."""

from __future__ import annotations

from typing import Any

import psycopg

from kindred.sources import LOADS, VENDORS
from kindred.warehouse import schema
from tests.integration.landed import good, land

LOAD = LOADS["salesforce_contacts"]
WRITTEN = {
    "a": {"email": "Ann@X.example ", "phone": "+1 (555) 020-0240", "mastodon_handle": "@Ann@m.org"},
    "b": {"email": "b@x.example", "phone": "+15550200241 ext. 7", "mastodon_handle": "bob"},
    "c": {"email": None, "phone": " ", "mastodon_handle": "c@m.org"},
}


def test_rows_of_before_get_their_form_and_nothing_is_lost(warehouse: Any) -> None:
    with psycopg.connect(warehouse.dsn("admin"), autocommit=True) as conn:
        rows = [good(LOAD, contact_id=name, **fields) for name, fields in WRITTEN.items()]
        land(conn, LOAD, rows)
        conn.execute(
            "insert into raw.salesforce_contacts select * from landing.salesforce_contacts"
        )
        conn.execute("drop table ops.addresses, ops.migrations")
        schema.migrate(warehouse.dsn("admin"), VENDORS.values())
        query = (
            "select contact_id, email, phone, mastodon_handle, _extra"
            " from raw.salesforce_contacts order by 1"
        )
        kept = {"Phone": "+15550200241 ext. 7", "Mastodon_Handle__c": "bob"}
        assert conn.execute(query).fetchall() == [
            ("a", "ann@x.example", "+15550200240", "ann@m.org", None),
            ("b", "b@x.example", None, None, kept),
            ("c", None, None, "c@m.org", None),
        ]
        conn.execute("update raw.salesforce_contacts set phone = 'as it is'")
        schema.migrate(warehouse.dsn("admin"), VENDORS.values())
        phones = conn.execute("select distinct phone from raw.salesforce_contacts").fetchall()
        assert phones == [("as it is",)]
