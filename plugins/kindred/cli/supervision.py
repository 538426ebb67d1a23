"""Keep the services of one machine up while their work is followed.

A database or a scheduler that dies in mid-night would leave a person to type the same command
again, more than once: what has lost its database dies later than the database.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable
from kindred.embedded.services import Services
from kindred.errors import KindredError, WarehouseError

# One death of the database makes three or four; a busy API answers late now and then.
MOST_TROUBLES, WITHIN_SECONDS = 20, 1800.0
PAUSE_SECONDS = 1.0
Snapshot = TypeVar("Snapshot")


def with_restarts(services: Services, look: Callable[[], Iterator[Snapshot]]) -> Iterator[Snapshot]:
    """Yield what `look` yields; start again what dies meanwhile, then look again.

    Raises:
        KindredError: services die again and again, or a person has stopped them.
    """
    troubles: deque[float] = deque(maxlen=MOST_TROUBLES)
    while len(troubles) < MOST_TROUBLES or time.monotonic() - troubles[0] > WITHIN_SECONDS:
        with _borne():
            for snapshot in look():
                yield snapshot
                if services.crashed():
                    break
            else:
                return
        troubles.append(time.monotonic())
        with _borne():
            services.restart_crashed()
        time.sleep(PAUSE_SECONDS)
    raise KindredError(
        f"the services do not stay up: see {services.home.logs}; the same command goes on with it"
    )


@contextmanager
def _borne() -> Iterator[None]:
    """Ignore the failure of a server, which may answer later, but not the refusal of a request."""
    try:
        yield
    except (
        AirflowRefusal,
        AirflowUnreachable,
        WarehouseError,
        psycopg.OperationalError,
    ) as trouble:
        if isinstance(trouble, AirflowRefusal) and trouble.status < 500:
            raise
