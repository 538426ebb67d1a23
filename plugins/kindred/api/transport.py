"""The one place that touches a socket: aiohttp, one exchange at a time, no redirects.

Redirects are the client's to follow, because aiohttp would take custom headers along.
"""

from __future__ import annotations

import aiohttp
from yarl import URL

from kindred.api.calls import NoAnswer, Request, Response, TooLarge

# A page of 2,000 records with 10 MB texts among them fits; an endless body does not.
LARGEST_BODY = 64 * 1024 * 1024
# A slow drip that never stops must end, too.
TIMEOUT = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=60)


class AiohttpTransport:
    """Keeps connections open between exchanges; close it when done."""

    def __init__(self, proxy: str | None = None, largest_body: int = LARGEST_BODY) -> None:
        self._proxy = proxy
        self._largest_body = largest_body
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, request: Request) -> Response:
        """Make one exchange.

        Raises:
            NoAnswer: no connection, a timeout, or a body that broke off.
            TooLarge: the body passed the limit.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._proxy,
                headers={"User-Agent": "kindred"},
            )
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),  # a signature covers the URL as it was written
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, headers, await self._body(response))
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from None

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
