"""Mastodon's ids: which of the statuses that we know are still there.

The API lists no deletions and no ids; it answers for ids that are named. One that is not found
was deleted by its author or a moderator, or pruned by a server that keeps others' statuses for a
while only: all three mean that the words are not public any more where we read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from kindred.api import ApiCall, Client
from kindred.errors import SourceMalformed
from kindred.loads import IdRange, Listing

IDS_AT_ONCE = 20  # the vendor's limit on one request


async def list_ids(api: Client, asked: IdRange) -> Listing:
    """Return which of the ids are found by one request; none on a server before 4.3.

    GET /api/v1/statuses?id[]=1&id[]=2 -> [{"id": "1", ...}]
    """
    if not asked.ids:
        return Listing({})
    query = urlencode([("id[]", status_id) for status_id in asked.ids])
    call = ApiCall("GET", f"/api/v1/statuses?{query}", label="statuses by id", may_be_absent=True)
    answer = await api.fetch(call)
    if answer is None:
        return Listing({})
    found = answer.document
    if not isinstance(found, list) or not all(_is_status(status) for status in found):
        raise SourceMalformed(f"{api.endpoint.host}: statuses by id are not a list of statuses")
    return Listing({status["id"]: None for status in found})


async def look_up(api: Client, ids: Sequence[str]) -> dict[str, datetime | None]:
    """Return those that are found one by one.

    Raises:
        SourceMalformed: an answer is no status, which says nothing about its deletion.
    """
    found: dict[str, datetime | None] = {}
    for status_id in ids:
        path = f"/api/v1/statuses/{quote(status_id, safe='')}"
        answer = await api.fetch(ApiCall("GET", path, label="status by id", may_be_absent=True))
        if answer is None:
            continue
        if not _is_status(answer.document):
            raise SourceMalformed(f"{api.endpoint.host}: a status by id is not a status")
        found[status_id] = None
    return found


def _is_status(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("id"), str)
