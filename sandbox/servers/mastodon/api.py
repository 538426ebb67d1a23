"""Mastodon: a hashtag's timeline and single statuses.

A page is newest first, whichever way it was asked for: `min_id` takes the oldest statuses after
an id, `since_id` and `max_id` the newest.  The `Link` header leads both ways.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.record_store import RecordStore
from sandbox.servers.mastodon.faults import MastodonAnswers
from sandbox.servers.server_state import JSON, ServerState
from sandbox.servers.vendor_server import RateLimit, VendorServer
from sandbox.simulation.identities import HOSTS
from sandbox.times import Ints

_MOST = 40
_MOST_NAMED = 20


class Tag(msgspec.Struct):
    """A tag of a status."""

    name: str


class Tagged(msgspec.Struct):
    """The tags of a status; what else it has is not read."""

    tags: list[Tag] = []


class Mastodon(VendorServer):
    """The endpoints; timelines are public, a token is checked when one is shown."""

    rate_limit = RateLimit(50_000, seconds=300)
    answers = MastodonAnswers()

    def __init__(self, name: str, state: ServerState) -> None:
        super().__init__(name, state)
        self.store = state.world.stores["mastodon_statuses"]
        self._ids = np.array([int(name) for name in self.store.ids.tolist()], np.int64)
        self._tagged = _by_tag(self.store, self._ids)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/mastodon/oauth/token", self.token, methods=["POST"]),
            Route("/mastodon/api/v1/timelines/tag/{hashtag}", self.timeline),
            Route("/mastodon/api/v1/statuses", self.statuses),
            Route("/mastodon/api/v1/statuses/{status_id}", self.status),
        ]

    def connection(self, base: str) -> dict[str, Any]:  # noqa: ARG002 - has no addresses
        """Return which hashtags to follow, and the domain of accounts that carry no host."""
        return {"hashtags": self.state.world.hashtags, "domain": HOSTS[0]}

    async def token(self, request: Request) -> Response:
        """Issue a token for client credentials."""
        token = await self.issue(request)
        if token is None:
            return JSON({"error": "invalid_client"}, 401)
        return JSON({"access_token": token, "token_type": "Bearer", "scope": "read"})

    async def timeline(self, request: Request) -> Response:
        """Return a page of a hashtag's statuses as they are now."""
        refusal, headers = self._check_access(request)
        if refusal is not None:
            return refusal
        query = request.query_params
        try:
            limit = min(max(int(query.get("limit", "20")), 1), _MOST)
            low = max(int(query.get("min_id", "0")), int(query.get("since_id", "0")))
            high = int(query.get("max_id", str(np.iinfo(np.int64).max)))
        except ValueError:
            return JSON({"error": "an id and a limit are numbers"}, 422, headers)
        tagged = self._tagged.get(request.path_params["hashtag"].lower(), np.zeros(0, np.int64))
        ids, now = self._ids[tagged], self.state.now
        begin, end = np.searchsorted(ids, low, "right"), np.searchsorted(ids, high, "left")
        near = tagged[begin:end]
        seen = (self.store.visible_from[near] <= now) & (self.store.visible_until[near] > now)
        found = near[seen]
        page = (found[:limit] if "min_id" in query else found[-limit:])[::-1]
        if len(page):
            headers["Link"] = self._link(request, page, limit)
        return JSON(b"[" + self.store.join(page.tolist()) + b"]", headers=headers)

    async def status(self, request: Request) -> Response:
        """Return one status, 404 when it is deleted or not yet there."""
        refusal, headers = self._check_access(request)
        if refusal is not None:
            return refusal
        found = self.store.one(request.path_params["status_id"], self.state.now)
        if found is None:
            return JSON({"error": "Record not found"}, 404, headers)
        return JSON(found, headers=headers)

    async def statuses(self, request: Request) -> Response:
        """Return those of the named statuses that are there; up to 20 can be named (since 4.3)."""
        refusal, headers = self._check_access(request)
        if refusal is not None:
            return refusal
        named = request.query_params.getlist("id[]")
        if len(named) > _MOST_NAMED:
            return JSON({"error": "Validation failed"}, 422, headers)
        found = [self.store.one(name, self.state.now) for name in dict.fromkeys(named)]
        return JSON(b"[" + b",".join(one for one in found if one) + b"]", headers=headers)

    def _link(self, request: Request, page: Ints, limit: int) -> str:
        """Point to the older statuses (next) and to the newer ones (prev)."""
        here = str(request.url.replace(query=""))
        newest, oldest = self._ids[page[0]], self._ids[page[-1]]
        newer = f'<{here}?limit={limit}&min_id={newest}>; rel="prev"'
        if len(page) < limit:
            return newer
        return f'<{here}?limit={limit}&max_id={oldest}>; rel="next", {newer}'

    def _check_access(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        shows = "authorization" in request.headers
        if shows and not self.admits(request):
            return JSON({"error": "The access token is invalid"}, 401), {}
        use = self.count()
        ends = datetime.fromtimestamp(use.ends, UTC)
        headers = {
            "X-RateLimit-Limit": str(use.allowed),
            "X-RateLimit-Remaining": str(max(use.allowed - use.used, 0)),
            "X-RateLimit-Reset": f"{ends:%Y-%m-%dT%H:%M:%S.000000Z}",
        }
        if use.is_exceeded:
            return JSON({"error": "Too many requests"}, 429, headers), headers
        return None, headers


def _by_tag(store: RecordStore, ids: Ints) -> dict[str, Ints]:
    """Return, by tag, the positions of statuses that have it in any version, by id."""
    decode = msgspec.json.Decoder(Tagged).decode
    tags: dict[int, set[str]] = {}
    for at, status_id in enumerate(ids.tolist()):
        found = {tag.name.lower() for tag in decode(store.record(at)).tags}
        tags.setdefault(status_id, set()).update(found)
    positions: dict[str, list[int]] = {}
    for at in np.argsort(ids, kind="stable").tolist():
        for tag in tags[int(ids[at])]:
            positions.setdefault(tag, []).append(at)
    return {tag: np.array(of_tag, np.int64) for tag, of_tag in positions.items()}
