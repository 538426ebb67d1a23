"""On which addresses processes listen."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil


def addresses(processes: Iterable[psutil.Process]) -> set[tuple[str, int]]:
    """Return address and port of each; a process that ends meanwhile listens no more."""
    found: set[tuple[str, int]] = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found |= {
                (connection.laddr.ip, connection.laddr.port)
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            }
    return found
