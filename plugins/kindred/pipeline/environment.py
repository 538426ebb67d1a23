"""What tasks take from where they run: which run it is, the addresses, the policy."""

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
    """Where the warehouse and the vendors are, and where the project lies."""

    @property
    def project(self) -> Path:
        """The folder of the dbt project."""

    @property
    def target(self) -> Path:
        """A writable folder that keeps dbt's parsed project between nights."""

    def warehouse(self, role: str) -> str:
        """Return the connection string of a role: loader, transformer or publisher."""

    def endpoint(self, vendor: str) -> Endpoint | None:
        """Return where and as whom to ask a vendor; None where nobody has connected it."""

    def transport(self, vendor: str) -> Transport | None:
        """Return what carries requests to a vendor in place of a socket, if anything."""

    def history_start(self, interval: Window) -> datetime:
        """Return the first instant that the first night asks for."""
