"""The vendors' Airflow connections: the sandbox's are ours, a person's own are theirs.

A connection is ours when its description says "sandbox"; any other is never touched.
"""

from __future__ import annotations

import json
from typing import Any

from kindred.embedded.rest import Airflow

OURS = "sandbox"
VENDORS = ("salesforce", "genesys", "mastodon")


def provide(airflow: Airflow, wanted: dict[str, dict[str, Any]]) -> None:
    """Make the sandbox's connections as `wanted`, and take away those no longer wanted."""
    for vendor in VENDORS:
        found = airflow.find(f"/connections/{vendor}")
        if found is not None and found["description"] != OURS:
            continue
        if vendor not in wanted:
            if found is not None:
                airflow.delete(f"/connections/{vendor}")
            continue
        body = {"connection_id": vendor} | wanted[vendor]
        body["extra"] = json.dumps(body["extra"]) if body["extra"] else None
        if found is None:
            airflow.post("/connections", body)
        else:
            airflow.patch(f"/connections/{vendor}", body)


def owners(airflow: Airflow) -> dict[str, str | None]:
    """Whose each vendor's connection is: "sandbox", "own", or None where there is none."""
    found = {vendor: airflow.find(f"/connections/{vendor}") for vendor in VENDORS}
    return {
        vendor: None if entry is None else OURS if entry["description"] == OURS else "own"
        for vendor, entry in found.items()
    }
