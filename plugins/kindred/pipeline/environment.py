"""The environment of the pipeline's functions: the run, the connections, the folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kindred.api import Endpoint, Transport
from kindred.loads import Window


@dataclass(frozen=True)
class Run:
    """One run of an ingest, for the days of its interval."""

    run_id: str
    interval: Window
    is_backfill: bool = False
    is_retry: bool = False


class PipelineEnvironment(Protocol):
    """Access to the warehouse, the vendors and the folders of the dbt project."""

    @property
    def project(self) -> Path:
        """The folder of the dbt project."""

    @property
    def target(self) -> Path:
        """A writable folder that keeps dbt's parsed project between nights."""

    def warehouse(self, role: str) -> str:
        """Return the connection string of a role: loader, transformer or publisher."""

    def endpoint(self, vendor: str) -> Endpoint | None:
        """Return a vendor's address and credentials, or None if it is not connected."""

    def transport(self, vendor: str) -> Transport | None:
        """Return a transport that replaces the vendor's socket, or None."""

    def history_start(self, interval: Window) -> datetime:
        """Return the start of the first night's window."""
