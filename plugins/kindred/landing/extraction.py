"""Land: pull the loads of one vendor for their windows into `landing`.

Pages stream through: a page is held against its contract, encoded, and copied in chunks, each
chunk one transaction that has checked the fence. A load that fails is recorded in the ledger
and the others go on; a record that breaks its contract goes to quarantine and its load goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

import psycopg

from kindred.api import Client
from kindred.errors import KindredError
from kindred.landing.batch_writer import BatchWriter, LandingResult
from kindred.landing.raw_reader import RawReader
from kindred.loads import ExtractRequest, Load, Window


def land_loads(
    conn: psycopg.Connection,
    connect: Callable[[], Client],
    loads: Iterable[Load],
    windows: Mapping[str, Window],
    run_id: str,
    *,
    is_backfill: bool = False,
) -> list[LandingResult]:
    """Land loads of one vendor and return what became of each, in their order.

    Args:
        conn: the loader's connection; a transaction that it has open is committed.
        connect: returns a client of the vendor's API, or raises what is wrong with the connection.
        windows: by the load's name.
        is_backfill: the batches are a backfill's, and move no cursor.

    Raises:
        WarehouseError: the ledger itself cannot be written.
    """
    conn.commit()
    return asyncio.run(_land(conn, connect, list(loads), windows, run_id, is_backfill))


async def _land(
    conn: psycopg.Connection,
    connect: Callable[[], Client],
    loads: Sequence[Load],
    windows: Mapping[str, Window],
    run_id: str,
    is_backfill: bool,
) -> list[LandingResult]:
    turn = asyncio.Lock()
    started_at = datetime.now(UTC)
    writers = {
        load.name: BatchWriter(
            conn, load, windows[load.name], run_id, started_at, is_backfill=is_backfill
        )
        for load in loads
    }
    # Loads that share an extraction and a window are pulled together.
    groups: dict[tuple[int, Window], list[Load]] = {}
    for load in loads:
        groups.setdefault((id(load.extract), windows[load.name]), []).append(load)
    try:
        api = connect()
    except KindredError as error:
        for writer in writers.values():
            writer.abort(error)
    else:
        async with api:
            known = RawReader(conn, turn)
            await asyncio.gather(
                *(
                    _pull(
                        group[0],
                        ExtractRequest(api, window, known, frozenset(load.name for load in group)),
                        [writers[load.name] for load in group],
                        turn,
                    )
                    for (_, window), group in groups.items()
                )
            )
    return [writers[load.name].outcome() for load in loads]


async def _pull(
    load: Load, ask: ExtractRequest, writers: Sequence[BatchWriter], turn: asyncio.Lock
) -> None:
    """Run one extraction to its end, or until none of its loads can go on."""
    by_load = {writer.load: writer for writer in writers}

    async def in_turn(act: Callable[..., None], *given: object) -> None:
        async with turn:  # one connection: one writer or reader at a time
            await asyncio.to_thread(act, *given)

    try:
        async with aclosing(load.extract(ask)) as pages:
            async for page in pages:
                if page.load in by_load:
                    await in_turn(by_load[page.load].write_page, page)
                if all(writer.error for writer in writers):
                    return
    except Exception as error:
        for writer in writers:
            await in_turn(writer.abort, error)
    for writer in writers:
        await in_turn(writer.close)
