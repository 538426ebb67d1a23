"""From a world to built marts in seconds: the project's own code, without what surrounds it.

Run as in a night: the sandbox's servers, the vendors' clients and extractions, the row contracts,
landing, the merge into raw, the scorer, dbt with its seeds and data tests.

Bypassed: Airflow; sockets (`vendors.py` calls the servers' application); the Great Expectations
gates, whose suites tests check elsewhere (a batch is called passed, a build published); the copy
of `build` into `marts`, which changes no value; the windows of many nights: one first night takes
the whole history, so nothing here shows how late changes are taken up.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql

from harness.databases import make_database
from harness.environment import PROJECT, pass_gate
from harness.vendors import InProcessVendors
from kindred import building, scoring
from kindred.embedded.postgres import Postgres
from kindred.errors import KindredError
from kindred.landing.batch_writer import BatchWriter, LandingResult
from kindred.landing.extraction import land_loads
from kindred.loads import Batch, Load, Page, Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import ledger, schema
from kindred.warehouse.connections import connect
from sandbox.world import World

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


class Pipeline:
    """One database of a server, from a world to tables that pandas can read.

    dbt parses the project again for a database of another name, so each database has a target
    folder of its own for each preset, which is kept from run to run.
    """

    def __init__(self, server: Postgres, database: str = "truth") -> None:
        self._server, self._database = server, database
        self._runs = 0

    def dsn(self, role: str) -> str:
        """Return the connection string of a role to the present database."""
        return self._server.dsn(role, self._database)

    def clear(self) -> None:
        """Begin with an empty, migrated warehouse."""
        make_database(self._server, self._database)
        schema.migrate(self.dsn("admin"), VENDORS.values())

    def pull(self, world: World) -> dict[str, int]:
        """Take the world's history into raw as a first night; return the rows landed by load."""
        vendors = InProcessVendors(world)
        landed: dict[str, int] = {}
        self._runs += 1
        with connect(self.dsn("loader")) as conn:
            for vendor in VENDORS.values():
                batches = self._land(conn, vendors, world, vendor.loads)
                landed |= _publish(conn, batches)
        return landed

    def bring(self, night: Window, records: dict[str, list[Any]]) -> dict[str, int]:
        """Publish a night of every load from records as a vendor would send them.

        Args:
            records: by load; a load without any has had a quiet night.

        Returns:
            The rows of raw that changed, by load.
        """
        self._runs += 1
        run, now = f"run-{self._runs}", datetime.now(UTC)
        with connect(self.dsn("loader")) as conn:
            for load in LOADS.values():
                arrival = BatchWriter(conn, load, night, run, now)
                arrival.write_page(Page(load.name, records.get(load.name, [])))
                arrival.close()
                _refuse(arrival.outcome())
            return _publish(conn, ledger.batches(conn, run, LOADS, "landed"))

    def _land(
        self,
        conn: psycopg.Connection,
        vendors: InProcessVendors,
        world: World,
        loads: Sequence[Load],
    ) -> list[Batch]:
        vendor, run = loads[0].vendor, f"run-{self._runs}"
        night = Window(world.clock.now - timedelta(days=1), world.clock.now)
        windows = {
            load.name: ledger.plan_window(conn, load, night, world.clock.begins) for load in loads
        }
        for outcome in land_loads(conn, partial(vendors.client, vendor), loads, windows, run):
            _refuse(outcome)
        return ledger.batches(conn, run, windows, "landed")

    def build(
        self, *, preset: str = "retail", full_refresh: bool = False, say: Say = silent
    ) -> list[building.DbtNode]:
        """Score what was published, build it and call it published; return what dbt did.

        Args:
            preset: the industry whose seeds are used, a scenario's own.
        """
        target = self._server.home.folder / f"dbt-{self._database}-{preset}"
        with (
            _chosen(preset),
            connect(self.dsn("transformer")) as conn,
            connect(self.dsn("loader")) as loader,
        ):
            claimed = building.claim(conn, "truth", full_refresh=full_refresh)
            if claimed is None:
                raise KindredError("nothing was published: there is nothing to build")
            building.build_consents(conn, claimed, PROJECT, target, say)
            choice = scoring.score_texts(loader, LOADS.values(), claimed.build_id, 0.0, say)
            scoring.record_selection(conn, claimed.build_id, choice)
            resumed = building.resume(conn, claimed.build_id)
            nodes = building.build(conn, resumed, PROJECT, target, say)
        self._end(claimed.build_id)
        return nodes

    def _end(self, build_id: int) -> None:
        """Call a build published, so that the next one starts from it."""
        with connect(self.dsn("publisher")) as conn:
            conn.execute(
                "update ops.builds set status = 'published', published_at = now()"
                " where build_id = %s",
                [build_id],
            )
            conn.execute("delete from ops.changes where build_id = %s", [build_id])

    def table(self, name: str) -> pd.DataFrame:
        """Read `build.<name>` whole: days as timestamps, numerics as floats, flags as booleans."""
        query = sql.SQL("copy (select * from {}) to stdout (format csv, header)")
        written = io.BytesIO()
        with connect(self.dsn("transformer")) as conn, conn.cursor() as cursor:
            with cursor.copy(query.format(sql.Identifier("build", name))) as rows:
                for block in rows:
                    written.write(block)
            cursor.execute(
                sql.SQL("select * from {} limit 0").format(sql.Identifier("build", name))
            )
            kinds = {each.name: each.type_display for each in cursor.description or ()}
        written.seek(0)
        return typed(pd.read_csv(written, dtype=_read_as(kinds)), kinds)


@contextmanager
def _chosen(preset: str) -> Iterator[None]:
    """Choose the seeds of a preset, as an environment does."""
    before = os.environ.get("KINDRED_PRESET")
    os.environ["KINDRED_PRESET"] = preset
    try:
        yield
    finally:
        del os.environ["KINDRED_PRESET"]
        if before is not None:
            os.environ["KINDRED_PRESET"] = before


def _refuse(outcome: LandingResult) -> None:
    """Stop at the first record that is not taken whole: nothing may be missing here."""
    if outcome.error or outcome.rows_quarantined or outcome.extra_fields:
        raise outcome.error or KindredError(f"a record breaks its contract: {outcome}")


def _publish(conn: psycopg.Connection, batches: Sequence[Batch]) -> dict[str, int]:
    """Call landed batches passed and merge them into raw; return the rows changed by load."""
    pass_gate(conn, batches)
    done = publish_batches(conn, batches, LOADS)
    return {each.batch.load: each.rows_published for each in done}


def _read_as(kinds: dict[str, str]) -> dict[str, type]:
    return {name: str for name, kind in kinds.items() if kind in ("text", "boolean", "bool")}


def typed(frame: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Return a frame read from CSV with the columns' own types."""
    for name, kind in kinds.items():
        if kind in ("boolean", "bool"):
            frame[name] = frame[name].map({"t": True, "f": False})
        elif kind.startswith(("date", "timestamp")):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return frame
