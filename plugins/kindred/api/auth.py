"""Who we are to an API: one class a scheme."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import TYPE_CHECKING, Protocol

from kindred.api.endpoint import Endpoint
from kindred.api.messages import ApiCall
from kindred.errors import SourceError, SourceForbidden, SourceUnavailable

if TYPE_CHECKING:
    from kindred.api.client import Client


class Auth(Protocol):
    """Gives the token to send, or None for none."""

    async def token(self, client: Client, stale: str | None) -> str | None:
        """Return a token other than `stale`, asking for a new one if need be."""


class NoAuth:
    """A public API."""

    async def token(self, client: Client, stale: str | None) -> str | None:  # noqa: ARG002
        """Return no token."""
        return None


class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749, 4.4).

        POST /services/oauth2/token   grant_type=client_credentials&client_id=...&client_secret=...
        {"access_token": "...", "token_type": "Bearer"}

    `is_basic` sends id and secret as a Basic header instead, as Genesys Cloud wants it.
    """

    def __init__(self, endpoint: Endpoint, token_url: str, *, is_basic: bool = False) -> None:
        self._endpoint = endpoint
        self._token_url = token_url
        self._is_basic = is_basic
        self._token: str | None = None
        self._lock = asyncio.Lock()

    async def token(self, client: Client, stale: str | None) -> str | None:
        """Return the token in use; when it is the stale one, ask once for all who wait.

        Raises:
            SourceForbidden: the id or the secret is not accepted.
        """
        async with self._lock:
            if self._token is None or self._token == stale:
                self._token = await self._ask(client)
            return self._token

    async def _ask(self, client: Client) -> str:
        try:
            answer = await client.fetch(self._call())
        except SourceUnavailable as error:
            error.is_too_wide = False  # no narrower question gets a token sooner
            raise
        except SourceError as error:
            raise SourceForbidden(f"no token: {error}") from None
        document = answer.document if answer else None
        token = document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(token, str) or not token:
            raise SourceForbidden(f"{self._endpoint.host}: the token server's answer has no token")
        return token

    def _call(self) -> ApiCall:
        form = {"grant_type": "client_credentials"}
        headers = {}
        identity = (self._endpoint.client_id, self._endpoint.client_secret)
        if self._is_basic:
            headers["Authorization"] = "Basic " + b64encode(":".join(identity).encode()).decode()
        else:
            form |= {"client_id": identity[0], "client_secret": identity[1]}
        return ApiCall(
            "POST",
            self._token_url,
            label="the token request",
            form=form,
            headers=headers,
            is_authorized=False,
        )
