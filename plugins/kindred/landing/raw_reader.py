"""What raw already holds, for an extraction that looks before it asks a vendor again."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from kindred.loads import Batch, Window
from kindred.warehouse import ledger


class RawReader:
    """Reads rows of raw over the landing's own connection, one reader or writer at a time."""

    def __init__(self, conn: psycopg.Connection, turn: asyncio.Lock) -> None:
        self._conn = conn
        self._turn = turn

    async def rows_where_in(
        self, load: str, columns: tuple[str, ...], column: str, values: list[str]
    ) -> list[dict[str, Any]]:
        """Return `columns` of the rows whose `column` is one of `values`."""
        wanted = sql.SQL(", ").join(map(sql.Identifier, columns))
        where = sql.SQL("{} = any({})").format(sql.Identifier(column), values)
        return await self._read(load, wanted, where)

    async def rows_between(self, load: str, column: str, window: Window) -> list[dict[str, Any]]:
        """Return the rows, whole, whose `column` lies in the window."""
        moment = sql.Identifier(column)
        where = sql.SQL("{} >= {} and {} < {}").format(moment, window.start, moment, window.end)
        return await self._read(load, sql.SQL("*"), where)

    async def published_batches(self, load: str, window: Window) -> list[Batch]:
        """Return the published batches that asked for some of the window."""
        async with self._turn:
            return await asyncio.to_thread(self._published_batches, load, window)

    def _published_batches(self, load: str, window: Window) -> list[Batch]:
        with self._conn.transaction():
            return ledger.published(self._conn, load, window)

    async def _read(
        self, load: str, columns: sql.Composable, where: sql.Composable
    ) -> list[dict[str, Any]]:
        query = sql.SQL("select {} from {} where {}").format(
            columns, sql.Identifier("raw", load), where
        )
        async with self._turn:
            return await asyncio.to_thread(self._fetch, query)

    def _fetch(self, query: sql.Composed) -> list[dict[str, Any]]:
        with self._conn.transaction(), self._conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()
