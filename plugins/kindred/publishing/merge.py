"""The set-based SQL of a merge, step by step over two temporary tables.

    incoming  the batch's winner for each key, with a hash of its content
    changed   the keys whose content will change, with the old and the new subject and day

Steps are separate statements, so that each can be read, timed and tested. The load's lock, which
the caller holds, keeps other sessions out between them.
"""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

from kindred.loads import Batch, Load
from kindred.publishing import versions
from kindred.warehouse import schema

CONFLICT = "another row of the batch has the same key and stamp, other content, and won"


def reduce(conn: psycopg.Connection, batch: Batch, load: Load) -> None:
    """Create `incoming`: one row per key, the greatest version in the batch."""
    conn.execute(
        sql.SQL(
            """
            create temporary table incoming on commit drop as
            select distinct on ({key}) * from (
                select {columns}, _batch_id, _extracted_at, {content} as _content
                from {landing} where _batch_id = {batch}
            ) as landed
            order by {key}, {newest_first}
            """
        ).format(
            key=versions.names_of(load.key),
            columns=versions.names_of(versions.content_columns(load)),
            content=versions.content(load),
            landing=sql.Identifier("landing", load.name),
            batch=batch.batch_id,
            newest_first=sql.SQL(", ").join(
                sql.SQL("{} desc").format(part)
                for part in versions.version_parts(load, "landed", sql.SQL("_content"))
            ),
        )
    )
    conn.execute("analyze incoming")


def quarantine_conflicts(conn: psycopg.Connection, batch: Batch, load: Load) -> int:
    """Quarantine rows that lost to one with the same stamp, since either may be right."""
    return conn.execute(
        sql.SQL(
            """
            insert into quarantine.rows (load, batch_id, reason, record)
            select distinct {load}, {batch}::bigint, {reason},
                (to_jsonb(landed) - '_batch_id' - '_extracted_at')::text
            from {landing} as landed
            join incoming on {same_key} and {same_stamp}
                and landed._extracted_at = incoming._extracted_at
            where landed._batch_id = {batch} and {content} <> incoming._content
            """
        ).format(
            load=load.name,
            batch=batch.batch_id,
            reason=CONFLICT,
            landing=sql.Identifier("landing", load.name),
            same_key=versions.same_key(load, "landed"),
            same_stamp=sql.SQL("{} = {}").format(
                versions.stamp(load, "landed"), versions.stamp(load, "incoming")
            ),
            content=versions.content(load, "landed"),
        )
    ).rowcount


def keep_addresses(conn: psycopg.Connection, batch: Batch, load: Load) -> None:
    """Add the addresses in the batch's versions to the addresses that their records ever had."""
    for rule, address in load.addresses.items():
        conn.execute(
            sql.SQL(
                "insert into ops.addresses (load, subject, rule, address)"
                " select distinct {load}, {subject}, {rule}, {address} from {landing}"
                " where _batch_id = {batch} and {address} is not null on conflict do nothing"
            ).format(
                load=load.name,
                subject=sql.Identifier(load.key[0]),
                rule=rule,
                address=sql.SQL(address),
                landing=sql.Identifier("landing", load.name),
                batch=batch.batch_id,
            )
        )


def forget_addresses(conn: psycopg.Connection, load: Load) -> None:
    """Delete all addresses that a record ever had, if its tombstone has none."""
    if load.addresses and "is_deleted" in load.row.__struct_fields__:
        conn.execute(
            sql.SQL(
                "delete from ops.addresses using incoming, {raw} as present"
                " where addresses.load = {load} and addresses.subject = incoming.{key}"
                " and present.{key} = incoming.{key}"
                " and present.is_deleted and num_nonnulls({addresses}) = 0"
            ).format(
                raw=sql.Identifier("raw", load.name),
                load=load.name,
                key=sql.Identifier(load.key[0]),
                addresses=sql.SQL(", ").join(
                    sql.Identifier("present", column) for column in _address_columns(load)
                ),
            )
        )


def _address_columns(load: Load) -> list[str]:
    """Return the columns of text that the rules of addresses read."""
    read = set(re.findall(r"\w+", " ".join(load.addresses.values())))
    return [c.name for c in schema.columns(load) if c.name in read and c.type == "text"]


def find_changes(conn: psycopg.Connection, load: Load, zone: str) -> None:
    """Create `changed`: the keys whose version is new, or greater than raw's in other content."""
    conn.execute(
        sql.SQL(
            """
            create temporary table changed on commit drop as
            select {key}, {new_subject} as new_subject, {new_day} as new_day,
                {old_subject} as old_subject, {old_day} as old_day
            from incoming
            left join {raw} as present on {same_key}
            where present.{first} is null
                or {incoming_version} > {present_version}
                and incoming._content <> {present_content}
            """
        ).format(
            key=sql.SQL(", ").join(sql.Identifier("incoming", name) for name in load.key),
            new_subject=sql.Identifier("incoming", load.subject),
            new_day=versions.day(load, "incoming", zone),
            old_subject=sql.Identifier("present", load.subject),
            old_day=versions.day(load, "present", zone),
            raw=sql.Identifier("raw", load.name),
            same_key=versions.same_key(load, "present"),
            first=sql.Identifier(load.key[0]),
            incoming_version=versions.version(load, "incoming", sql.SQL("incoming._content")),
            present_version=versions.version(load, "present", versions.content(load, "present")),
            present_content=versions.content(load, "present"),
        )
    )


def touch_unchanged(conn: psycopg.Connection, load: Load) -> None:
    """Record when unchanged rows were last seen, without counting them as changed.

    This is needed only while an older extraction waits to be published: otherwise it would look
    newer than the row that this batch has just confirmed.
    """
    conn.execute(
        sql.SQL(
            """
            update {raw} as present set _extracted_at = incoming._extracted_at from incoming
            where {same_key} and present._extracted_at < incoming._extracted_at
                and {content} = incoming._content
            """
        ).format(
            raw=sql.Identifier("raw", load.name),
            same_key=versions.same_key(load, "present"),
            content=versions.content(load, "present"),
        )
    )


def upsert(conn: psycopg.Connection, load: Load) -> int:
    """Write the changed rows into raw; return their number."""
    names = [*versions.content_columns(load), "_batch_id", "_extracted_at"]
    sets = [
        sql.SQL("{} = excluded.{}").format(sql.Identifier(name), sql.Identifier(name))
        for name in names
        if name not in load.key
    ]
    return conn.execute(
        sql.SQL(
            "insert into {raw} ({columns}) select {columns} from incoming"
            " where ({key}) in (select {key} from changed)"
            " on conflict ({key}) do update set {sets}"
        ).format(
            raw=sql.Identifier("raw", load.name),
            columns=versions.names_of(names),
            key=versions.names_of(load.key),
            sets=sql.SQL(", ").join(sets),
        )
    ).rowcount


def mark_subjects(conn: psycopg.Connection, batch: Batch) -> int:
    """Write a row of `ops.changes` for each old or new subject, with its earliest day."""
    return conn.execute(
        """
        insert into ops.changes (load, subject, from_date, batch_id)
        select %s, subject, min(from_date), %s
        from (
            select new_subject as subject, new_day as from_date from changed
            union all
            select old_subject, old_day from changed
        ) as touched
        where subject is not null
        group by subject
        """,
        [batch.load, batch.batch_id],
    ).rowcount
