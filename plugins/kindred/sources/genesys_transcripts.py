"""Genesys Cloud's transcripts: which have to be asked for, and the asking.

A transcript costs two requests, and the vendor grants 300 a minute: a night that looks ten days
back must not fetch ten days of transcripts again. One that is refused is one item: it is named,
the others land, and following nights ask for it again as long as they look back at its call.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from kindred.api import ApiCall, Client
from kindred.errors import SourceError, SourceMalformed, SourceUnavailable
from kindred.loads import ExtractRequest, Page, Row
from kindred.sources.genesys_documents import phrases, sessions

TRANSCRIPTS_AT_ONCE = 8
# A conversation that has no transcript by then gets none: it is not asked for every night.
TRANSCRIBED_WITHIN = timedelta(days=2)
# Accepted, no content, conflict: the vendor still writes it. Each of many may be so.
NOT_YET = frozenset({202, 204, 409})
# So many refusals and not one answer: it is the permission, and the rest need not be asked for.
MANY = 50
# A server error is an item's own as long as so few have one and others are answered.
MOST_BROKEN = 5


@dataclass(frozen=True)
class Wanted:
    """The conversations whose transcripts have to be asked for; `again`: refused before."""

    ids: frozenset[str]
    again: frozenset[str]


async def changed(
    ask: ExtractRequest, flat: list[dict[str, Any]], row: type[Row], lookback: timedelta
) -> Wanted:
    """Return the conversations whose transcripts have to be asked for.

    All but those that raw holds just as they are, and of which a published batch asked since raw
    has them so: it brought a transcript, or there was none though they had settled. A batch that
    was refused a transcript has not asked for it. A backfill's window has no lookback: a person
    wants what raw lacks, so it asks for what none was found for.
    """
    is_backfill = ask.window.start + lookback >= ask.window.end
    ids = [c["conversation_id"] for c in flat if _is_id(c.get("conversation_id"))]
    fields = row.__struct_fields__
    held = await ask.known.rows_where_in(
        "genesys_conversations", (*fields, "_batch_id"), "conversation_id", ids
    )
    told = await ask.known.rows_where_in(
        "genesys_transcripts", ("conversation_id",), "conversation_id", ids
    )
    heard = {phrase["conversation_id"] for phrase in told}
    came = await ask.known.published_batches("genesys_conversations", ask.window)
    asked = await ask.known.published_batches("genesys_transcripts", ask.window)
    attempts = {batch.batch_id: batch.attempt for batch in came}

    def is_known(old: dict[str, Any]) -> bool:
        began, attempt = old["started_at"], attempts.get(old["_batch_id"])
        ends = [
            batch.window.end
            for batch in asked
            if attempt is not None and batch.attempt > attempt
            if batch.window.start <= began < batch.window.end
            if old["conversation_id"] not in batch.unanswered
        ]
        if old["conversation_id"] in heard:
            return bool(ends)
        return not is_backfill and any(began < end - TRANSCRIBED_WITHIN for end in ends)

    known = {
        old["conversation_id"]: tuple(old[field] for field in fields)
        for old in held
        if is_known(old)
    }
    wanted = {c.get("conversation_id") for c in flat if _is_changed(c, row, known)}
    refused = frozenset[str]().union(*(batch.unanswered for batch in asked))
    return Wanted(frozenset(ids) & wanted, refused)


def _is_id(value: Any) -> bool:
    """Say whether a value can be asked for; what cannot is the contract's to judge."""
    return isinstance(value, str) and re.fullmatch(r"[\w.-]{1,100}", value) is not None


def _is_changed(flat: dict[str, Any], row: type[Row], known: dict[str, tuple[Any, ...]]) -> bool:
    try:
        now = msgspec.convert(flat, row)
    except msgspec.ValidationError:
        return True
    return known.get(flat["conversation_id"]) != msgspec.structs.astuple(now)


@dataclass
class Transcripts:
    """One extraction's asking for transcripts: what was answered, and what was not."""

    api: Client
    _is_answered: bool = False
    _refusals: list[SourceError] = field(default_factory=list)  # of those asked the first time
    _broken: int = 0

    async def of(self, found: list[dict[str, Any]], wanted: Wanted) -> Page:
        """Fetch the transcripts of the wanted conversations, some at once.

        Raises:
            SourceError: the vendor is down, or refuses all of many.
        """
        gate = asyncio.Semaphore(TRANSCRIPTS_AT_ONCE)

        async def one(conversation: str, communication: str) -> list[dict[str, Any]]:
            async with gate:
                return await _transcript(self.api, conversation, communication)

        names = [
            (conversation["conversationId"], session["sessionId"])
            for conversation in found
            if conversation.get("conversationId") in wanted.ids
            for is_customer, session in sessions(conversation)
            if is_customer and _is_id(session.get("sessionId"))
        ]
        # With return_exceptions nobody is left asking when one has failed.
        answers = await asyncio.gather(*(one(*name) for name in names), return_exceptions=True)
        self._is_answered |= any(isinstance(answer, list) for answer in answers)
        said: list[dict[str, Any]] = []
        unanswered: dict[str, str] = {}
        for (conversation, _), answer in zip(names, answers, strict=True):
            if isinstance(answer, SourceError):
                self._judge(answer, is_first=conversation not in wanted.again)
                unanswered[conversation] = _reason(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                said += answer
        if failure := self.failure(MANY):
            raise failure
        return Page("genesys_transcripts", said, unanswered=unanswered)

    def failure(self, many: int) -> SourceError | None:
        """Return the error of them all, where none is answered and so many are refused."""
        is_general = not self._is_answered and len(self._refusals) >= many
        return self._refusals[0] if is_general else None

    def _judge(self, error: SourceError, *, is_first: bool) -> None:
        """Count a refusal; pass on that the vendor is down, or that it knows us no longer."""
        if error.status == 401:
            raise error
        if isinstance(error, SourceUnavailable):
            self._broken += 1
            is_single = error.status is not None and error.status >= 500
            if not (is_single and self._is_answered and self._broken <= MOST_BROKEN):
                raise error
        elif is_first and error.status not in NOT_YET:
            self._refusals.append(error)


def _reason(error: SourceError) -> str:
    """Return status and code of a refusal; what has none could not be read."""
    if error.status is None:
        return "unreadable"
    return f"{error.status} {error.code}" if error.code else str(error.status)


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
    found = await api.fetch(ApiCall("GET", path, label="transcript address", may_be_absent=True))
    if found is None:
        return []
    url = found.document.get("url") if isinstance(found.document, dict) else None
    name = {"conversation_id": conversation, "communication_id": communication}
    if not isinstance(url, str):
        raise SourceMalformed(f"{api.endpoint.host}: a transcript's address has no url")
    call = ApiCall("GET", url, label="transcript", is_authorized=False)
    answer = await api.fetch(call)
    document = answer.document if answer else None
    if not isinstance(document, dict) or not isinstance(document.get("transcripts"), list):
        raise SourceMalformed(f"{api.endpoint.host}: a transcript has no list transcripts")
    return phrases(document, name)
