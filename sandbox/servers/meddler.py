"""The middleware that lets faults strike: it stands between the socket and the vendors."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.servers.faults import Fault
from sandbox.servers.harm import harm, refusal
from sandbox.servers.service import Service

_VENDORS = {"salesforce": "salesforce", "services": "salesforce"}
_DRIPS = 20
_TO_ANY_ANSWER = ("dropped", "slow_drip")


class Meddler:
    """Passes requests on untouched unless a fault wants them."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        is_ours = scope["type"] != "http" or path.startswith("/sandbox")
        fault = None if is_ours or not self.service.faults.on else self.service.faults.take(path)
        if fault is None:
            await self.app(scope, receive, send)
            return
        said = refusal(fault, path)
        if fault.kind == "unauthorized":
            first = path.split("/")[1]
            self.service.revoke(_VENDORS.get(first, first))
        if said is None:
            said = await self._listen(fault, scope, receive)
        await _answer(fault, send, *said)

    async def _listen(
        self, fault: Fault, scope: Scope, receive: Receive
    ) -> tuple[int, dict[str, str], bytes]:
        """Let the vendor answer, and harm what it said."""
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
                fault.hit -= 1  # nothing to harm in a refusal: the next good answer is struck
            return start["status"], headers, bytes(body)
        query = scope["query_string"].decode("latin-1")
        url = scope["path"] + (f"?{query}" if query else "")
        return 200, headers, harm(fault, url, headers, bytes(body))


async def _answer(
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
