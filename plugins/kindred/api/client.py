"""One loop that asks an API until it has the document or knows why it cannot.

    call ─▸ exchange ─▸ judge ┬ good ───────▸ answer
              ▴               ├ absent ─────▸ None
              │               ├ again ──────▸ wait ─┐
              │               ├ expired ────▸ token ┤ once, then SourceForbidden
              │               └ cut short ──▸ ──────┤ once, then SourceMalformed
              └─────────────────────────────────────┘

No message carries a query, a body or a token: host, label and status say enough.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin, urlsplit

from kindred.api import responses
from kindred.api.auth import Auth
from kindred.api.endpoint import Endpoint, RetryPolicy
from kindred.api.host_policy import HostPolicy
from kindred.api.messages import (
    ApiCall,
    ApiResponse,
    ConnectionLost,
    HttpRequest,
    HttpResponse,
    OutOfReach,
    TooLarge,
    Transport,
)
from kindred.api.transport import AiohttpTransport
from kindred.api.vendor_errors import STANDARD, VendorErrors
from kindred.errors import SourceMalformed, SourceUnavailable

log = logging.getLogger(__name__)
REDIRECTS = 5
CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass
class _Tries:
    """What one call has cost so far."""

    failures: int = 0
    limited: float = 0.0  # seconds waited for rate limits
    stale: str | None = None
    is_refreshed: bool = False
    is_cut: bool = False


class Client:
    """Asks one endpoint; an async context manager that keeps its connections open."""

    def __init__(
        self,
        endpoint: Endpoint,
        auth: Auth,
        *,
        errors: VendorErrors = STANDARD,
        transport: Transport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.endpoint = endpoint
        self._auth = auth
        self._errors = errors
        self._patience = RetryPolicy.of(endpoint)
        self._reach = HostPolicy.of(endpoint)
        self._socket = AiohttpTransport(endpoint.text("proxy", "") or None, reach=self._reach)
        self._transport: Transport = transport or self._socket
        self._sleep = sleep
        self._not_before = 0.0  # a rate limit holds all calls of this client back

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def fetch(self, call: ApiCall) -> ApiResponse | None:
        """Return the answer to `call`, or None where it may be absent and is.

        Raises:
            SourceUnavailable: no answer, a server error or a rate limit, for too long.
            SourceForbidden: the credentials or permissions do not suffice.
            SourceMalformed: the answer is not JSON, too large, or leads where requests may not go.
            SourceError: the question is refused.
        """
        tries = _Tries()
        while True:
            await self._hold_back()
            where = self._where(call)
            try:
                response, token = await self._exchange(call, tries.stale)
                verdict = responses.classify(call, response, where, self._errors)
            except ConnectionLost as broken:
                verdict = responses.Retry(str(broken), is_too_wide=broken.is_timeout)
            except TooLarge:
                text = f"{where}: {call.label} answered beyond all size"
                raise SourceMalformed(text, is_too_wide=True) from None
            except OutOfReach as rule:
                raise SourceMalformed(f"{self.endpoint.host}: {call.label}: {rule}") from None
            match verdict:
                case responses.Ok(document):
                    return ApiResponse(call, document, response)
                case responses.NotFound():
                    return None
                case responses.Expired(error):
                    if tries.is_refreshed:
                        raise error
                    tries.is_refreshed, tries.stale = True, token
                case responses.Malformed(reason, is_cut):
                    if not is_cut or tries.is_cut:
                        raise SourceMalformed(f"{where}: {call.label} answered {reason}")
                    tries.is_cut = True
                case responses.Retry():
                    await self._wait(call, verdict, tries, where)

    async def _wait(
        self, call: ApiCall, verdict: responses.Retry, tries: _Tries, where: str
    ) -> None:
        """Wait before the next try, or give up."""
        tries.failures += 1
        luck = random.random()  # noqa: S311 -- spreads callers, guards nothing
        wait = self._patience.backoff(tries.failures, luck)
        if verdict.wait is not None:
            wait = verdict.wait
        if verdict.is_limit or verdict.wait is not None:
            tries.limited += wait
            is_over = tries.limited > self._patience.longest_limit
            is_over = is_over or tries.failures >= 10 * self._patience.attempts
        else:
            is_over = tries.failures >= self._patience.attempts
        if is_over:
            raise SourceUnavailable(
                f"{where}: {call.label} not answered after {tries.failures} tries, last:"
                f" {verdict.reason}",
                status=verdict.status,
                is_too_wide=verdict.is_too_wide,
            )
        log.info("%s: %s: %s, again in %.0f s", where, call.label, verdict.reason, wait)
        if verdict.is_limit:
            self._not_before = max(self._not_before, time.monotonic() + wait)
        await self._sleep(wait)

    async def _hold_back(self) -> None:
        """Wait while another call of this client waits for a rate limit."""
        pause = self._not_before - time.monotonic()
        if pause > 0:
            await self._sleep(pause)

    async def _exchange(self, call: ApiCall, stale: str | None) -> tuple[HttpResponse, str | None]:
        """Send the call and follow redirects; the token goes to our own origin only."""
        token = await self._auth.token(self, stale) if call.is_authorized else None
        url = self._url(call)
        for _ in range(REDIRECTS + 1):
            self._reach.check(url)
            response = await self._transport(self._request(call, url, token))
            if response.status not in (301, 302, 303, 307, 308):
                return response, token
            if call.method != "GET" or not response.headers.get("location"):
                raise SourceMalformed(f"{self._where(call)}: {call.label} answered with a redirect")
            url = self._reach.follow(url, response.headers["location"])
        raise SourceMalformed(f"{self._where(call)}: {call.label} redirects without end")

    def _request(self, call: ApiCall, url: str, token: str | None) -> HttpRequest:
        headers = {"Accept": "application/json", **call.headers}
        if call.form is not None:
            headers["Content-Type"] = CONTENT_TYPES["form"]
        elif call.json is not None:
            headers["Content-Type"] = CONTENT_TYPES["json"]
        if token is not None and _origin(url) == _origin(self.endpoint.base_url):
            headers["Authorization"] = f"Bearer {token}"
        return HttpRequest(call.method, url, headers, call.body())

    def _url(self, call: ApiCall) -> str:
        """Return the whole URL; a path is below the endpoint's own path, if it has one."""
        base = self.endpoint.base_url.rstrip("/")
        prefix = urlsplit(base).path
        if call.target.startswith("/") and not call.target.startswith(f"{prefix}/"):
            return base + call.path()
        return urljoin(base + "/", call.path())

    def _where(self, call: ApiCall) -> str:
        return urlsplit(call.target).netloc.rpartition("@")[2] or self.endpoint.host


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    ports = {"http": 80, "https": 443}
    return parts.scheme, parts.hostname, parts.port or ports.get(parts.scheme)
