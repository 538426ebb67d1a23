"""The vendors' Airflow connections: those of the sandbox, and those that a person made.

Only a connection with the description "sandbox" is ever changed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kindred.embedded.airflow_api import Airflow
from kindred.errors import SetupError
from kindred.sources import VENDORS

SANDBOX = "sandbox"


@dataclass(frozen=True)
class BackfillReach:
    """Whether a vendor is connected, and how many days back it reaches (None: not specified)."""

    is_connected: bool = True
    days: int | None = None


def sync_connections(airflow: Airflow, wanted: dict[str, dict[str, Any]]) -> None:
    """Create or update the sandbox's connections as `wanted`, and delete all others of it."""
    for vendor in VENDORS:
        found = airflow.find(f"/connections/{vendor}")
        if found is not None and found["description"] != SANDBOX:
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


def reach(airflow: Airflow, vendor: str) -> BackfillReach:
    """Return whether a vendor is connected, and how many days back according to its connection.

    A connection in the environment is also Airflow's, and overrides the one in its database.

    Raises:
        SetupError: The extra `reach_days` is not a number of days.
    """
    found = airflow.find(f"/connections/{vendor}")
    given = os.environ.get(f"AIRFLOW_CONN_{vendor.upper()}")
    if given is None and found is None:
        return BackfillReach(is_connected=False)
    try:
        days = _extra_of(given, found).get("reach_days")
        count = None if days is None else int(days)
    except (AttributeError, TypeError, ValueError):
        count = 0  # its value is not quoted: it may be a secret
    if count is not None and count < 1:
        raise SetupError(f"connection {vendor}: reach_days in its extra must be a number like 365")
    return BackfillReach(days=count)


def _extra_of(given: str | None, found: dict[str, Any] | None) -> Any:
    """Return a connection's extra: from the environment, as JSON or a URI, else from Airflow."""
    if given is None:
        return json.loads((found or {}).get("extra") or "{}")
    if given.lstrip().startswith("{"):
        extra = json.loads(given).get("extra") or {}
        return json.loads(extra) if isinstance(extra, str) else extra
    query = dict(parse_qsl(urlsplit(given).query))
    return json.loads(query["__extra__"]) if "__extra__" in query else query


def connection_origins(airflow: Airflow) -> dict[str, str | None]:
    """Return the origin of each vendor's connection: "sandbox", "own", or None if missing."""
    found = {vendor: airflow.find(f"/connections/{vendor}") for vendor in VENDORS}
    return {
        vendor: None if entry is None else SANDBOX if entry["description"] == SANDBOX else "own"
        for vendor, entry in found.items()
    }
