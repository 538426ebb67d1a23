"""A vendor without a socket: a handler function is the server, and what it was asked is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from kindred.api import Client, ClientCredentials, Endpoint, HttpRequest, HttpResponse
from kindred.api.vendor_errors import STANDARD
from kindred.loads import Batch, ExtractRequest, Load, Page, Window
from kindred.sources import VENDORS

Item = TypeVar("Item")
Handler = Callable[[HttpRequest], HttpResponse]
BASE = "https://api.vendor.test"
TOKEN_URL = f"{BASE}/oauth/token"
DAY = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))


def reply(document: Any, status: int = 200, **headers: str) -> HttpResponse:
    """A JSON response; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, named, msgspec.json.encode(document))


class Vendor:
    """Counts tokens, keeps requests and naps; `handler` answers all but the token request."""

    def __init__(self, handler: Handler, options: Mapping[str, Any] | None = None) -> None:
        self._handler = handler
        self.requests: list[HttpRequest] = []
        self.naps: list[float] = []
        self.tokens = 0
        self.endpoint = Endpoint(BASE, "our-id", "our-secret", options or {})

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith(("/oauth/token", "/oauth2/token")):
            self.tokens += 1
            return reply({"access_token": f"token-{self.tokens}", "token_type": "Bearer"})
        self.requests.append(request)
        return self._handler(request)

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)

    def client(self, name: str = "") -> Client:
        """Return a client as the vendor of that name declares it; of no vendor when not given."""
        errors, auth = STANDARD, ClientCredentials(self.endpoint, TOKEN_URL)
        if name:
            declared = VENDORS[name]
            errors, auth = declared.errors, declared.auth(self.endpoint)
        return Client(self.endpoint, auth, errors=errors, transport=self, sleep=self.nap)


class Nothing:
    """A warehouse that knows nothing yet."""

    async def rows_where_in(self, *_: Any) -> list[dict[str, Any]]:
        return []

    async def rows_between(self, *_: Any) -> list[dict[str, Any]]:
        return []

    async def published_batches(self, *_: Any) -> list[Batch]:
        return []


def extracted(
    load: Load, vendor: Vendor, known: Any = None, window: Window = DAY, loads: Iterable[str] = ()
) -> list[Page]:
    """All pages that the load's extraction yields."""
    ask = ExtractRequest(
        vendor.client(load.vendor), window, known or Nothing(), frozenset(loads or [load.name])
    )
    return asyncio.run(gathered(load.extract(ask)))


def records(pages: Iterable[Page], load: str) -> list[dict[str, Any]]:
    """The records of one load in these pages."""
    return [record for page in pages if page.load == load for record in page.records]


async def gathered(items: AsyncIterator[Item]) -> list[Item]:
    return [item async for item in items]


def query_of(request: HttpRequest) -> dict[str, str]:
    """The query of a request, one value a name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
