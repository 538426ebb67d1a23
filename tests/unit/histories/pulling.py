"""Pull what the vendors answer through the pipeline's clients and contracts, without Postgres."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from harness.vendors import InProcessVendors
from kindred.landing.contracts import Contract
from kindred.loads import Batch, ExtractRequest, Window
from kindred.sources import LOADS, VENDORS
from tests.histories.truth import KEYS, Raw
from tests.histories.vendors import ChangingVendors
from tests.vendor import gathered


class Held:
    """What a warehouse knows that holds these rows, of batches that it has forgotten."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    async def rows_where_in(
        self, load: str, columns: tuple[str, ...], column: str, values: list[str]
    ) -> list[dict[str, Any]]:
        rows = [row | {"_batch_id": 1} for row in self._raw[load].values()]
        return [{name: row[name] for name in columns} for row in rows if row[column] in values]

    async def rows_between(self, load: str, column: str, window: Window) -> list[dict[str, Any]]:
        rows = self._raw[load].values()
        return [row for row in rows if window.start <= row[column] < window.end]

    async def published_batches(self, load: str, window: Window) -> list[Batch]:  # noqa: ARG002
        return []


def pulled(
    vendors: ChangingVendors, start: datetime, end: datetime, held: Raw | None = None
) -> Raw:
    """Return the rows that a window brings, by load and key; none may break its contract."""
    known: Any = Held(held or {load: {} for load in KEYS})
    found: Raw = {load: {} for load in KEYS}
    served = InProcessVendors(vendors.world())
    for vendor in VENDORS.values():
        asked = frozenset(load.name for load in vendor.loads)
        for extract in {load.extract for load in vendor.loads}:
            ask = ExtractRequest(served.client(vendor.name), Window(start, end), known, asked)
            for page in asyncio.run(gathered(extract(ask))):
                if page.failure is not None:
                    raise page.failure
                load = LOADS[page.load]
                checked = Contract(load).validate(page.records)
                assert checked.refused == []
                names = [*load.row.__struct_fields__, "_extra"]
                for values in checked.rows:
                    row = dict(zip(names, values, strict=True))
                    found[page.load][tuple(row[name] for name in KEYS[page.load])] = row
    return found
