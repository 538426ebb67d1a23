"""Genesys Cloud: conversations, the surveys inside them, and their transcripts.

One walk over the conversations feeds all three loads. Conversations are rewritten for 48 hours
and more, and a survey can be answered a week after its call, inside a conversation that carries
no modification stamp: so every night looks ten days back and the merge drops what is the same.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec

from kindred.addresses import Email, Phone
from kindred.api import (
    ApiCall,
    ApiResponse,
    Auth,
    Client,
    ClientCredentials,
    Endpoint,
    PageNumber,
    VendorErrors,
    walk,
)
from kindred.errors import SourceError, SourceMalformed
from kindred.fields import Began, Happened
from kindred.loads import ExtractRequest, Load, Page, Row, Text, Vendor, Window
from kindred.sources.genesys_documents import conversation, surveys
from kindred.sources.genesys_transcripts import Transcripts, changed
from kindred.sources.narrowing import narrowed

LOOKBACK = timedelta(days=10)
WIDEST = timedelta(days=31)  # the vendor's limits on one query
MOST_HITS = 100_000
PAGE_SIZE = 100
FEW = 5  # so many transcripts, all refused, are no longer single ones
PAGING = PageNumber("conversations")


Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Conversation(Row, frozen=True, kw_only=True):
    """One conversation; the vendor rewrites it for 48 hours and gives no modification stamp.

    What hangs on its participants has no default: a conversation always has them.
    """

    conversation_id: str
    started_at: Began
    ended_at: Happened | None = None  # left out while it goes on
    direction: str | None
    media_type: str | None
    customer_phone: Phone | None
    customer_email: Email | None
    queue_id: str | None
    wait_seconds: Seconds | None
    handle_seconds: Seconds | None


class Survey(Row, frozen=True, kw_only=True):
    """One survey inside a conversation; `total_score` 0-100, `promoter_score` 0-10.

    The vendor leaves out what an unanswered survey does not have.
    """

    survey_id: str
    conversation_id: str
    conversation_started_at: Began
    form_name: str | None = None
    status: str
    completed_at: Happened | None = None
    total_score: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    promoter_score: Annotated[int, msgspec.Meta(ge=0, le=10)] | None = None


class Phrase(Row, frozen=True, kw_only=True):
    """One phrase of a transcript; `participant` is `external` (the customer) or `internal`."""

    conversation_id: str
    communication_id: str
    phrase_number: Annotated[int, msgspec.Meta(ge=0)]
    participant: Annotated[str, msgspec.Meta(pattern="^(external|internal)$")]
    said_at: Happened
    language: str | None = None
    text: str


def auth(endpoint: Endpoint) -> Auth:
    """Return the login to a region, whose tokens come from its login host."""
    login = endpoint.text("login_url", endpoint.base_url.replace("://api.", "://login.", 1))
    return ClientCredentials(endpoint, f"{login}/oauth/token", is_basic=True)


PERMISSION = "give the client's role the permission"
# 429, `inin-ratelimit-reset: 42` (seconds)
ERRORS = VendorErrors(
    reset_headers=("inin-ratelimit-reset",),
    advice={
        "missing.any.permissions": PERMISSION,
        "missing.permissions": PERMISSION,
        "missing.division.permission": "give the client's role the division",
        "bad.credentials": "check the connection's client id, secret and region",
    },
)


async def extract(ask: ExtractRequest) -> AsyncGenerator[Page, None]:
    """Yield conversations, then their surveys and transcripts, page by page."""
    transcripts = Transcripts(ask.api) if "genesys_transcripts" in ask.loads else None
    async for answer in _conversations(ask.api, ask.window):
        listed = PAGING.listed(answer)
        found = [item for item in listed if isinstance(item, dict)]
        flat = [conversation(item) for item in found]
        strange = [item for item in listed if not isinstance(item, dict)]
        if transcripts:
            # Asked before this page is handed on: what raw knows is still the night before.
            wanted = await changed(ask, flat, Conversation, LOOKBACK)
        yield Page("genesys_conversations", flat + strange)
        yield Page("genesys_surveys", [s for c in found for s in surveys(c)])
        if transcripts:
            try:
                yield await transcripts.of(found, wanted)
            except SourceError as error:
                transcripts = None
                yield Page("genesys_transcripts", [], failure=error)
    if transcripts and (failure := transcripts.failure(FEW)):
        yield Page("genesys_transcripts", [], failure=failure)


async def _conversations(api: Client, window: Window) -> AsyncGenerator[ApiResponse, None]:
    """Walk the conversations of a window, in spans that the vendor accepts and can answer."""
    for span in window.split(WIDEST):
        async for answer in narrowed(span, partial(_span, api)):
            yield answer


async def _span(api: Client, span: Window) -> AsyncGenerator[ApiResponse, None]:
    """Walk the conversations of a span.

    POST /api/v2/analytics/conversations/details/query
    {"interval": "2026-11-01T00:00:00Z/2026-11-02T00:00:00Z", "order": "asc",
     "orderBy": "conversationStart", "paging": {"pageSize": 100, "pageNumber": 1}}

    Raises:
        SourceMalformed: there are more than the vendor pages through; a narrower span has fewer.
    """
    call = ApiCall(
        "POST",
        "/api/v2/analytics/conversations/details/query",
        label="conversations query",
        json={
            "interval": f"{_stamp(span.start)}/{_stamp(span.end)}",
            "order": "asc",
            "orderBy": "conversationStart",
            "paging": {"pageSize": PAGE_SIZE, "pageNumber": 1},
        },
    )
    async for answer in walk(api, call, PAGING):
        hits = PAGING.total(answer) or 0
        if hits > MOST_HITS:
            text = f"{api.endpoint.host}: {hits} conversations, of which {MOST_HITS} can be read"
            raise SourceMalformed(text, is_too_wide=True)
        yield answer


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _load(name: str, row: type[Row], **given: Any) -> Load:
    return Load(
        name=name,
        vendor="genesys",
        row=row,
        extract=extract,
        modified_at=None,
        subject="conversation_id",
        link="conversation",
        lookback=LOOKBACK,
        **given,
    )


LOADS: tuple[Load, ...] = (
    _load(
        "genesys_conversations",
        Conversation,
        key=("conversation_id",),
        happened_at="started_at",
        entity="conversations",
    ),
    _load(
        "genesys_surveys",
        Survey,
        key=("survey_id",),
        happened_at="conversation_started_at",
        entity="survey_responses",
    ),
    _load(
        "genesys_transcripts",
        Phrase,
        key=("conversation_id", "communication_id", "phrase_number"),
        happened_at="said_at",
        entity="conversation_phrases",
        text=Text("text", where="participant = 'external'"),
    ),
)

VENDOR = Vendor(
    name="genesys",
    source="call_center",
    auth=auth,
    errors=ERRORS,
    loads=LOADS,
    backfills=(
        "Conversations are there as long as the organisation keeps them, transcripts as long as"
        " their recordings. A day's conversations come as they stand now, with surveys answered"
        " since."
    ),
    reconciles=(
        "Nothing is compared: a conversation that is gone was purged by the organisation's"
        " retention, which is no wish of the customer's. Who is deleted in the CRM loses"
        " the link to it."
    ),
)
