"""What a vendor did not give is in the ledger, asked for again, and no reason to hold a load."""

from datetime import UTC, datetime

import pytest

from kindred.errors import SourceForbidden
from kindred.sources import genesys_transcripts
from kindred.warehouse.connections import connect
from tests.histories.nights import HistoryNights
from tests.histories.vendors import ChangingVendors

PUBLISHED = (
    "select unanswered, message from ops.loads"
    " where load = 'genesys_transcripts' and status = 'published' order by batch_id"
)


@pytest.fixture
def refused(monkeypatch) -> set[str]:
    """The conversations whose transcripts the vendor refuses."""
    names: set[str] = set()
    fetch = genesys_transcripts._transcript

    async def refusing(api, conversation, communication):
        if conversation in names:
            raise SourceForbidden("refused", status=403, code="missing.any.permissions")
        return await fetch(api, conversation, communication)

    monkeypatch.setattr(genesys_transcripts, "_transcript", refusing)
    return names


def test_a_refused_transcript_is_in_the_ledger_and_comes_when_it_is_given(
    warehouse, refused, caplog
):
    vendors = ChangingVendors(datetime(2026, 3, 1, tzinfo=UTC))
    nights = HistoryNights(warehouse.dsn, vendors)
    for name in ("given", "refused"):
        vendors.call(name, by="ann")
        vendors.transcribe(name, words="I waited for an hour.")
    refused.add("refused")
    for _ in range(4):  # beyond the two days after which a call without a transcript gets none
        nights.night(["call_center"])
    refused.clear()
    nights.night(["call_center"])
    nights.night(["call_center"])
    with connect(warehouse.dsn("loader")) as conn:
        ledger = conn.execute(PUBLISHED).fetchall()
        texts = conn.execute(
            "select distinct conversation_id from raw.genesys_transcripts order by 1"
        ).fetchall()
        quarantined = conn.execute("select count(*) from quarantine.rows").fetchone()
    named = (
        "not returned by the vendor, requested again the next night:"
        " refused (403 missing.any.permissions)"
    )
    assert ledger == [(["refused"], named)] * 4 + [([], None)] * 2
    assert texts == [("given",), ("refused",)]
    assert quarantined == (0,)
    assert f"genesys_transcripts: {named}" in caplog.messages
