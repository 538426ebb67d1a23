"""One home with all its services, and the command line on it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg

from bench.year import digests
from kindred.embedded.home import SUPERUSER, Home
from kindred.embedded.services import Services

KINDRED = Path(sys.executable).with_name("kindred")


class Machine:
    """One home, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def services(self) -> Services:
        return Services(Home.open(self._folder))

    @property
    def dsn(self) -> str:
        return self.services.postgres.dsn(SUPERUSER)

    @property
    def said(self) -> Path:
        """What the command line said, all of it in order."""
        return self._folder.with_suffix(".log")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with self.said.open("a") as out:
            return subprocess.Popen(  # noqa: S603 -- our own words
                [KINDRED, *words],
                env=os.environ | {"KINDRED_HOME": str(self._folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def run(self, *words: str) -> int:
        return self.start(*words).wait()

    def state(self) -> dict[str, str]:
        return digests.all_of(self.dsn)

    def days(self) -> list[date]:
        """Return the last day of each night that was run, in order."""
        with psycopg.connect(self.dsn) as conn:
            return [
                day
                for (day,) in conn.execute(
                    "select distinct (window_end at time zone 'UTC')::date - 1 from ops.loads"
                    " order by 1"
                )
            ]
