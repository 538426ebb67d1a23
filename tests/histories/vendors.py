"""Three vendors whose records change, answered by the sandbox's servers as of `now`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.truth.vendors import UNLIMITED
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
        """Return what the sandbox's servers show now; `bench.truth.vendors` has their clients."""
        clock = Clock(self.begins, LAST, self.now)
        stores = {name: self._store(name.partition("_")[2]) for name in store_names()}
        return World("history", stores, [wire.HASHTAG], UNLIMITED, clock, Path())

    def _store(self, kind: str) -> RecordStore:
        builder = RecordStoreBuilder()
        if kind in wire.SOBJECTS:
            # Never shown: a server that refuses unknown fields reads off a record which there are.
            blank = Version(LAST, LAST, dict.fromkeys(wire.NAMES[kind]))
            builder.add("blank", [(FOREVER - 1, 0, wire.encode(kind, blank))])
        for record in self.of(kind):
            name = record.now["status_id"] if kind == "statuses" else record.name
            versions = [
                (milliseconds(v.seen_from), milliseconds(v.key), wire.encode(kind, v))
                for v in record.versions
            ]
            gone = FOREVER if record.gone is None else milliseconds(record.gone)
            builder.add(name, versions, gone)
        return builder.build()
