"""Where transcripts lie: another origin, opened by a pre-signed address and by nothing else.

It is the same server under its other name.  It refuses a request that carries a token: a loader
that lets its token follow to another host is found out here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.record_store import RecordStore
from sandbox.servers.server_state import JSON, ServerState

_SIGNED_SECONDS = 600


class TranscriptStore:
    """Signs addresses and serves the documents behind them."""

    def __init__(self, state: ServerState, transcripts: RecordStore) -> None:
        self.state, self.transcripts = state, transcripts
        self._key = secrets.token_bytes(32)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/transcripts/{conversation}/{communication}", self.document)]

    def address(self, name: str, here: URL) -> str:
        """Return the signed address of a transcript, on the other name of this host."""
        there = "localhost" if here.hostname != "localhost" else "127.0.0.1"
        port = f":{here.port}" if here.port else ""
        expires = int(self.state.wall_clock()) + _SIGNED_SECONDS
        signed = f"Expires={expires}&Signature={self._sign(name, expires)}"
        return f"http://{there}{port}/transcripts/{name}?{signed}"

    async def document(self, request: Request) -> Response:
        """Serve the document to whoever has a signed address, and to nobody with a token."""
        if "authorization" in request.headers:
            return _denied(400, "InvalidArgument", "Only one auth mechanism allowed")
        name, query = name_of(request), request.query_params
        expires = int(query["Expires"]) if query.get("Expires", "").isdigit() else 0
        is_signed = hmac.compare_digest(query.get("Signature", ""), self._sign(name, expires))
        if not is_signed or expires < self.state.wall_clock():
            return _denied(403, "AccessDenied", "Request has expired or is not signed")
        document = self.transcripts.one(name, self.state.now)
        if document is None:
            return _denied(404, "NoSuchKey", "The specified key does not exist.")
        return JSON(document)

    def _sign(self, name: str, expires: int) -> str:
        return hmac.new(self._key, f"{name} {expires}".encode(), hashlib.sha256).hexdigest()


def name_of(request: Request) -> str:
    """Return the name of the transcript that a path asks for."""
    parts = request.path_params["conversation"], request.path_params["communication"]
    return "/".join(re.sub(r"[^\w-]", "", part) for part in parts)


def _denied(status: int, code: str, message: str) -> Response:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type="application/xml")
