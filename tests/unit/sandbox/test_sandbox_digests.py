"""A scenario's records are the same bytes whatever becomes of the code that makes them.

A change that means to change them changes the digests here.
"""

from __future__ import annotations

import hashlib

import pytest

from sandbox.record_store import RecordStore
from sandbox.world import World

DIGESTS = {
    "genesys_conversations": "de299bd5aa05cd1b",
    "genesys_transcripts": "598254215da01d7b",
    "mastodon_statuses": "bb915540486fab93",
    "salesforce_contacts": "73307f6e726d9cd9",
    "salesforce_orders": "38b4553851b8b419",
    "salesforce_referrals": "0e28328902184b30",
    "salesforce_survey_responses": "404b9d2bc1683ea5",
    "salesforce_touchpoint_ratings": "2ddb22b3ca40b185",
}


def digest(store: RecordStore) -> str:
    """Return a digest of a store's records and of when each version is shown."""
    found = hashlib.sha256(store.blob)
    for array in (store.ids, store.key, store.visible_from, store.visible_until, store.offsets):
        found.update(array.tobytes())
    return found.hexdigest()[:16]


@pytest.mark.parametrize("name", DIGESTS)
def test_the_tiny_scenarios_records_are_as_they_were(world: World, name: str) -> None:
    assert digest(world.stores[name]) == DIGESTS[name]
