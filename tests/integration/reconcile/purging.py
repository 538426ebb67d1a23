"""Three people at the vendors, records that are purged there, and what comparing ids has found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg

from kindred.sources import LOADS
from kindred.warehouse import reconciliations
from tests.histories.compare import read
from tests.histories.vendors import ChangingVendors

BEGINS = datetime(2026, 2, 20, 8, tzinfo=UTC)
# A record of each load that can be purged, by the name that `three_people` gives it.
PURGED = {
    "salesforce_contacts": "ann",
    "salesforce_orders": "o1",
    "salesforce_survey_responses": "s1",
    "salesforce_touchpoint_ratings": "r1",
    "salesforce_referrals": "f1",
    "mastodon_statuses": "p1",
}


def three_people() -> ChangingVendors:
    """Return vendors with a record of each of three people in every load."""
    made = ChangingVendors(BEGINS)
    for number, person in enumerate(("ann", "bob", "eve"), 1):
        made.contact(person)
        made.order(f"o{number}", by=person)
        made.survey(f"s{number}", by=person, words="Friendly people.")
        made.rating(f"r{number}", of=f"s{number}")
        made.referral(f"f{number}", by=person)
        made.call(f"c{number}", by=person)
        made.post(f"p{number}", by=person)
    return made


def purge(vendors: ChangingVendors, load: str) -> str:
    """Purge the load's record at its vendor; return its key."""
    record = vendors.records[PURGED[load]]
    vendors.purge(PURGED[load])
    return str(record.now[LOADS[load].key[0]])


def compared(conn: psycopg.Connection, load: str, run_id: str) -> reconciliations.Reconciliation:
    """Return what a run has compared of a load."""
    return next(one for one in reconciliations.of_run(conn, run_id) if one.load == load)


def in_raw(conn: psycopg.Connection, load: str, key: str) -> dict[str, Any]:
    """Return a row of raw, without what is ours."""
    return read(conn)[load][(key,)]
