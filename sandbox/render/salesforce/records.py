"""Write what was simulated as Salesforce's records, each change a version with its stamp."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.record_store import RecordStoreBuilder
from sandbox.render import Record, Rendering, TrueIdentity
from sandbox.render.salesforce.ids import date_time, record_ids
from sandbox.render.salesforce.objects import (
    OBJECTS,
    Field,
    Reference,
    SalesforceObject,
    Simulated,
)
from sandbox.simulation.context import Change, GenerationContext
from sandbox.simulation.identities import Identities

Version = tuple[int, int, bytes]

_encode = msgspec.json.Encoder().encode


def render(context: GenerationContext, identities: Identities) -> Rendering:
    """Write all records of all objects."""
    given = Simulated(context, identities)
    ids: dict[str, list[str]] = {}
    stores = {}
    for kind, sobject in OBJECTS.items():
        rows = list(sobject.rows(given))
        ids[kind] = record_ids(sobject.key_prefix, max((row[0] for row in rows), default=-1) + 1)
        builder = RecordStoreBuilder()
        for number, values, changes in rows:
            record_id = ids[kind][number]
            builder.add(record_id, _versions(sobject, record_id, values, changes, ids))
        stores[kind] = builder.build()
    merged = [
        TrueIdentity("contact", ids["contacts"][duplicate.number], customer)
        for customer, duplicate in identities.duplicates.items()
    ]
    return Rendering(stores, merged, ids["contacts"][: context.scenario.customers])


def _versions(
    sobject: SalesforceObject,
    record_id: str,
    values: Record,
    changes: list[Change],
    ids: dict[str, list[str]],
) -> list[Version]:
    """Fold changes into the versions of a record; the first change creates it.

    Stamps are whole seconds, as Salesforce's are. Changes in one second make one version.
    """
    versions: dict[int, bytes] = {}
    link = f"/services/data/v62.0/sobjects/{sobject.name}/{record_id}"
    record: Record = {"attributes": {"type": sobject.name, "url": link}, "Id": record_id}
    for name, field in sobject.fields.items():
        record[field.name] = _written(values[name], field, ids)
    changes = sorted(changes, key=lambda change: change[0])
    record["CreatedDate"] = date_time(changes[0][0] // 1000 * 1000)
    for moment, change in changes:
        stamp = moment // 1000 * 1000
        for name, value in change.items():
            field = sobject.fields[name]
            record[field.name] = _written(value, field, ids)
        record["SystemModstamp"] = date_time(stamp)
        versions[stamp] = _encode(record)
    return [(stamp, stamp, encoded) for stamp, encoded in versions.items()]


def _written(value: Any, field: Field | Reference, ids: dict[str, list[str]]) -> Any:
    """Write a value as the vendor does: a reference as an id, none as null."""
    if value is None:
        return None
    if isinstance(field, Reference):
        return ids[field.kind][value]
    return value if field.write is None else field.write(value)
