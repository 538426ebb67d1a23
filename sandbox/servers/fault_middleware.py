"""The middleware that lets faults strike: it lies between the socket and the vendors."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.servers.fault_effects import corrupt, replacement
from sandbox.servers.faults import Fault
from sandbox.servers.server_state import ServerState
from sandbox.servers.vendor_server import VendorServer

_DRIPS = 20
_TO_ANY_ANSWER = ("dropped", "slow_drip")


class FaultMiddleware:
    """Passes requests on untouched unless a fault wants them."""

    def __init__(self, app: ASGIApp, state: ServerState, servers: list[VendorServer]) -> None:
        self.app, self.state = app, state
        # By the first part of a path: whose server answers it.
        self.servers = {
            route.path.split("/")[1]: server for server in servers for route in server.routes()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        server = self.servers.get(path.split("/")[1]) if scope["type"] == "http" else None
        fault = self.state.faults.take(path) if server and self.state.faults.on else None
        if server is None or fault is None:
            await self.app(scope, receive, send)
            return
        answer = replacement(fault, server.answers)
        if fault.kind == "unauthorized":
            self.state.revoke(server.name)
        if answer is None:
            answer = await self._corrupted(fault, server, scope, receive)
        await _send(fault, send, *answer)

    async def _corrupted(
        self, fault: Fault, server: VendorServer, scope: Scope, receive: Receive
    ) -> tuple[int, dict[str, str], bytes]:
        """Let the vendor answer, and corrupt the answer."""
        start: dict[str, Any] = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, collect)
        headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        if start["status"] != 200:
            if fault.kind not in _TO_ANY_ANSWER:
                fault.hit -= 1  # an error has no records: the next good answer is struck
            return start["status"], headers, bytes(body)
        query = scope["query_string"].decode("latin-1")
        url = scope["path"] + (f"?{query}" if query else "")
        return 200, headers, corrupt(fault, server.answers, url, headers, bytes(body))


async def _send(
    fault: Fault, send: Send, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Send an answer: at once, in drips, or half of it before the connection drops."""
    headers = {"content-type": "application/json"} | headers | {"content-length": str(len(body))}
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    if fault.kind == "dropped":
        half = body[: len(body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionAbortedError("a fault dropped this connection")
    if fault.kind == "slow_drip":
        step = max(len(body) // _DRIPS, 1)
        for at in range(0, len(body), step):
            piece = body[at : at + step]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(fault.seconds / _DRIPS)
        body = b""
    await send({"type": "http.response.body", "body": body})
