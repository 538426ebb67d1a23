"""From the simulation to a vendor's records: a folder here for each vendor, found by its name.

A folder's package has a `RENDERER`. Nothing else has to know that the vendor is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import msgspec

from sandbox.record_store import FOREVER, RecordStore
from sandbox.simulation.context import GenerationContext
from sandbox.simulation.identities import Identities

Record = dict[str, Any]


class TrueIdentity(msgspec.Struct, frozen=True):
    """Which customer a contact, conversation or account of a vendor really is."""

    kind: str
    id: str
    customer: int


@dataclass(frozen=True)
class Rendering:
    """A vendor's records by kind, and what the truth says of their ids."""

    stores: dict[str, RecordStore]
    identities: list[TrueIdentity]
    contact_ids: list[str] = field(default_factory=list)  # of the customers, if it has them all


class ReplayError(Exception):
    """Records that cannot be replayed; the text names the file and the reason."""


@dataclass(frozen=True)
class SuppliedVersion:
    """One version of a record that somebody supplied for a replay; times are milliseconds."""

    record_id: str
    visible: int
    key: int  # what the vendor's window selects by
    record: Record
    until: int = FOREVER


@dataclass(frozen=True)
class Renderer:
    """How a vendor writes what was simulated, and how its own records are read for a replay.

    Args:
        kinds: the kinds of record, named as the vendor's loads are after the vendor's name.
        read: a kind and a supplied record to its version; KeyError names a missing field.
        complete: a supplied record's versions, oldest first, to what is served, if that differs.
        hashtags: supplied records to the hashtags that posts are found by, if there are any.
    """

    kinds: tuple[str, ...]
    render: Callable[[GenerationContext, Identities], Rendering]
    read: Callable[[str, Record], SuppliedVersion]
    complete: Callable[[list[Record]], list[Record]] | None = None
    hashtags: Callable[[list[Record]], list[str]] | None = None


@cache
def renderers() -> dict[str, Renderer]:
    """Return the renderers of all vendors, by vendor."""
    vendors = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return {vendor: import_module(f"{__name__}.{vendor}").RENDERER for vendor in vendors}


def store_names() -> list[str]:
    """Return the names of all record stores, which are those of the loads that read them."""
    return [f"{vendor}_{kind}" for vendor, found in renderers().items() for kind in found.kinds]
