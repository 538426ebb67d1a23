"""Walk through pages: one class a paging scheme, one loop for all of them.

A scheme only says which call comes after an answer. The loop refuses to ask the same
question twice and to take the same page twice running: a cursor that leads back would
otherwise fill the warehouse for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from kindred.api.calls import Answer, Call
from kindred.api.client import Client
from kindred.errors import SourceGarbled


class Paging(Protocol):
    """A paging scheme."""

    def after(self, answer: Answer) -> Call | None:
        """Return the call for the next page, or None at the end."""


@dataclass(frozen=True)
class NextUrl:
    """The document holds the path of the next page (Salesforce).

    {"totalSize": 3, "done": false, "nextRecordsUrl": "/services/data/v62.0/query/01g-2000",
     "records": [...]}
    """

    def after(self, answer: Answer) -> Call | None:
        """Follow `nextRecordsUrl` until `done`."""
        document = answer.document
        url, is_done = document.get("nextRecordsUrl"), document.get("done", False)
        if is_done and not url:
            return None
        if not isinstance(url, str):
            raise SourceGarbled(f"{answer.call.label}: neither done nor a next page")
        return replace(answer.call, target=_own_path(url), params={})


@dataclass(frozen=True)
class PageNumber:
    """The question holds a page number, the answer how many there are (Genesys Cloud).

    {"interval": "...", "paging": {"pageSize": 100, "pageNumber": 1}}
    {"conversations": [...], "totalHits": 250}
    """

    records: str

    def after(self, answer: Answer) -> Call | None:
        """Ask for page after page until `totalHits` are covered."""
        paging = answer.call.json["paging"]
        number, size = paging["pageNumber"], paging["pageSize"]
        total = answer.document.get("totalHits", 0)
        if not isinstance(total, int) or number * size >= total:
            return None
        if not answer.document.get(self.records):
            raise SourceGarbled(f"{answer.call.label}: page {number} is empty before the end")
        paging = {**paging, "pageNumber": number + 1}
        return replace(answer.call, json={**answer.call.json, "paging": paging})


@dataclass(frozen=True)
class LinkHeader:
    """The header names the next page (RFC 8288; Mastodon).

    Link: <https://host/api/v1/timelines/tag/x?max_id=12>; rel="next", <...>; rel="prev"
    """

    def after(self, answer: Answer) -> Call | None:
        """Follow `rel="next"` on our own host, whatever host a proxy made of it."""
        header = answer.response.headers.get("link", "")
        for url, attributes in re.findall(r"<([^<>]*)>((?:\s*;[^,<]*)*)", header):
            if re.search(r";\s*rel=\"?next\b", attributes):
                return replace(answer.call, target=_own_path(url), params={})
        return None


async def walk(client: Client, call: Call, paging: Paging) -> AsyncIterator[Answer]:
    """Yield the answers page by page.

    Raises:
        SourceGarbled: the pages lead in a circle.
    """
    asked: set[bytes] = set()
    before = b""
    following: Call | None = call
    while following is not None:
        fingerprint = following.fingerprint()
        if fingerprint in asked:
            raise _circle(client, call, len(asked))
        asked.add(fingerprint)
        answer = await client.fetch(following)
        if answer is None:
            return
        digest = hashlib.blake2b(answer.response.body, digest_size=16).digest()
        if digest == before:
            raise _circle(client, call, len(asked))
        before = digest
        yield answer
        following = paging.after(answer)


def _circle(client: Client, call: Call, pages: int) -> SourceGarbled:
    return SourceGarbled(
        f"{client.endpoint.host}: {call.label} leads in a circle after {pages} pages"
    )


def _own_path(url: str) -> str:
    """Return path and query: the next page is on the host that gave this one."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def records_of(answer: Answer, name: str) -> list[dict[str, Any]]:
    """Return the list called `name` in the answer's document.

    Raises:
        SourceGarbled: there is no such list.
    """
    document = answer.document
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise SourceGarbled(f"{answer.call.label}: the answer has no list {name}")
    return found
