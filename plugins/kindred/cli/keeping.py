"""Keep the services of one machine up while what they do is followed.

A database or a scheduler that dies in mid-night would leave a person to type the same command
again, more than once: what has lost its database dies later than the database.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg

from kindred.embedded.rest import AnswerError, SilentError
from kindred.embedded.services import Services
from kindred.errors import KindredError, WarehouseError

# One death of the database makes three or four; a busy API answers late now and then.
MOST_TROUBLES, WITHIN_SECONDS = 20, 1800.0
PAUSE_SECONDS = 1.0
TROUBLES = (AnswerError, SilentError, WarehouseError, psycopg.OperationalError)
Picture = TypeVar("Picture")


def kept_up(services: Services, look: Callable[[], Iterator[Picture]]) -> Iterator[Picture]:
    """Yield what `look` yields; start again what dies meanwhile, and look anew.

    Raises:
        KindredError: services die again and again, or a person has stopped them.
    """
    troubles: deque[float] = deque(maxlen=MOST_TROUBLES)
    while len(troubles) < MOST_TROUBLES or time.monotonic() - troubles[0] > WITHIN_SECONDS:
        try:
            for picture in look():
                yield picture
                if services.dead():
                    break
            else:
                return
        except TROUBLES as trouble:
            _raise_if_ours(trouble)
        troubles.append(time.monotonic())
        try:
            services.revive()
        except TROUBLES as trouble:
            _raise_if_ours(trouble)
        time.sleep(PAUSE_SECONDS)
    raise KindredError(
        f"the services do not stay up: see {services.home.logs}; the same command goes on with it"
    )


def _raise_if_ours(trouble: Exception) -> None:
    """Raise what was wrong with the question; a server that fails may answer it later."""
    if isinstance(trouble, AnswerError) and trouble.status < 500:
        raise trouble
