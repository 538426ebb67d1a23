"""Ask for less where a vendor cannot answer for as much: halve the window, down to a minute.

A query that runs too long, finds too much or answers with too large a page fails the same way
however often it is repeated. Its halves may not. Pages that came before the failure come again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import timedelta

from kindred.api import ApiResponse
from kindred.errors import SourceError
from kindred.loads import Window

log = logging.getLogger(__name__)

NARROWEST = timedelta(minutes=1)


async def narrowed(
    window: Window, answers: Callable[[Window], AsyncGenerator[ApiResponse, None]]
) -> AsyncGenerator[ApiResponse, None]:
    """Yield the answers for a window, or for its halves where it is too wide for the vendor.

    Raises:
        SourceError: not even the narrowest window is answered; the message names it.
    """
    try:
        async with aclosing(answers(window)) as found:
            async for answer in found:
                yield answer
        return
    except SourceError as error:
        if not error.is_too_wide:
            raise
        if window.end - window.start <= NARROWEST:
            edges = (f"{edge:%Y-%m-%d %H:%M:%S}" for edge in (window.start, window.end))
            text = f"{error}; nor can less be asked for than {' to '.join(edges)}"
            raise type(error)(text, status=error.status, code=error.code) from None
        log.info("%s; asked again in halves of %s", error, window)
    for half in halves(window):
        async with aclosing(narrowed(half, answers)) as found:
            async for answer in found:
                yield answer


def halves(window: Window) -> list[Window]:
    """Cut a window in two at a whole second."""
    half = timedelta(seconds=-((window.start - window.end).total_seconds() // 2))
    return window.split(half)
