"""Compare a load's ids range by range, from where the last run stopped up to this run's bound."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from kindred.api import Client
from kindred.errors import SourceMalformed
from kindred.loads import Deletions, IdRange, Load, Window
from kindred.reconciling.raw_ids import RawRecord, keys_after, rows_as_read
from kindred.reconciling.returning import Returned, returned
from kindred.reconciling.tombstones import TombstoneWriter
from kindred.warehouse import reconciliations
from kindred.warehouse.reconciliations import Reconciliation


@dataclass(frozen=True)
class Bound:
    """How much of a load one run compares; the next run continues from there."""

    pages: int = 1000
    seconds: float = 1800.0


@dataclass
class Tally:
    """Counts of what was compared so far; `through` is None once the end is reached."""

    through: str | None
    at_vendor: int = 0
    in_raw: int = 0
    gone: int = 0
    returned: int = 0
    unknown: int = 0
    unknown_from: datetime | None = None  # the earliest and the latest stamp of these
    unknown_to: datetime | None = None

    def note(self, unknown: Sequence[datetime]) -> None:
        """Count records that raw lacks, given by their stamps."""
        if unknown:
            self.unknown += len(unknown)
            self.unknown_from = min(*unknown, self.unknown_from or unknown[0])
            self.unknown_to = max(*unknown, self.unknown_to or unknown[0])


def reconcile(
    conn: psycopg.Connection,
    connect: Callable[[], Client],
    load: Load,
    run_id: str,
    bound: Bound,
    *,
    is_dry_run: bool = False,
) -> Reconciliation | None:
    """Compare a load's ids, land tombstones for deletions, and record how far the run got.

    Returns:
        What was compared; None while no night of the load is published.

    Raises:
        SourceError: The vendor did not answer as expected; nothing is landed.
    """
    begin, asked = reconciliations.start(conn, load.name), reconciliations.asked(conn, load)
    if begin is None:
        return None
    tombstones = TombstoneWriter(conn, load, run_id, begin.round_of)
    comparing = _Comparing(conn, load, asked, tombstones, is_dry_run=is_dry_run)
    try:
        tally = asyncio.run(comparing.go(connect(), begin.after_key, bound))
    except Exception as error:
        tombstones.abort(error)
        raise
    made = Reconciliation(
        load=load.name,
        run_id=run_id,
        batch_id=tombstones.batch_id,
        is_dry_run=is_dry_run,
        round=begin.round,
        round_of=begin.round_of,
        after_key=begin.after_key,
        through_key=tally.through,
        ids_at_vendor=tally.at_vendor,
        ids_in_raw=tally.in_raw,
        ids_gone=tally.gone,
        ids_returned=tally.returned,
        ids_unknown=tally.unknown,
        unknown_from=tally.unknown_from,
        unknown_to=tally.unknown_to,
    )
    tombstones.close(made)
    return made


class _Comparing:
    """The comparison of one load in one run."""

    def __init__(
        self,
        conn: psycopg.Connection,
        load: Load,
        asked: Window | None,
        tombstones: TombstoneWriter,
        *,
        is_dry_run: bool,
    ) -> None:
        if load.deletions is None:
            raise TypeError(f"{load.name} has no deletions to be found")
        self._conn, self._load, self._asked = conn, load, asked
        self._deletions: Deletions = load.deletions
        self._tombstones, self._is_dry_run = tombstones, is_dry_run

    async def go(self, api: Client, after: str, bound: Bound) -> Tally:
        """Compare the ranges after a key up to the end or the run's bound."""
        tally, deadline = Tally(after), time.monotonic() + bound.seconds
        async with api:
            for _ in range(bound.pages):
                await self._range(api, tally)
                if tally.through is None or time.monotonic() > deadline:
                    break
        return tally

    async def _range(self, api: Client, tally: Tally) -> None:
        """Compare the next range: raw's ids first, then the vendor's."""
        after, most = tally.through or "", self._deletions.ids_at_once
        held = keys_after(self._conn, self._load, after, most)
        end = None if len(held) < most else next(reversed(held))
        live = [key for key, found in held.items() if not found.is_deleted]
        listing = await self._deletions.list_ids(api, IdRange(after, end, live))
        tally.through = listing.through or end
        if tally.through is not None:
            if tally.through <= after:
                raise SourceMalformed(f"{self._load.name}: the vendor's ids are not in order")
            live = [key for key in live if key <= tally.through]
        missing = [key for key in live if key not in listing.ids]
        still = await self._deletions.look_up(api, missing) if missing else {}
        gone = {key: held[key] for key in missing if key not in still}
        tally.at_vendor += len(listing.ids)
        tally.in_raw += len(live)
        tally.gone += len(gone)
        tally.note(self._unknown([*listing.ids.items(), *still.items()], held))
        back = {
            key: Returned(stamp, held[key].modified_at)
            for key, stamp in listing.ids.items()
            if stamp is not None and key in held
            if held[key].is_deleted and stamp < held[key].modified_at
        }
        tally.returned += len(back)
        if not self._is_dry_run:
            self._tombstones.end(rows_as_read(self._conn, self._load, gone) if gone else [])
            self._tombstones.write_page(await returned(api, self._conn, self._load, back))

    def _unknown(
        self, found: Iterable[tuple[str, datetime | None]], held: dict[str, RawRecord]
    ) -> list[datetime]:
        """Return the stamps of records that the nights should have loaded and raw lacks."""
        asked = self._asked
        return [
            stamp
            for key, stamp in found
            if asked is not None and stamp is not None and asked.start <= stamp < asked.end
            if key not in held or held[key].modified_at < stamp
        ]
