"""Three vendors whose records change, answered by the sandbox's servers as of `now`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from harness.vendors import UNLIMITED
from kindred.sources import LOADS
from sandbox.clock import Clock
from sandbox.record_store import FOREVER, RecordStore, RecordStoreBuilder
from sandbox.render import store_names
from sandbox.times import milliseconds
from sandbox.world import World
from tests.histories import wire
from tests.histories.contact_center import ContactCenter
from tests.histories.crm import Crm
from tests.histories.social import Social
from tests.histories.versions import Version

LAST = datetime(2100, 1, 1, tzinfo=UTC)


class ChangingVendors(Crm, ContactCenter, Social):
    """What Salesforce, Genesys and Mastodon would answer at an instant."""

    def world(self) -> World:
        """Return what the sandbox's servers show now; `harness/vendors.py` has their clients."""
        clock = Clock(self.begins, LAST, self.now)
        stores = {name: self._store(name) for name in store_names()}
        return World("history", stores, [wire.HASHTAG], UNLIMITED, clock, Path())

    def _store(self, name: str) -> RecordStore:
        """Return a store's records; a load that the history does not know has none."""
        builder = RecordStoreBuilder()
        kind = name.partition("_")[2]
        if name not in wire.STORES:
            builder.add("blank", [(FOREVER - 1, 0, wire.blank(LOADS[name]))])
            return builder.build()
        if kind in wire.SOBJECTS:
            # Never shown: a server that refuses unknown fields reads off a record which there are.
            blank = Version(LAST, LAST, dict.fromkeys(wire.NAMES[kind]))
            builder.add("blank", [(FOREVER - 1, 0, wire.encode(kind, blank))])
        for record in self.of(kind):
            own = record.now["status_id"] if kind == "statuses" else record.name
            versions = [
                (milliseconds(v.seen_from), milliseconds(v.key), wire.encode(kind, v))
                for v in record.versions
            ]
            gone = FOREVER if record.gone is None else milliseconds(record.gone)
            builder.add(own, versions, gone)
        return builder.build()
