"""Readers beside publications: their errors, mixed generations and waits, while marts change.

Four processes read three marts in one transaction after another, as a dashboard does, and a fifth
holds its transaction open for seconds, as a person does who has gone for coffee. Beside them marts
are published again and again, all of their rows new each time; every tenth publication brings a new
column, which needs a lock that readers have. Before that the same readers read alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier, Event
from statistics import quantiles

import psycopg
from psycopg import sql

from bench import say
from harness.databases import AS_USUAL, serving_temporarily
from kindred.embedded.postgres import Postgres
from kindred.publishing import publish_marts
from kindred.sources import VENDORS
from kindred.warehouse import schema

MARTS = {"months": 500, "tiers": 20_000, "customers": 100_000}  # rows
READERS = 4
COFFEE_SECONDS = 4.0
NEW_COLUMN_EVERY = 10

Read = tuple[float, bool]  # seconds, and whether the marts were of more than one publication


def main(arguments: Sequence[str]) -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(prog="bench readers", description=__doc__)
    parser.add_argument("--publications", type=int, default=100)
    asked = parser.parse_args(arguments)
    with serving_temporarily(AS_USUAL) as server:
        schema.migrate(server.dsn("admin"), VENDORS.values())
        _make(server)
        _publish(server, 0)
        alone, _ = _beside(server, 0)
        beside, seconds = _beside(server, asked.publications)
    _report(alone, beside, seconds)


def _make(server: Postgres) -> None:
    with psycopg.connect(server.dsn("transformer"), autocommit=True) as conn:
        for name, rows in MARTS.items():
            table = sql.Identifier("build", name)
            conn.execute(
                sql.SQL(
                    "create table {} as select number as customer_id, 0 as generation,"
                    " md5(number::text) as words from generate_series(1, {}) as number"
                ).format(table, rows)
            )
            conn.execute(sql.SQL("grant select on {} to kindred_publisher").format(table))


def _publish(server: Postgres, number: int) -> float:
    """Make another generation of every mart and publish it; return the publication's seconds."""
    with psycopg.connect(server.dsn("transformer"), autocommit=True) as conn:
        for name in MARTS:
            table = sql.Identifier("build", name)
            conn.execute(sql.SQL("update {} set generation = {}").format(table, number))
            if number and number % NEW_COLUMN_EVERY == 0:
                column = sql.Identifier(f"column_{number}")
                conn.execute(sql.SQL("alter table {} add {} int").format(table, column))
        row = conn.execute(
            "insert into ops.builds (run_id, status) values ('bench', 'passed') returning build_id"
        ).fetchone()
    assert row is not None  # noqa: S101 -- `returning` gives the row just written
    began = time.monotonic()
    publish_marts(server.dsn("publisher"), row[0], MARTS)
    return time.monotonic() - began


def _beside(server: Postgres, publications: int) -> tuple[list[Read | None], list[float]]:
    """Publish while others read; return their reads (None: an error) and publications' seconds."""
    context = multiprocessing.get_context("spawn")
    over, there = context.Event(), context.Barrier(READERS + 2)
    dsn = server.dsn("reader")
    with context.Pool(READERS + 1, initializer=_begin, initargs=(over, there)) as pool:
        reading = pool.map_async(_read, [dsn] * READERS, chunksize=1)
        coffee = pool.apply_async(_hold, [dsn])
        there.wait()
        seconds = [_publish(server, number) for number in range(1, publications + 1)]
        time.sleep(2 if publications else 10)
        over.set()
        coffee.get()
        return [read for found in reading.get() for read in found], seconds


_over: Event


def _begin(over: Event, there: Barrier) -> None:
    """Wait in each process until all of them are there."""
    global _over
    _over = over
    there.wait()


def _read(dsn: str) -> list[Read | None]:
    """Read all marts in one transaction, again and again."""
    found: list[Read | None] = []
    with psycopg.connect(dsn, autocommit=True) as conn:
        while not _over.is_set():
            began = time.monotonic()
            try:
                with conn.transaction():
                    seen = {
                        generation
                        for name in MARTS
                        for generation in conn.execute(
                            sql.SQL("select min(generation), max(generation) from {}").format(
                                sql.Identifier("marts", name)
                            )
                        ).fetchall()[0]
                    }
                found.append((time.monotonic() - began, len(seen) > 1))
            except psycopg.Error:
                found.append(None)
    return found


def _hold(dsn: str) -> None:
    """Keep a transaction that has read open for seconds, then begin another."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        while not _over.is_set():
            with conn.transaction():
                conn.execute("select count(*) from marts.tiers")
                _over.wait(COFFEE_SECONDS)


def _report(alone: list[Read | None], beside: list[Read | None], seconds: list[float]) -> None:
    say(f"{'':<40}{'readers alone':>16}{'publications':>16}")
    counts = {
        "transactions read": (len(alone), len(beside)),
        "errors": (alone.count(None), beside.count(None)),
        "of two generations": (_mixed(alone), _mixed(beside)),
    }
    for name, (first, second) in counts.items():
        say(f"{name:<40}{first:>16,}{second:>16,}")
    both = [sorted(read[0] for read in reads if read) for reads in (alone, beside)]
    for name, cut in {"p50, ms": 49, "p99, ms": 98}.items():
        ms = [1000 * quantiles(times, n=100)[cut] for times in both]
        say(f"{name:<40}{ms[0]:>16.1f}{ms[1]:>16.1f}")
    say(f"{'longest, ms':<40}{1000 * both[0][-1]:>16.1f}{1000 * both[1][-1]:>16.1f}")
    plain = [s for n, s in enumerate(seconds, 1) if n % NEW_COLUMN_EVERY]
    wide = [s for n, s in enumerate(seconds, 1) if n % NEW_COLUMN_EVERY == 0]
    for name, times in {"": plain, ", with a new column": wide}.items():
        if times:
            say(f"\n{'publications' + name:<40}{len(times):>32}")
            mean, longest = sum(times) / len(times), max(times)
            say(f"{'seconds each, mean and longest':<40}{mean:>16.2f}{longest:>16.2f}")


def _mixed(reads: list[Read | None]) -> int:
    return sum(bool(read and read[1]) for read in reads)
