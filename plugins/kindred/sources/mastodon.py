"""Mastodon: public statuses under the brand's hashtags, paged by the `Link` header.

The API lists statuses by age and knows no "changed since". An edit shows as `edited_at`, a
deletion only as 404. So every night lists the last seven days again, when nearly all edits and
deletions happen, and asks by id for each status that raw knows and the list no longer has.
A list that lacks more statuses than it shows, though they are there by id, is no answer.

Options of the connection: `hashtags` (required), `domain` (of accounts that the server lists
without one; default: the server's host), `has_snowflake_ids` (default true; false for servers
whose ids are no snowflakes: every night then pages from the newest status down).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import msgspec

from kindred import addresses
from kindred.api import (
    ApiCall,
    Auth,
    Client,
    ClientCredentials,
    Endpoint,
    LinkHeader,
    NoAuth,
    VendorErrors,
    walk,
)
from kindred.errors import SourceMalformed
from kindred.fields import Began, Happened
from kindred.loads import TICK, Deletions, ExtractRequest, Load, Page, Row, Text, Vendor, Window
from kindred.sources.mastodon_ids import IDS_AT_ONCE, list_ids, look_up

LOOKBACK = timedelta(days=7)
PAGE_SIZE = 40  # the vendor's largest
ERASED = {"content": ""}  # a tombstone's words go, as their author wished


Count = Annotated[int, msgspec.Meta(ge=0)]


class Status(Row, frozen=True, kw_only=True):
    """One public status; `account` is `user@host`, lower case; `content` is HTML.

    Servers older than 3.5 know no edits, and some of the same API no languages.
    """

    status_id: str
    account: str
    created_at: Began
    edited_at: Happened | None = None
    modified_at: Happened
    content: str
    language: str | None = None
    hashtags: list[str]
    reblogs: Count
    favourites: Count
    replies: Count
    is_deleted: bool = False


def auth(endpoint: Endpoint) -> Auth:
    """Return the login to one server; without a client id requests are anonymous."""
    if not endpoint.client_id:
        return NoAuth()
    return ClientCredentials(endpoint, f"{endpoint.base_url}/oauth/token")


async def extract(ask: ExtractRequest) -> AsyncGenerator[Page, None]:
    """Yield the window's statuses of every hashtag once, then those that have gone."""
    api, window, seen = ask.api, ask.window, set[str]()
    hashtags = [hashtag.removeprefix("#") for hashtag in api.endpoint.texts("hashtags")]
    for hashtag in hashtags:
        async for listed in _timeline(api, hashtag, window):
            fresh = [s for s in listed if s.get("id") not in seen]
            seen.update(s["id"] for s in fresh if isinstance(s.get("id"), str))
            yield Page("mastodon_statuses", [_status(s, api.endpoint) for s in fresh])
    known = await ask.known.rows_between("mastodon_statuses", "created_at", window)
    hidden = 0
    for row in known:
        if row["status_id"] not in seen and not row["is_deleted"]:
            found = await _by_id(api, row)
            hidden += found is not None and _is_listed(found, hashtags)
            if hidden > len(seen):
                raise SourceMalformed(
                    f"{api.endpoint.host}: the hashtag timelines list {len(seen)} statuses of"
                    f" {window} and lack {hidden} that are public there by id; look at the"
                    " hashtags at the server, and at the options hashtags and has_snowflake_ids"
                )
            record = _tombstone(row) if found is None else _status(found, api.endpoint)
            yield Page("mastodon_statuses", [record])


async def _timeline(
    api: Client, hashtag: str, window: Window
) -> AsyncGenerator[list[dict[str, Any]], None]:
    """Page down from the window's end until a whole page is older than its start.

    Ids are ordered by time, but a status from another server can carry an older
    `created_at` than its neighbours: one old status is no reason to stop.
    """
    params = {"limit": str(PAGE_SIZE)}
    if api.endpoint.options.get("has_snowflake_ids", True):
        params["max_id"] = str(snowflake(window.end))
    path = f"/api/v1/timelines/tag/{quote(hashtag, safe='')}"
    call = ApiCall("GET", path, label="hashtag timeline", params=params)
    async for answer in walk(api, call, LinkHeader("statuses")):
        found = answer.document
        if not all(isinstance(s, dict) for s in found):
            raise SourceMalformed(f"{api.endpoint.host}: a timeline is not a list of statuses")
        moments = [_moment(s.get("created_at")) for s in found]
        # A status without a time is the contract's to refuse.
        yield [
            status
            for status, moment in zip(found, moments, strict=True)
            if moment is None or window.start <= moment < window.end
        ]
        # A page without statuses says nothing about their age: its link, if any, is followed.
        if moments and all(moment is not None and moment < window.start for moment in moments):
            return


