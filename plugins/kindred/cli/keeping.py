"""Keep the services of one machine up while what they do is followed.

A database or a scheduler that dies in mid-night would leave a person to type the same command
again, more than once: what has lost its database dies later than the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg

from kindred.embedded.rest import AnswerError, SilentError
from kindred.embedded.services import Services
from kindred.errors import KindredError, WarehouseError

MOST_TROUBLES = 8  # in one following; one death of the database makes three or four
PAUSE_SECONDS = 1.0
TROUBLES = (AnswerError, SilentError, WarehouseError, psycopg.OperationalError)
Picture = TypeVar("Picture")


def kept_up(services: Services, look: Callable[[], Iterator[Picture]]) -> Iterator[Picture]:
    """Yield what `look` yields; start again what dies meanwhile, and look anew.

    Raises:
        KindredError: services die again and again, or a person has stopped them.
    """
    for _ in range(MOST_TROUBLES):
        try:
            for picture in look():
                yield picture
                if services.dead():
                    break
            else:
                return
        except TROUBLES as trouble:
            _raise_if_ours(trouble)
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
