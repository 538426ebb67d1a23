"""Mastodon: public statuses under the brand's hashtags, paged by the `Link` header.

The API lists statuses by age and knows no "changed since". An edit shows as `edited_at`, a
deletion only as 404. So every night lists the last seven days again, when nearly all edits and
deletions happen, and asks by id for each status that raw knows and the list no longer has.

Options of the connection: `hashtags` (required), `domain` (of accounts that the server lists
without one; default: the server's host), `has_snowflake_ids` (default true; false for servers
whose ids are no snowflakes: every night then pages from the newest status down).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from kindred.api import Call, Client, ClientCredentials, Endpoint, LinkHeader, NoAuth, walk
from kindred.errors import SourceGarbled
from kindred.loads import TICK, Ask, Deletions, Load, Page, Row, Text, Window
from kindred.sources.mastodon_ids import IDS_AT_ONCE, list_ids, look_up

LOOKBACK = timedelta(days=7)
PAGE_SIZE = 40  # the vendor's largest
ERASED = {"content": ""}  # a tombstone's words go, as their author wished
# What a backfill can and cannot bring, shown before one starts.
BACKFILLS = (
    "Statuses come as they stand now, as far back as the server keeps them. One that is gone is"
    " known to be deleted only if it had been pulled before."
)
# What comparing ids can and cannot find, shown with what was found.
RECONCILES = (
    "A post that is not found by its id is gone, whether its author, a moderator or the server's"
    " own pruning took it. Posts that raw never had cannot be listed."
)


class Status(Row, frozen=True, kw_only=True):
    """One public status; `account` is `user@host`, lower case; `content` is HTML."""

    status_id: str
    account: str
    created_at: datetime
    edited_at: datetime | None = None
    modified_at: datetime
    content: str
    language: str | None = None
    hashtags: list[str]
    reblogs: int = 0
    favourites: int = 0
    replies: int = 0
    is_deleted: bool = False


def connect(endpoint: Endpoint) -> Client:
    """Return a client for one server; without a client id it asks as anybody would."""
    if not endpoint.client_id:
        return Client(endpoint, NoAuth())
    return Client(endpoint, ClientCredentials(endpoint, f"{endpoint.base_url}/oauth/token"))


async def extract(ask: Ask) -> AsyncGenerator[Page, None]:
    """Yield the window's statuses of every hashtag once, then those that have gone."""
    api, window, seen = ask.api, ask.window, set[str]()
    for hashtag in api.endpoint.texts("hashtags"):
        async for found in _timeline(api, hashtag.removeprefix("#"), window):
            fresh = [s for s in found if s.get("id") not in seen]
            seen.update(s["id"] for s in fresh if isinstance(s.get("id"), str))
            yield Page("mastodon_statuses", [_status(s, api.endpoint) for s in fresh])
    known = await ask.known.during("mastodon_statuses", "created_at", window)
    for row in known:
        if row["status_id"] not in seen and not row["is_deleted"]:
            yield Page("mastodon_statuses", [await _gone(api, row)])


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
    call = Call("GET", path, label="hashtag timeline", params=params)
    async for answer in walk(api, call, LinkHeader()):
        found = answer.document
        if not isinstance(found, list) or not all(isinstance(s, dict) for s in found):
            raise SourceGarbled(f"{api.endpoint.host}: a timeline is not a list of statuses")
        moments = [_moment(s.get("created_at")) for s in found]
        # A status without a time is the contract's to refuse.
        yield [
            status
            for status, moment in zip(found, moments, strict=True)
            if moment is None or window.start <= moment < window.end
        ]
        if all(moment is not None and moment < window.start for moment in moments):
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


USED = {
    "id",
    "account",
    "created_at",
    "edited_at",
    "content",
    "language",
    "tags",
    "reblogs_count",
    "favourites_count",
    "replies_count",
}
# What a status carries besides: about other people, about looks, or null without a login.
NOISE = {
    *("in_reply_to_id", "in_reply_to_account_id", "sensitive", "spoiler_text", "visibility"),
    *("uri", "url", "reblog", "application", "media_attachments", "mentions", "emojis", "card"),
    *("poll", "favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered", "text"),
    *("quote", "quotes_count", "quote_approval", "quoted_status"),
}


def _status(found: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Flatten one status; fields that nobody named are kept for `_extra`."""
    rest = {k: v for k, v in found.items() if k not in USED and k not in NOISE}
    tags = found.get("tags") or []
    return rest | {
        "status_id": found.get("id"),
        "account": _account(found.get("account"), endpoint),
        "created_at": found.get("created_at"),
        "edited_at": found.get("edited_at"),
        "modified_at": found.get("edited_at") or found.get("created_at"),
        "content": found.get("content"),
        "language": found.get("language"),
        "hashtags": [t["name"] if isinstance(t, dict) and "name" in t else t for t in tags],
        "reblogs": found.get("reblogs_count", 0),
        "favourites": found.get("favourites_count", 0),
        "replies": found.get("replies_count", 0),
    }


def _account(found: Any, endpoint: Endpoint) -> Any:
    """Return `user@host` in lower case; the server lists its own accounts without a host."""
    name = found.get("acct") if isinstance(found, dict) else None
    if not isinstance(name, str):
        return None
    host = endpoint.text("domain", urlsplit(endpoint.base_url).hostname or "")
    return (name if "@" in name else f"{name}@{host}").lower()


async def _gone(api: Client, row: dict[str, Any]) -> dict[str, Any]:
    """Ask by id for a status that left the timeline: its new state, or its tombstone.

    The vendor gives no time of deletion, so a tombstone is one tick newer than the version it
    ends: the same whichever night finds it.
    """
    answer = await api.fetch(
        Call(
            "GET",
            f"/api/v1/statuses/{quote(row['status_id'], safe='')}",
            label="status by id",
            may_be_absent=True,
        )
    )
    if answer is not None and isinstance(answer.document, dict):
        return _status(answer.document, api.endpoint)
    kept = {k: v for k, v in row.items() if not k.startswith("_")}
    return kept | ERASED | {"modified_at": row["modified_at"] + TICK, "is_deleted": True}


LOADS: tuple[Load, ...] = (
    Load(
        name="mastodon_statuses",
        vendor="mastodon",
        row=Status,
        connect=connect,
        extract=extract,
        key=("status_id",),
        modified_at="modified_at",
        subject="account",
        happened_at="created_at",
        lookback=LOOKBACK,
        is_deleted_by_absence=True,
        deletions=Deletions(LOOKBACK, IDS_AT_ONCE, list_ids, look_up, ERASED),
        text=Text("content", is_html=True),
    ),
)
