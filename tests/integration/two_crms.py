"""A project with a second and a third CRM beside the first, and their contacts in raw."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.integration.marts_built import NO_TESTS, PROJECT, Marts

CRMS = ("salesforce", "hubspot", "dynamics")
ENTITIES = ("contacts", "orders")
BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
# Contact: vendor and id.
Contact = tuple[str, str]


def project(folder: Path, rules: str | None = None) -> Path:
    """Copy the dbt project into a folder and add the staging models of two more CRMs.

    Args:
        rules: the lines of another `identity_rules.csv`, without its header.
    """
    made = shutil.copytree(PROJECT, folder / "project", ignore=shutil.ignore_patterns("target"))
    for vendor in CRMS[1:]:
        (made / "staging" / vendor).mkdir()
        declared = []
        for entity in ENTITIES:
            query = PROJECT / "staging" / "salesforce" / f"stg_salesforce_{entity}.sql"
            name = f"stg_{vendor}_{entity}"
            path = made / "staging" / vendor / f"{name}.sql"
            path.write_text(query.read_text().replace("salesforce", vendor))
            declared.append({"name": name, "config": {"meta": {"entity": entity}}})
        path = made / "staging" / vendor / f"{vendor}.yml"
        tables = [{"name": f"{vendor}_{entity}"} for entity in ENTITIES]
        raw = [{"name": "raw", "schema": "raw", "tables": tables}]
        path.write_text(yaml.safe_dump({"version": 2, "sources": raw, "models": declared}))
    if rules is not None:
        match_by(made, rules)
    return made


def match_by(project: Path, rules: str) -> None:
    """Write the lines of another `identity_rules.csv` into a copy, without its header."""
    path = project / "seeds" / "common" / "identity_rules.csv"
    path.write_text(path.read_text().splitlines()[0] + f"\n{rules}\n")


class Crms(Marts):
    """Contacts of three CRMs, and the customers that dbt makes of them."""

    def __init__(self, warehouse: Any, target: Path, project: Path) -> None:
        super().__init__(warehouse, target, project)
        with psycopg.connect(self.dsn) as conn:
            for vendor in CRMS[1:]:
                for entity in ENTITIES:
                    conn.execute(
                        f"create table raw.{vendor}_{entity}"
                        f" (like raw.salesforce_{entity} including all)"
                    )
                    conn.execute(f"grant select on raw.{vendor}_{entity} to kindred_transformer")
                    conn.execute(
                        "insert into ops.source_loads values (%s, %s, 'crm', %s, 'contact', %s)",
                        [f"{vendor}_{entity}", vendor, entity, entity != "contacts"],
                    )

    def add(self, vendor: str, contact: str, created: int = 0, **fields: Any) -> None:
        """Write a contact, over an older version of it; the addresses of before stay known.

        Args:
            created: the day, counted from the beginning.
            fields: `email` is verified unless `is_email_verified` says otherwise.
        """
        stamp = BEGINS + timedelta(days=created)
        row = {
            "contact_id": contact, "email": None, "is_email_verified": True, "phone": None,
            "mastodon_handle": None, "has_text_consent": True, "customer_since": stamp.date(),
            "master_contact_id": None, "is_deleted": False, "created_at": stamp,
            "modified_at": stamp, "_batch_id": 1, "_extracted_at": stamp, **fields,
        }  # fmt: skip
        names = ", ".join(row)
        values = ", ".join(f"%({name})s" for name in row)
        load = f"{vendor}_contacts"
        with psycopg.connect(self.dsn) as conn:
            conn.execute(f"delete from raw.{load} where contact_id = %s", [contact])
            conn.execute(f"insert into raw.{load} ({names}) values ({values})", row)
            for rule in ("email", "phone"):
                if row[rule] and (rule == "phone" or row["is_email_verified"]):
                    conn.execute(
                        "insert into ops.addresses values (%s, %s, %s, %s) on conflict do nothing",
                        [load, contact, rule, row[rule]],
                    )

    def resolve(self) -> dict[Contact, str]:
        """Build the stage of identity; return the customer of each contact."""
        self.dbt("--select", "+int_address_owners", *NO_TESTS)
        query = "select vendor, contact_id, customer_id from build.int_identities"
        return {(vendor, contact): name for vendor, contact, name in self.rows(query)}

    def groups(self) -> set[frozenset[Contact]]:
        """Build the stage of identity; return which contacts are one customer."""
        found: dict[str, set[Contact]] = {}
        for contact, customer in self.resolve().items():
            found.setdefault(customer, set()).add(contact)
        return set(map(frozenset, found.values()))
