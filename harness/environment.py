"""What the pipeline's tasks take from where they run: the sandbox's vendors, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import psycopg

from harness.vendors import InProcessVendors
from kindred.api import Endpoint, Transport
from kindred.embedded.home import REPOSITORY
from kindred.loads import Batch, Window
from kindred.warehouse import ledger

PROJECT = REPOSITORY / "dbt_project"


class SandboxEnvironment:
    """The `PipelineEnvironment` of tasks: a warehouse, the vendors of a world, and dbt's folders.

    `vendors` may be replaced as their world changes.
    """

    project = PROJECT

    def __init__(
        self,
        dsn: Callable[[str], str],
        vendors: InProcessVendors,
        begins: datetime,
        target: Path,
    ) -> None:
        self._dsn, self.vendors, self.begins, self.target = dsn, vendors, begins, target

    def warehouse(self, role: str) -> str:
        """Return the connection string of a role."""
        return self._dsn(role)

    def endpoint(self, vendor: str) -> Endpoint:
        """Return where and as whom to ask a vendor."""
        return self.vendors.endpoint(vendor)

    def transport(self, vendor: str) -> Transport:  # noqa: ARG002 -- the same for all
        """Return what carries requests without a socket."""
        return self.vendors.exchange

    def history_start(self, interval: Window) -> datetime:  # noqa: ARG002 -- whatever the night
        """Return the first instant that the first night asks for."""
        return self.begins


def pass_gate(conn: psycopg.Connection, batches: Sequence[Batch]) -> None:
    """Record that landed batches passed their gate, without running it."""
    for batch in batches:
        with conn.transaction():
            ledger.fence(conn, batch)
            ledger.record(conn, batch, "passed")
