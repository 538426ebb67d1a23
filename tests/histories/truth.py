"""What raw holds after a clean sequence of nights: the vendors' promises, and nothing of ours.

A night that ends at an instant sees what each vendor shows until that instant, of what its window
selects: what changed, began or was posted between the night before, less a lookback, and its end.
Of the versions that nights saw, the newest stays.  A post that a night cannot find any more
becomes a tombstone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.histories.vendors import ChangingVendors
from tests.histories.versions import Record

Row = dict[str, Any]
Raw = dict[str, dict[tuple[Any, ...], Row]]  # by load, then by key

KEYS = {
    "salesforce_contacts": ("contact_id",),
    "salesforce_orders": ("order_id",),
    "salesforce_survey_responses": ("response_id",),
    "salesforce_touchpoint_ratings": ("rating_id",),
    "salesforce_referrals": ("referral_id",),
    "genesys_conversations": ("conversation_id",),
    "genesys_surveys": ("survey_id",),
    "genesys_transcripts": ("conversation_id", "communication_id", "phrase_number"),
    "mastodon_statuses": ("status_id",),
}
CRM = ("contacts", "orders", "survey_responses", "touchpoint_ratings", "referrals")
LOOKBACK = {
    **dict.fromkeys(CRM, timedelta(hours=1)),
    **dict.fromkeys(("conversations", "transcripts"), timedelta(days=10)),
    "statuses": timedelta(days=7),
}
TICK = timedelta(microseconds=1)


def after(vendors: ChangingVendors, nights: Sequence[datetime]) -> Raw:
    """Return raw's rows after nights that end at these instants, the first with all history."""
    raw: Raw = {load: {} for load in KEYS}
    for record in vendors.records.values():
        found = _last_seen(record, nights)
        for load, row in _rows(record.kind, found) if found else ():
            raw[load][tuple(row[name] for name in KEYS[load])] = row | {"_extra": None}
    return raw


def settled(vendors: ChangingVendors) -> datetime:
    """Return the instant from which on a night misses nothing that has happened.

    By then no stamp is one of the future, for which a gate would hold the night.
    """
    versions = [version for record in vendors.records.values() for version in record.versions]
    stamps = [stamp for v in versions for stamp in (v.key, v.fields.get("edited_at")) if stamp]
    return max([vendors.now, *(stamp + TICK for stamp in stamps)])


def _last_seen(record: Record, nights: Sequence[datetime]) -> Row | None:
    found: Row | None = None
    for before, end in pairwise([None, *nights]):
        assert end is not None
        since = None if before is None else before - LOOKBACK[record.kind]
        version = record.at(end)
        if version is None:
            key = record.versions[0].key
            if record.gone is not None and found and (since is None or key >= since):
                found = _tombstone(found)
        elif version.key < end and (since is None or version.key >= since):
            found = version.fields
    return found


def _tombstone(post: Row) -> Row:
    """Return what is left of a deleted post: no words, and a stamp just after its last one."""
    if post.get("is_deleted"):
        return post
    last = post["edited_at"] or post["created_at"]
    return post | {"content": "", "modified_at": last + TICK, "is_deleted": True}


def _rows(kind: str, fields: Row) -> Iterator[tuple[str, Row]]:
    """Return what one version is in raw, as load and row."""
    if kind in CRM:
        yield f"salesforce_{kind}", fields
    elif kind == "conversations":
        yield "genesys_conversations", {k: v for k, v in fields.items() if k != "surveys"}
        its = {
            "conversation_id": fields["conversation_id"],
            "conversation_started_at": fields["started_at"],
        }
        for survey in fields["surveys"]:
            yield "genesys_surveys", survey | its
    elif kind == "transcripts":
        its = {name: fields[name] for name in ("conversation_id", "communication_id")}
        for number, phrase in enumerate(fields["phrases"]):
            yield (
                "genesys_transcripts",
                its | phrase | {"phrase_number": number, "language": "en-us"},
            )
    else:
        stamp = fields["edited_at"] or fields["created_at"]
        yield "mastodon_statuses", {"modified_at": stamp, "is_deleted": False} | fields
