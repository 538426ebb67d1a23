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

from kindred import sources
from kindred.api import Client, Endpoint
from kindred.api.messages import HttpRequest, HttpResponse
from sandbox.app import make_app
from sandbox.render import renderers
from sandbox.scenario import Limits
from sandbox.world import World

# The port is part of the addresses that servers hand out; nothing listens there.
ORIGIN = "http://127.0.0.1:1"
# Limits go by the wall clock, and without a network a minute holds a million requests.
UNLIMITED = Limits(requests=dict.fromkeys(renderers(), 10**9))


class InProcessVendors:
    """The vendors of one world, as clients that land loads.

    Args:
        options: of every endpoint, such as `patience`.
    """

    def __init__(self, world: World, **options: Any) -> None:
        self._options = options
        self._login = ("harness", secrets.token_urlsafe(16))
        self._app: ASGIApp = make_app(replace(world, limits=UNLIMITED), *self._login)
        about = asyncio.run(self._answer("GET", "/sandbox"))
        self._connections: dict[str, dict[str, Any]] = about["connections"]

    def endpoint(self, vendor: str) -> Endpoint:
        """Return where and as whom to ask a vendor."""
        return Endpoint(
            f"{ORIGIN}/{vendor}", *self._login, self._connections[vendor] | self._options
        )

    def client(self, vendor: str) -> Client:
        """Return a client whose exchanges stay in this process."""
        return sources.client(vendor, self.endpoint(vendor), self.exchange)

    def harm(self, **fault: Any) -> None:
        """Switch a fault on; sandbox/README.md says which there are."""
        asyncio.run(self._answer("POST", "/sandbox/faults", msgspec.json.encode(fault)))

    def heal(self) -> None:
        """Switch all faults off."""
        asyncio.run(self._answer("DELETE", "/sandbox/faults"))

    async def _answer(self, method: str, path: str, body: bytes | None = None) -> Any:
        """Return the document with which the sandbox's controls answer."""
        answer = await self._respond(HttpRequest(method, ORIGIN + path, {}, body))
        if answer.status != 200:
            raise ValueError(f"the sandbox refused: {answer.body!r}")
        return msgspec.json.decode(answer.body)

    async def exchange(self, request: HttpRequest) -> HttpResponse:
        """Answer a client's request."""
        return await self._respond(request)

    async def _respond(self, request: HttpRequest) -> HttpResponse:
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
