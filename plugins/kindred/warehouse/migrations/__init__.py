"""The warehouse's schema as numbered files: each is applied once, in order, and then never edited.

    0001_ledger.sql, 0002_..., ...   what each step makes or changes
    before_0001.sql                  brings a warehouse that is older than the numbers up to FROZEN

`ops.migrations` says which were applied, with the digest of each file. All of it is one
transaction: what fails leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

from kindred.errors import SetupError
from kindred.warehouse import sqlstates

BEFORE = "before_0001"
# The last migration that `before_0001.sql` stands for.
FROZEN = 3
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    text: bytes

    @property
    def digest(self) -> str:
        """Return the digest of the file, the same wherever its lines end."""
        return hashlib.sha256(self.text.replace(b"\r\n", b"\n")).hexdigest()


def read(folder: Traversable | None = None) -> list[Migration]:
    """Return the migrations that this version of Kindred has, in their order.

    Raises:
        SetupError: a number is missing or stands twice.
    """
    folder = folder or resources.files(__name__)
    found = [
        Migration(int(match[1]), file.name.removesuffix(".sql"), file.read_bytes())
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if (match := _NAME.fullmatch(file.name))
    ]
    for expected, migration in enumerate(found, 1):
        if migration.number != expected:
            raise SetupError(
                f"migration {migration.name}: number {expected:04d} is due here;"
                " number the files without gaps"
            )
    return found


def apply(conn: psycopg.Connection, known: list[Migration] | None = None) -> list[str]:
    """Apply what the warehouse lacks, within the caller's transaction; return the names.

    Raises:
        SetupError: the warehouse is newer than this version, an applied file was edited, or a
            migration was refused.
    """
    known = read() if known is None else known
    is_older = _exists(conn, "ops.loads") and not _exists(conn, "ops.migrations")
    conn.execute("create schema if not exists ops")
    conn.execute(
        "create table if not exists ops.migrations ("
        " number integer primary key, name text not null, digest text not null,"
        " applied_at timestamptz not null default now())"
    )
    if is_older:
        _run(conn, BEFORE, resources.files(__name__).joinpath(f"{BEFORE}.sql").read_bytes())
        for migration in known[:FROZEN]:
            _record(conn, migration)
    applied = [BEFORE] if is_older else []
    for migration in _pending(conn, known):
        _run(conn, migration.name, migration.text)
        _record(conn, migration)
        applied.append(migration.name)
    return applied


def lacking(conn: psycopg.Connection) -> list[str]:
    """Return the names of the migrations that the warehouse lacks.

    Raises:
        SetupError: the warehouse is newer than this version, or an applied file was edited.
    """
    known = read()
    if not _exists(conn, "ops.migrations"):
        return [migration.name for migration in known]
    return [migration.name for migration in _pending(conn, known)]


def _pending(conn: psycopg.Connection, known: list[Migration]) -> list[Migration]:
    """Return what was not applied, once what was applied is what is known."""
    applied: list[tuple[int, str, str]] = conn.execute(
        "select number, name, digest from ops.migrations order by number"
    ).fetchall()
    if len(applied) > len(known):
        raise SetupError(
            f"the warehouse has migration {applied[-1][1]}, and this version of Kindred ends with"
            f" {known[-1].name}: install the version that made it, or a newer one"
        )
    for migration, (number, name, digest) in zip(known, applied, strict=False):
        if (number, name, digest) != (migration.number, migration.name, migration.digest):
            raise SetupError(
                f"migration {name} was applied, and its file {migration.name}.sql is another now:"
                " restore the file, and put the change into a migration of its own"
            )
    return known[len(applied) :]


def _run(conn: psycopg.Connection, name: str, text: bytes) -> None:
    try:
        conn.execute(text)
    except psycopg.Error as error:
        raise SetupError(
            f"migration {name} was refused ({sqlstates.describe(error)}); the warehouse is"
            " unchanged"
        ) from None


def _record(conn: psycopg.Connection, migration: Migration) -> None:
    conn.execute(
        "insert into ops.migrations (number, name, digest) values (%s, %s, %s)",
        [migration.number, migration.name, migration.digest],
    )


def _exists(conn: psycopg.Connection, table: str) -> bool:
    row = conn.execute("select to_regclass(%s) is not null", [table]).fetchone()
    return bool(row and row[0])