def snowflake(moment: datetime) -> int:
    """Return the smallest id of `moment`: milliseconds, then 16 bits of sequence."""
    return int(moment.timestamp() * 1000) << 16


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


NAMES = {
    "id": "status_id",
    "created_at": "created_at",
    "edited_at": "edited_at",
    "content": "content",
    "language": "language",
}
COUNTS = {
    "reblogs_count": "reblogs",
    "favourites_count": "favourites",
    "replies_count": "replies",
}
USED = {*NAMES, *COUNTS, "account", "tags"}
# What a status carries besides: about other people, about looks, or null without a login.
NOISE = {
    *("in_reply_to_id", "in_reply_to_account_id", "sensitive", "spoiler_text", "visibility"),
    *("uri", "url", "reblog", "application", "media_attachments", "mentions", "emojis", "card"),
    *("poll", "favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered", "text"),
    *("quote", "quotes_count", "quote_approval", "quoted_status"),
}


def _status(found: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Flatten one status; fields that nobody named are kept for `_extra`.

    A field that did not come stays missing; a count that is null is none.
    """
    flat = {ours: found[theirs] for theirs, ours in NAMES.items() if theirs in found}
    flat |= {ours: found[theirs] or 0 for theirs, ours in COUNTS.items() if theirs in found}
    if "account" in found:
        flat["account"] = _account(found["account"], endpoint)
    if "tags" in found:
        flat["hashtags"] = [_tag(tag) for tag in found["tags"] or []]
    if "created_at" in found:
        flat["modified_at"] = found.get("edited_at") or found["created_at"]
    return {k: v for k, v in found.items() if k not in USED and k not in NOISE} | flat


def _tag(found: Any) -> Any:
    return found["name"] if isinstance(found, dict) and "name" in found else found


def _account(found: Any, endpoint: Endpoint) -> Any:
    """Return `user@host` in lower case; the server lists its own accounts without a host."""
    name = found.get("acct") if isinstance(found, dict) else None
    if not isinstance(name, str):
        return None
    host = endpoint.text("domain", urlsplit(endpoint.base_url).hostname or "")
    full = name if "@" in name else f"{name}@{host}"
    return addresses.handle(full) or full.lower()


async def _by_id(api: Client, row: dict[str, Any]) -> dict[str, Any] | None:
    """Ask by id for a status that left the timeline: as it is now, None where it is gone."""
    call = ApiCall(
        "GET",
        f"/api/v1/statuses/{quote(row['status_id'], safe='')}",
        label="status by id",
        may_be_absent=True,
    )
    answer = await api.fetch(call)
    if answer is None:
        return None
    found = answer.document
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        raise SourceMalformed(f"{api.endpoint.host}: a status by id is not a status")
    return found


def _is_listed(found: dict[str, Any], hashtags: list[str]) -> bool:
    """Say whether a status belongs on the timeline of one of the hashtags: public, and tagged."""
    tags = found.get("tags")
    given = [t.get("name") for t in tags if isinstance(t, dict)] if isinstance(tags, list) else []
    names = {name.casefold() for name in given if isinstance(name, str)}
    is_tagged = not names.isdisjoint(hashtag.casefold() for hashtag in hashtags)
    return is_tagged and found.get("visibility", "public") == "public"


def _tombstone(row: dict[str, Any]) -> dict[str, Any]:
    """Return the end of a status.

    The vendor gives no time of deletion, so a tombstone is one tick newer than the version it
    ends: the same whichever night finds it.
    """
    kept = {k: v for k, v in row.items() if not k.startswith("_")}
    return kept | ERASED | {"modified_at": row["modified_at"] + TICK, "is_deleted": True}


LOADS: tuple[Load, ...] = (
    Load(
        name="mastodon_statuses",
        vendor="mastodon",
        row=Status,
        extract=extract,
        key=("status_id",),
        modified_at="modified_at",
        subject="account",
        link="account",
        entity="posts",
        happened_at="created_at",
        lookback=LOOKBACK,
        is_deleted_by_absence=True,
        deletions=Deletions(LOOKBACK, IDS_AT_ONCE, list_ids, look_up, ERASED),
        text=Text("content", is_html=True),
    ),
)

VENDOR = Vendor(
    name="mastodon",
    source="social",
    auth=auth,
    # 429, `X-RateLimit-Reset: 2026-11-02T03:05:00Z` (an instant)
    errors=VendorErrors(reset_headers=("x-ratelimit-reset",)),
    loads=LOADS,
    backfills=(
        "Statuses come as they stand now, as far back as the server keeps them. One that is gone is"
        " known to be deleted only if it had been pulled before."
    ),
    reconciles=(
        "A post that is not found by its id is gone, whether its author, a moderator or the"
        " server's own pruning took it. Posts that raw never had cannot be listed."
    ),
)
