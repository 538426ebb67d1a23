"""Batches for the tests: rows that keep their contract, landed as `land` would."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from kindred.loads import Batch, Load, Window
from kindred.warehouse import ledger, schema

START = datetime(2026, 3, 1, tzinfo=UTC)
NIGHT = Window(START, START + timedelta(days=1))
NOON = START + timedelta(hours=12)

_SALESFORCE: dict[str, Any] = {
    "is_deleted": False,
    "created_at": NOON - timedelta(days=9),
    "modified_at": NOON,
}
# A row of each load that every rule is happy with.
GOOD: dict[str, dict[str, Any]] = {
    "salesforce_contacts": {
        "contact_id": "003A", "email": "ann@example.org", "phone": "+4930123456",
        "is_email_verified": False, "has_text_consent": True,
        "customer_since": date(2025, 1, 5), **_SALESFORCE,
    },
    "salesforce_orders": {
        "order_id": "801A", "contact_id": "003A", "ordered_on": date(2026, 2, 20),
        "amount": Decimal("49.90"), "status": "Activated", "channel": "store", **_SALESFORCE,
    },
    "salesforce_survey_responses": {
        "response_id": "a0A", "contact_id": "003A", "survey_name": "relationship",
        "touchpoint": "store_visit", "submitted_at": NOON - timedelta(days=9),
        "satisfaction": 4, "effort": 2, "recommend": 9, "helps_belonging": 6,
        "verbatim": "Friendly people.", **_SALESFORCE,
    },
    "salesforce_touchpoint_ratings": {
        "rating_id": "a0C", "response_id": "a0A", "contact_id": "003A",
        "touchpoint": "store_visit", "rated_at": NOON - timedelta(days=9), "rating": 6,
        "importance": 4, **_SALESFORCE,
    },
    "salesforce_referrals": {
        "referral_id": "00QA", "referrer_contact_id": "003A", "status": "Qualified",
        "converted_on": date(2026, 2, 27), **_SALESFORCE,
    },
    "genesys_conversations": {
        "conversation_id": "c-1", "started_at": NOON, "ended_at": NOON + timedelta(minutes=8),
        "direction": "inbound", "media_type": "voice", "customer_phone": "+4930123456",
        "wait_seconds": 12.5, "handle_seconds": 300.0,
    },
    "genesys_surveys": {
        "survey_id": "s-1", "conversation_id": "c-1", "conversation_started_at": NOON,
        "status": "Finished", "completed_at": NOON + timedelta(hours=2), "total_score": 80.0,
        "promoter_score": 9,
    },
    "genesys_transcripts": {
        "conversation_id": "c-1", "communication_id": "m-1", "phrase_number": 0,
        "participant": "external", "said_at": NOON, "language": "en-US", "text": "Thank you!",
    },
    "mastodon_statuses": {
        "status_id": "1", "account": "ann@example.social", "created_at": NOON,
        "modified_at": NOON, "content": "<p>Lovely shop</p>", "language": "en",
        "hashtags": ["harborandlane"], "reblogs": 0, "favourites": 0, "replies": 0,
    },
}  # fmt: skip

_runs = itertools.count(1)


def good(load: Load, **changes: Any) -> dict[str, Any]:
    """Return a row that every rule of the load's suite is happy with, but for `changes`."""
    return GOOD[load.name] | changes


def many(load: Load, count: int, **changes: Any) -> list[dict[str, Any]]:
    """Return `count` good rows with keys of their own."""
    last = load.key[-1]
    is_number = isinstance(GOOD[load.name][last], int)
    return [
        good(load, **{last: number if is_number else f"k-{number}"}, **changes)
        for number in range(count)
    ]


def land(
    conn: psycopg.Connection,
    load: Load,
    rows: Iterable[dict[str, Any]],
    *,
    window: Window = NIGHT,
    status: str = "landed",
    run_id: str | None = None,
    extracted_at: datetime | None = None,
    quarantined: int = 0,
    extra_fields: Iterable[str] = (),
) -> Batch:
    """Open a batch, land `rows` and leave it in `status`; a row may name its `_extracted_at`."""
    batch = ledger.open_batch(conn, load.name, window, run_id or f"run-{next(_runs)}")
    written = list(rows)
    with conn.transaction():
        insert(conn, batch, load, written, extracted_at or window.end)
        ledger.record(
            conn, batch, "landed", rows_landed=len(written), rows_quarantined=quarantined,
            extra_fields=list(extra_fields),
        )  # fmt: skip
        if status == "published":
            ledger.record(conn, batch, "passed")
        if status != "landed":
            ledger.record(conn, batch, status)
    return batch


def insert(
    conn: psycopg.Connection,
    batch: Batch,
    load: Load,
    rows: Iterable[dict[str, Any]],
    extracted_at: datetime,
) -> None:
    """Write rows into landing: null or the contract's default where a row says nothing."""
    names = [column.name for column in [*schema.columns(load), *schema.META]]
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("landing", load.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
    )
    asked = {
        field.name
        for field in msgspec.structs.fields(load.row)
        if field.default is msgspec.NODEFAULT
    }
    columns = {
        column.name: column.is_nullable for column in schema.columns(load) if column.name in asked
    }
    for row in rows:
        meta = {"_extra": None, "_batch_id": batch.batch_id, "_extracted_at": extracted_at}
        silent = {name: None for name, kept in columns.items() if kept}
        struct = load.row(**silent | {k: v for k, v in row.items() if k not in meta})
        fields = {name: getattr(struct, name) for name in load.row.__struct_fields__}
        full = fields | meta | {k: v for k, v in row.items() if k in meta}
        conn.execute(statement, [_adapt(full[name]) for name in names])


def _adapt(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, list | dict) else value
