"""Walk through pages: one loop for all paging schemes.

The loop refuses to ask the same question twice and to take the same page twice running, and it
stops at a number of pages, of bytes and of seconds: a cursor that leads back, or that never ends,
would otherwise fill the warehouse. It counts what comes against what the vendor says there is.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator

from kindred.api.client import Client
from kindred.api.endpoint import Bounds
from kindred.api.messages import ApiCall, ApiResponse
from kindred.api.paginators import Paging
from kindred.errors import SourceMalformed


async def walk(client: Client, call: ApiCall, paging: Paging) -> AsyncIterator[ApiResponse]:
    """Yield the answers page by page.

    Raises:
        SourceMalformed: the pages lead in a circle, pass a bound, or end before the stated total.
    """
    tally = _Tally(client, call)
    following: ApiCall | None = call
    while following is not None:
        tally.ask(following)
        answer = await client.fetch(following)
        if answer is None:
            tally.end_absent()
            return
        tally.take(answer, paging)
        yield answer
        following = paging.after(answer, tally.came)
    tally.end()


class _Tally:
    """What a walk has asked and what came."""

    def __init__(self, client: Client, call: ApiCall) -> None:
        self._where = f"{client.endpoint.host}: {call.label}"
        self._bounds = Bounds.of(client.endpoint)
        self._began = time.monotonic()
        self._asked: set[bytes] = set()
        self._before = b""
        self._stated: int | None = None
        self._bytes = self._last = self.came = 0

    def ask(self, call: ApiCall) -> None:
        """Refuse a question that was asked before, and one beyond a bound."""
        fingerprint = call.fingerprint()
        if fingerprint in self._asked:
            raise self._circle()
        self._check_bounds()
        self._asked.add(fingerprint)

    def take(self, answer: ApiResponse, paging: Paging) -> None:
        """Count a page; refuse one that is the same as the page before."""
        digest = hashlib.blake2b(answer.response.body, digest_size=16).digest()
        if digest == self._before:
            raise self._circle()
        self._before = digest
        self._last = len(paging.listed(answer))
        self.came += self._last
        self._bytes += len(answer.response.body)
        totals = [total for total in (self._stated, paging.total(answer)) if total is not None]
        self._stated = (totals[-1] if paging.is_live else max(totals)) if totals else None

    def end(self) -> None:
        """Refuse an end before the total."""
        if self._stated is None or self.came >= self._stated:
            return
        pages = len(self._asked)
        reason = "" if self._last else f"page {pages} is empty before the end: "
        raise SourceMalformed(f"{self._where}: {reason}{self._figures()} in {_pages(pages)}")

    def end_absent(self) -> None:
        """Refuse a page that is not there, after others that were."""
        if len(self._asked) > 1:
            raise SourceMalformed(f"{self._where}: page {len(self._asked)} is not there")

    def _check_bounds(self) -> None:
        spent = {
            "pages": len(self._asked),
            "bytes": self._bytes,
            "seconds": time.monotonic() - self._began,
        }
        for name, amount in spent.items():
            bound = getattr(self._bounds, name)
            if amount >= bound:
                raise SourceMalformed(
                    f"{self._where}: no end after {_pages(len(self._asked))}, stopped at the bound"
                    f" of {bound:,} {name}; raise bounds.{name} in the connection's extra if"
                    " there is that much"
                )

    def _circle(self) -> SourceMalformed:
        figures = f": {self._figures()}" if self._stated is not None else ""
        return SourceMalformed(
            f"{self._where} leads in a circle after {_pages(len(self._asked))}{figures}"
        )

    def _figures(self) -> str:
        return f"{self._stated} records stated, {self.came} came"


def _pages(count: int) -> str:
    return f"{count} page{'' if count == 1 else 's'}"
