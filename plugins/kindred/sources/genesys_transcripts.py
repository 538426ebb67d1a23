"""Genesys Cloud's transcripts: which have to be asked for, and the asking.

A transcript costs two requests, and the vendor grants 300 a minute: a night that looks ten days
back must not fetch ten days of transcripts again.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from kindred.api import Call, Client
from kindred.errors import SourceGarbled
from kindred.loads import Ask, Row
from kindred.sources.genesys_documents import phrases, sessions

TRANSCRIPTS_AT_ONCE = 8
# A conversation that has no transcript by then gets none: it is not asked for every night.
TRANSCRIBED_WITHIN = timedelta(days=2)


async def changed(
    ask: Ask, flat: list[dict[str, Any]], row: type[Row], lookback: timedelta
) -> set[str]:
    """Return the conversations whose transcripts have to be asked for.

    All but those that raw holds just as they are, and of which a published batch asked since raw
    has them so: it brought a transcript, or there was none though they had settled. A backfill's
    window has no lookback: a person wants what raw lacks, so it asks for what none was found for.
    """
    is_backfill = ask.window.start + lookback >= ask.window.end
    ids = [c["conversation_id"] for c in flat if _is_id(c.get("conversation_id"))]
    fields = row.__struct_fields__
    held = await ask.known.among(
        "genesys_conversations", (*fields, "_batch_id"), "conversation_id", ids
    )
    told = await ask.known.among(
        "genesys_transcripts", ("conversation_id",), "conversation_id", ids
    )
    heard = {phrase["conversation_id"] for phrase in told}
    came = await ask.known.asked("genesys_conversations", ask.window)
    asked = await ask.known.asked("genesys_transcripts", ask.window)
    attempts = {batch.batch_id: batch.attempt for batch in came}

    def is_known(old: dict[str, Any]) -> bool:
        began, attempt = old["started_at"], attempts.get(old["_batch_id"])
        ends = [
            batch.window.end
            for batch in asked
            if attempt is not None and batch.attempt > attempt
            if batch.window.start <= began < batch.window.end
        ]
        if old["conversation_id"] in heard:
            return bool(ends)
        return not is_backfill and any(began < end - TRANSCRIBED_WITHIN for end in ends)

    known = {
        old["conversation_id"]: tuple(old[field] for field in fields)
        for old in held
        if is_known(old)
    }
    return {c["conversation_id"] for c in flat if _is_changed(c, row, known)} & set(ids)


def _is_id(value: Any) -> bool:
    """Say whether a value can be asked for; what cannot is the contract's to judge."""
    return isinstance(value, str) and re.fullmatch(r"[\w.-]{1,100}", value) is not None


def _is_changed(flat: dict[str, Any], row: type[Row], known: dict[str, tuple[Any, ...]]) -> bool:
    try:
        now = msgspec.convert(flat, row)
    except msgspec.ValidationError:
        return True
    return known.get(flat["conversation_id"]) != msgspec.structs.astuple(now)


async def transcripts(
    api: Client, found: list[dict[str, Any]], wanted: set[str]
) -> list[dict[str, Any]]:
    """Fetch the transcripts of the changed conversations, some at once."""
    gate = asyncio.Semaphore(TRANSCRIPTS_AT_ONCE)

    async def one(conversation: str, communication: str) -> list[dict[str, Any]]:
        async with gate:
            return await _transcript(api, conversation, communication)

    asking = [
        one(conversation["conversationId"], session["sessionId"])
        for conversation in found
        if conversation.get("conversationId") in wanted
        for is_customer, session in sessions(conversation)
        if is_customer and _is_id(session.get("sessionId"))
    ]
    # With return_exceptions nobody is left asking when one has failed.
    said: list[dict[str, Any]] = []
    for answer in await asyncio.gather(*asking, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        said += answer
    return said


async def _transcript(api: Client, conversation: str, communication: str) -> list[dict[str, Any]]:
    """Fetch one transcript: its pre-signed address, then the document, on another host.

    GET .../conversations/{c}/communications/{m}/transcripturl -> {"url": "https://..."}
    {"transcripts": [{"language": "en-us", "phrases": [
        {"text": "...", "startTimeMs": 1762000000000, "participantPurpose": "external"}]}]}
    """
    path = (
        f"/api/v2/speechandtextanalytics/conversations/{quote(conversation, safe='')}"
        f"/communications/{quote(communication, safe='')}/transcripturl"
    )
    found = await api.fetch(Call("GET", path, label="transcript address", may_be_absent=True))
    if found is None:
        return []
    url = found.document.get("url") if isinstance(found.document, dict) else None
    name = {"conversation_id": conversation, "communication_id": communication}
    if not isinstance(url, str):
        raise SourceGarbled(f"{api.endpoint.host}: a transcript's address has no url")
    call = Call("GET", url, label="transcript", is_authorized=False, may_be_absent=True)
    try:
        answer = await api.fetch(call)
    except SourceGarbled:
        return [name]  # not a phrase by the contract: quarantine says which transcript it was
    return [] if answer is None else phrases(answer.document, name)
