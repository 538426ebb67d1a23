"""What is asked and what comes back: no repr shows a query, a header or a body.

A `Call` is what a source wants; a `Request` is what goes over the wire for it, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec


@dataclass(frozen=True)
class ApiCall:
    """One question to an API: `label` names it in messages.

    `target` is a path on the endpoint's host or a whole URL elsewhere (a pre-signed one, a
    token server). The token goes along only to the endpoint's own origin. `names` are the names
    of ours in the question: a message may repeat those that the vendor quotes.
    """

    method: str
    target: str = field(repr=False)
    label: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_authorized: bool = True
    may_be_absent: bool = False
    names: frozenset[str] = frozenset()

    def body(self) -> bytes | None:
        """Return the body to send."""
        if self.form is not None:
            return urlencode(self.form).encode()
        return None if self.json is None else msgspec.json.encode(self.json)

    def path(self) -> str:
        """Return the target with its query."""
        if not self.params:
            return self.target
        joint = "&" if "?" in self.target else "?"
        return f"{self.target}{joint}{urlencode(self.params)}"

    def fingerprint(self) -> bytes:
        """Return a digest that is equal for equal questions."""
        text = f"{self.method} {self.path()}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text + b"\n" + (self.body() or b""), digest_size=16).digest()


@dataclass(frozen=True)
class HttpRequest:
    """One exchange on the wire."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class HttpResponse:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class ApiResponse:
    """A good response with its decoded document."""

    call: ApiCall
    document: Any = field(repr=False)
    response: HttpResponse


class ConnectionLost(Exception):
    """The exchange broke off; the text names the kind of break and nothing else.

    `is_timeout`: the vendor was there and took too long.
    """

    def __init__(self, text: str, *, is_timeout: bool = False) -> None:
        super().__init__(text)
        self.is_timeout = is_timeout


class TooLarge(Exception):
    """The body passed the size limit."""


class OutOfReach(Exception):
    """The request would go where it must not; the text names the host and the rule."""


# A transport makes one exchange. Tests give a function; the real one is AiohttpTransport.
Transport = Callable[[HttpRequest], Awaitable[HttpResponse]]
