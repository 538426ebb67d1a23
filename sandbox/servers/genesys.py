"""Genesys Cloud: a token, conversations by interval and page, where a transcript is to be found.

The limits of one query are the vendor's: 31 days, 100 to a page, 100,000 results.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers.service import JSON, Service
from sandbox.servers.transcript_store import TranscriptStore, name_of
from sandbox.times import milliseconds

_WIDEST = timedelta(days=31)
_DEEPEST = 100_000  # results of one query that can be paged through
_MINUTE = 60


class Paging(msgspec.Struct, rename="camel"):
    """Which page: the first is 1."""

    page_size: int = 25
    page_number: int = 1


class Question(msgspec.Struct, rename="camel"):
    """The body of a conversation details query."""

    interval: str
    order: Literal["asc", "desc"] = "asc"
    order_by: Literal["conversationStart"] = "conversationStart"
    paging: Paging = msgspec.field(default_factory=Paging)


class Refused(Exception):
    """A request that Genesys answers with 400."""


class Genesys:
    """The endpoints of the login and the API."""

    def __init__(self, service: Service) -> None:
        self.service, self.store = service, TranscriptStore(service)

    def routes(self) -> list[Route]:
        """Return the routes."""
        api = "/genesys/api/v2"
        query = f"{api}/analytics/conversations/details/query"
        address = (
            f"{api}/speechandtextanalytics/conversations/{{conversation}}"
            "/communications/{communication}/transcripturl"
        )
        return [
            Route("/genesys/login/oauth/token", self.token, methods=["POST"]),
            Route(query, self.query, methods=["POST"]),
            Route(address, self.transcript_url),
            *self.store.routes(),
        ]

    async def token(self, request: Request) -> Response:
        """Issue a token for client credentials."""
        token = await self.service.issue("genesys", request)
        if token is None:
            described = "client not found: invalid client credentials"
            return JSON({"error": "invalid_client", "description": described}, 400)
        seconds = self.service.limits.token_seconds
        return JSON({"access_token": token, "token_type": "bearer", "expires_in": seconds})

    async def query(self, request: Request) -> Response:
        """Return a page of the conversations that started in an interval."""
        refused, headers = self._refuse(request)
        if refused is not None:
            return refused
        try:
            question = msgspec.json.decode(await request.body(), type=Question)
            start, end = _interval(question.interval)
            first = _first(question.paging)
        except (Refused, msgspec.DecodeError) as error:
            return _problem(400, "bad.request", str(error), headers)
        shelf = self.service.world.shelves["conversations"]
        positions = shelf.find(start, end, self.service.now)
        if question.order == "desc":
            positions = positions[::-1]
        shown = positions[first : first + question.paging.page_size]
        tail = b'],"totalHits":%d}' % len(positions)
        return JSON(b'{"conversations":[' + shelf.join(shown.tolist()) + tail, headers=headers)

    async def transcript_url(self, request: Request) -> Response:
        """Return a pre-signed address on the other origin, 404 where there is no transcript."""
        refused, headers = self._refuse(request)
        if refused is not None:
            return refused
        name = name_of(request)
        if self.service.world.shelves["transcripts"].one(name, self.service.now) is None:
            return _problem(404, "not.found", "no transcript for this communication", headers)
        return JSON({"url": self.store.address(name, request.url)}, headers=headers)

    def _refuse(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        if not self.service.admits("genesys", request):
            return _problem(401, "bad.credentials", "Invalid login credentials.", {}), {}
        used, ends = self.service.count("genesys", _MINUTE)
        allowed = self.service.limits.genesys_a_minute
        left = max(int(ends - self.service.wall_clock() + 0.999), 1)
        headers = {
            "inin-ratelimit-count": str(used),
            "inin-ratelimit-allowed": str(allowed),
            "inin-ratelimit-reset": str(left),
        }
        if used <= allowed:
            return None, headers
        message = f"Rate limit exceeded the maximum. Retry the request in [{left}] seconds"
        late = headers | {"Retry-After": str(left)}
        return _problem(429, "too.many.requests", message, late), headers


def _interval(text: str) -> tuple[int, int]:
    edges = text.split("/")
    try:
        start, end = (datetime.fromisoformat(edge) for edge in edges)
    except ValueError:
        raise Refused("interval is not two instants of ISO 8601 with a slash between") from None
    if start.tzinfo is None or end.tzinfo is None or start >= end:
        raise Refused("interval needs two instants with a time zone, the first before the second")
    if end - start > _WIDEST:
        raise Refused("interval is wider than 31 days")
    return milliseconds(start.astimezone(UTC)), milliseconds(end.astimezone(UTC))


def _first(paging: Paging) -> int:
    if not 1 <= paging.page_size <= 100:
        raise Refused("paging.pageSize is 1 to 100")
    if paging.page_number < 1 or paging.page_number * paging.page_size > _DEEPEST:
        raise Refused("paging.pageNumber is at least 1, and reaches 100,000 results at most")
    return (paging.page_number - 1) * paging.page_size


def _problem(status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    body: dict[str, Any] = {"message": message, "code": code, "status": status}
    return JSON(body | {"contextId": secrets.token_hex(8), "errors": []}, status, headers)
