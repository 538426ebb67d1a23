"""The one place that touches a socket: aiohttp, one exchange at a time, no redirects.

Redirects are the client's to follow, because aiohttp would take custom headers along.
"""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from kindred.api.host_policy import HostPolicy
from kindred.api.messages import ConnectionLost, HttpRequest, HttpResponse, TooLarge

# A page of 2,000 records with 10 MB texts among them fits; an endless body does not.
LARGEST_BODY = 64 * 1024 * 1024
# A slow drip that never stops must end, too.
TIMEOUT = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=60)


class CheckingResolver(AbstractResolver):
    """Resolves names, and gives no address that the connection may not reach."""

    def __init__(self, reach: HostPolicy) -> None:
        self._reach = reach
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host; these and no others are connected to.

        Raises:
            OutOfReach: one of them is not public.
        """
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            self._reach.check_address(host, result["host"])
        return found

    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()


class AiohttpTransport:
    """Keeps connections open between exchanges; close it when done."""

    def __init__(
        self,
        proxy: str | None = None,
        largest_body: int = LARGEST_BODY,
        reach: HostPolicy | None = None,
    ) -> None:
        self._proxy = proxy
        self._largest_body = largest_body
        self._reach = reach or HostPolicy()
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Make one exchange.

        Raises:
            NoAnswer: no connection, a timeout, or a body that broke off.
            TooLarge: the body passed the limit.
            OutOfReach: the host resolves to an address that must not be asked.
        """
        if self._session is None:
            self._session = self._open()
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),  # a signature covers the URL as it was written
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as response:
                return HttpResponse(response.status, _headers(response), await self._body(response))
        except aiohttp.ConnectionTimeoutError:
            raise ConnectionLost("no connection in time") from None
        except TimeoutError:
            raise ConnectionLost("no answer in time", is_timeout=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ConnectionLost(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        # A proxy is a person's choice, and resolves the vendor's name itself.
        resolver = None if self._proxy else CheckingResolver(self._reach)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver),
            timeout=TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
            headers={"User-Agent": "kindred"},
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._largest_body:
                raise TooLarge
        return bytes(body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the headers in lower case; one that comes twice is one list (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        before = found.get(name.lower())
        found[name.lower()] = value if before is None else f"{before}, {value}"
    return found
