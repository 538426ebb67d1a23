"""The sandbox's servers without a socket: one exchange is one call of their application.

The clients, their paging, their tokens and the servers are the project's own; what is missing
is the network between them, and with it nearly all of the time that a night takes to pull.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from starlette.types import ASGIApp

from kindred.api import Client, ClientCredentials, Endpoint
from kindred.api.messages import HttpRequest, HttpResponse
from sandbox.app import make_app
from sandbox.render import renderers
from sandbox.scenario import Limits
from sandbox.world import World

# The port is part of the addresses that servers hand out; nothing listens there.
ORIGIN = "http://127.0.0.1:1"
# Limits go by the wall clock, and without a network a minute holds a million requests.
UNLIMITED = Limits(requests=dict.fromkeys(renderers(), 10**9))
LOGINS = {
    "salesforce": "/salesforce/services/oauth2/token",
    "genesys": "/genesys/login/oauth/token",
    "mastodon": "/mastodon/oauth/token",
}


class Vendors:
    """The three vendors of one world, as clients that land loads."""

    def __init__(self, world: World) -> None:
        self._hashtags = world.hashtags
        self._login = ("truth", secrets.token_urlsafe(16))
        self._app: ASGIApp = make_app(replace(world, limits=UNLIMITED), *self._login)

    def endpoint(self, vendor: str) -> Endpoint:
        """Return where and as whom to ask a vendor."""
        options = {"hashtags": self._hashtags, "domain": "social.example"}
        return Endpoint(f"{ORIGIN}/{vendor}", *self._login, options)

    def client(self, vendor: str, at: Endpoint | None = None) -> Client:
        """Return a client whose exchanges stay in this process.

        Args:
            at: the endpoint with options of its own; the vendor's when not given.
        """
        at = at or self.endpoint(vendor)
        auth = ClientCredentials(at, ORIGIN + LOGINS[vendor], is_basic=vendor == "genesys")
        return Client(at, auth, transport=self._exchange)

    def harm(self, **fault: Any) -> None:
        """Switch a fault on; sandbox/README.md says which there are."""
        asyncio.run(self._control("POST", msgspec.json.encode(fault)))

    def heal(self) -> None:
        """Switch all faults off."""
        asyncio.run(self._control("DELETE", None))

    async def _control(self, method: str, body: bytes | None) -> None:
        answer = await self._exchange(HttpRequest(method, f"{ORIGIN}/sandbox/faults", {}, body))
        if answer.status != 200:
            raise ValueError(f"the sandbox refused: {answer.body!r}")

    async def _exchange(self, request: HttpRequest) -> HttpResponse:
        """Make one exchange as ASGI has it: a scope, a body in, messages out."""
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body or b"", "more_body": False}

        async def send(message: Any) -> None:
            messages.append(dict(message))

        await self._app(_scope(request), receive, send)
        start, *rest = messages
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        body = b"".join(message.get("body", b"") for message in rest)
        return HttpResponse(start["status"], headers, body)


def _scope(request: HttpRequest) -> dict[str, Any]:
    url = urlsplit(request.url)
    headers = {"host": url.netloc, **request.headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 2),
        "server": (url.hostname, url.port),
    }
