"""Mastodon: a hashtag's timeline and single statuses.

A page is newest first, whichever way it was asked for: `min_id` takes the oldest statuses after
an id, `since_id` and `max_id` the newest.  The `Link` header leads both ways.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.service import JSON, Service
from sandbox.times import Ints

_FIVE_MINUTES = 300
_MOST = 40
_MOST_NAMED = 20


class Mastodon:
    """The endpoints; timelines are public, a token is checked when one is shown."""

    def __init__(self, service: Service) -> None:
        self.service, self.shelf = service, service.world.shelves["statuses"]
        self._ids = np.array([int(name) for name in self.shelf.ids.tolist()], np.int64)
        self._tagged = {
            tag.lower(): self._by_id(1 << at) for at, tag in enumerate(service.world.hashtags)
        }

    def _by_id(self, bit: int) -> Ints:
        positions = np.flatnonzero(self.shelf.groups & bit)
        return positions[np.argsort(self._ids[positions], kind="stable")]

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/mastodon/oauth/token", self.token, methods=["POST"]),
            Route("/mastodon/api/v1/timelines/tag/{hashtag}", self.timeline),
            Route("/mastodon/api/v1/statuses", self.statuses),
            Route("/mastodon/api/v1/statuses/{status_id}", self.status),
        ]

    async def token(self, request: Request) -> Response:
        """Issue a token for client credentials."""
        token = await self.service.issue("mastodon", request)
        if token is None:
            return JSON({"error": "invalid_client"}, 401)
        return JSON({"access_token": token, "token_type": "Bearer", "scope": "read"})

    async def timeline(self, request: Request) -> Response:
        """Return a page of a hashtag's statuses as they stand."""
        refused, headers = self._refuse(request)
        if refused is not None:
            return refused
        query = request.query_params
        try:
            limit = min(max(int(query.get("limit", "20")), 1), _MOST)
            low = max(int(query.get("min_id", "0")), int(query.get("since_id", "0")))
            high = int(query.get("max_id", str(np.iinfo(np.int64).max)))
        except ValueError:
            return JSON({"error": "an id and a limit are numbers"}, 422, headers)
        tagged = self._tagged.get(request.path_params["hashtag"].lower(), np.zeros(0, np.int64))
        ids, now = self._ids[tagged], self.service.now
        begin, end = np.searchsorted(ids, low, "right"), np.searchsorted(ids, high, "left")
        near = tagged[begin:end]
        seen = (self.shelf.visible_from[near] <= now) & (self.shelf.visible_until[near] > now)
        found = near[seen]
        page = (found[:limit] if "min_id" in query else found[-limit:])[::-1]
        if len(page):
            headers["Link"] = self._link(request, page, limit)
        return JSON(b"[" + self.shelf.join(page.tolist()) + b"]", headers=headers)

    async def status(self, request: Request) -> Response:
        """Return one status, 404 when it is deleted or not yet there."""
        refused, headers = self._refuse(request)
        if refused is not None:
            return refused
        found = self.shelf.one(request.path_params["status_id"], self.service.now)
        if found is None:
            return JSON({"error": "Record not found"}, 404, headers)
        return JSON(found, headers=headers)

    async def statuses(self, request: Request) -> Response:
        """Return those of the named statuses that are there; up to 20 can be named (since 4.3)."""
        refused, headers = self._refuse(request)
        if refused is not None:
            return refused
        named = request.query_params.getlist("id[]")
        if len(named) > _MOST_NAMED:
            return JSON({"error": "Validation failed"}, 422, headers)
        found = [self.shelf.one(name, self.service.now) for name in dict.fromkeys(named)]
        return JSON(b"[" + b",".join(one for one in found if one) + b"]", headers=headers)

    def _link(self, request: Request, page: Ints, limit: int) -> str:
        """Point to the older statuses (next) and to the newer ones (prev)."""
        here = str(request.url.replace(query=""))
        newest, oldest = self._ids[page[0]], self._ids[page[-1]]
        newer = f'<{here}?limit={limit}&min_id={newest}>; rel="prev"'
        if len(page) < limit:
            return newer
        return f'<{here}?limit={limit}&max_id={oldest}>; rel="next", {newer}'

    def _refuse(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        shows = "authorization" in request.headers
        if shows and not self.service.admits("mastodon", request):
            return JSON({"error": "The access token is invalid"}, 401), {}
        used, ends = self.service.count("mastodon", _FIVE_MINUTES)
        allowed = self.service.limits.mastodon_a_5_minutes
        headers = {
            "X-RateLimit-Limit": str(allowed),
            "X-RateLimit-Remaining": str(max(allowed - used, 0)),
            "X-RateLimit-Reset": f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%dT%H:%M:%S.000000Z}",
        }
        if used > allowed:
            return JSON({"error": "Too many requests"}, 429, headers), headers
        return None, headers
