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

from sandbox.servers.genesys.faults import GenesysAnswers
from sandbox.servers.genesys.transcript_store import TranscriptStore, name_of
from sandbox.servers.server_state import JSON, ServerState
from sandbox.servers.vendor_server import RateLimit, VendorServer
from sandbox.times import milliseconds

_WIDEST = timedelta(days=31)
_DEEPEST = 100_000  # results of one query that can be paged through


class PageRequest(msgspec.Struct, rename="camel"):
    """Which page: the first is 1."""

    page_size: int = 25
    page_number: int = 1


class ConversationQuery(msgspec.Struct, rename="camel"):
    """The body of a conversation details query."""

    interval: str
    order: Literal["asc", "desc"] = "asc"
    order_by: Literal["conversationStart"] = "conversationStart"
    paging: PageRequest = msgspec.field(default_factory=PageRequest)


class BadRequest(Exception):
    """A request that Genesys answers with 400."""


class Genesys(VendorServer):
    """The endpoints of the login and the API."""

    rate_limit = RateLimit(200_000, seconds=60)
    answers = GenesysAnswers()

    def __init__(self, name: str, state: ServerState) -> None:
        super().__init__(name, state)
        self.conversations = state.world.stores["genesys_conversations"]
        self.transcripts = state.world.stores["genesys_transcripts"]
        self.files = TranscriptStore(state, self.transcripts)

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
            *self.files.routes(),
        ]

    def connection(self, base: str) -> dict[str, Any]:
        """Return where the login is, which is a host of its own at the vendor."""
        return {"login_url": f"{base}/genesys/login"}

    async def token(self, request: Request) -> Response:
        """Issue a token for client credentials."""
        token = await self.issue(request)
        if token is None:
            described = "client not found: invalid client credentials"
            return JSON({"error": "invalid_client", "description": described}, 400)
        seconds = self.state.limits.token_seconds
        return JSON({"access_token": token, "token_type": "bearer", "expires_in": seconds})

    async def query(self, request: Request) -> Response:
        """Return a page of the conversations that started in an interval."""
        refusal, headers = self._check_access(request)
        if refusal is not None:
            return refusal
        try:
            query = msgspec.json.decode(await request.body(), type=ConversationQuery)
            start, end = _interval(query.interval)
            first = _first(query.paging)
        except (BadRequest, msgspec.DecodeError) as error:
            return _problem(400, "bad.request", str(error), headers)
        positions = self.conversations.find(start, end, self.state.now)
        if query.order == "desc":
            positions = positions[::-1]
        shown = positions[first : first + query.paging.page_size]
        tail = b'],"totalHits":%d}' % len(positions)
        body = b'{"conversations":[' + self.conversations.join(shown.tolist()) + tail
        return JSON(body, headers=headers)

    async def transcript_url(self, request: Request) -> Response:
        """Return a pre-signed address on the other origin, 404 where there is no transcript."""
        refusal, headers = self._check_access(request)
        if refusal is not None:
            return refusal
        name = name_of(request)
        if self.transcripts.one(name, self.state.now) is None:
            return _problem(404, "not.found", "no transcript for this communication", headers)
        return JSON({"url": self.files.address(name, request.url)}, headers=headers)

    def _check_access(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        if not self.admits(request):
            return _problem(401, "bad.credentials", "Invalid login credentials.", {}), {}
        use = self.count()
        left = max(int(use.ends - self.state.wall_clock() + 0.999), 1)
        headers = {
            "inin-ratelimit-count": str(use.used),
            "inin-ratelimit-allowed": str(use.allowed),
            "inin-ratelimit-reset": str(left),
        }
        if not use.is_exceeded:
            return None, headers
        message = f"Rate limit exceeded the maximum. Retry the request in [{left}] seconds"
        late = headers | {"Retry-After": str(left)}
        return _problem(429, "too.many.requests", message, late), headers


def _interval(text: str) -> tuple[int, int]:
    edges = text.split("/")
    try:
        start, end = (datetime.fromisoformat(edge) for edge in edges)
    except ValueError:
        raise BadRequest("interval is not two instants of ISO 8601 with a slash between") from None
    if start.tzinfo is None or end.tzinfo is None or start >= end:
        raise BadRequest(
            "interval needs two instants with a time zone, the first before the second"
        )
    if end - start > _WIDEST:
        raise BadRequest("interval is wider than 31 days")
    return milliseconds(start.astimezone(UTC)), milliseconds(end.astimezone(UTC))


def _first(paging: PageRequest) -> int:
    if not 1 <= paging.page_size <= 100:
        raise BadRequest("paging.pageSize is 1 to 100")
    if paging.page_number < 1 or paging.page_number * paging.page_size > _DEEPEST:
        raise BadRequest("paging.pageNumber is at least 1, and reaches 100,000 results at most")
    return (paging.page_number - 1) * paging.page_size


def _problem(status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    body: dict[str, Any] = {"message": message, "code": code, "status": status}
    return JSON(body | {"contextId": secrets.token_hex(8), "errors": []}, status, headers)
