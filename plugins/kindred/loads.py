"""The nouns of the pipeline: a Load, the Window it is asked for, the Batch it becomes.

A load has one name, the same word everywhere: `salesforce_contacts` is the entry in
`sources/`, `landing.salesforce_contacts`, `raw.salesforce_contacts`, the Airflow asset,
`expectations/salesforce_contacts.yml`, the dbt source table and `stg_salesforce_contacts`.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, get_type_hints

import msgspec

# By how much a tombstone of ours is newer than the version that it ends.
TICK = timedelta(microseconds=1)


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A row contract: field names are raw columns, types are their types.

    `rename` on a subclass maps the vendor's own field names.  A record that does not
    convert goes to quarantine whole; a field that is not in the contract goes to `_extra`.
    """


# Marks a field that only some organisations have: `Annotated[str | None, ONLY_WHERE_PRESENT]`.
# Where the vendor says that it has no such field, the records carry null.
ONLY_WHERE_PRESENT = msgspec.Meta(extra={"is_only_where_present": True})


def optional_fields(row: type[Row]) -> frozenset[str]:
    """Return the wire names of the fields that are marked `ONLY_WHERE_PRESENT`."""
    hints = get_type_hints(row, include_extras=True)
    return frozenset(
        found.encode_name
        for found in msgspec.structs.fields(row)
        if _is_only_where_present(hints[found.name])
    )


def _is_only_where_present(kind: Any) -> bool:
    """Say whether a type, or a member of a union, carries the mark."""
    marks = (*getattr(kind, "__metadata__", ()), ONLY_WHERE_PRESENT)
    return marks.index(ONLY_WHERE_PRESENT) < len(marks) - 1 or any(
        _is_only_where_present(member) for member in getattr(kind, "__args__", ())
    )


@dataclass(frozen=True)
class Window:
    """A half-open UTC interval `[start, end)`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for edge in (self.start, self.end):
            if edge.tzinfo is None or edge.utcoffset() != timedelta(0):
                raise ValueError(f"a window's edges are UTC instants, got {edge!r}")
        if self.start >= self.end:
            raise ValueError(f"a window has a length, got {self.start} to {self.end}")

    def split(self, widest: timedelta) -> list[Window]:
        """Cut into consecutive windows no wider than `widest`."""
        edges = [self.start]
        while edges[-1] < self.end:
            edges.append(min(edges[-1] + widest, self.end))
        return [Window(a, b) for a, b in itertools.pairwise(edges)]

    def __str__(self) -> str:
        return f"{_stamp(self.start)} to {_stamp(self.end)}"


def _stamp(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%d" if moment.time() == datetime.min.time() else "%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Page:
    """Some records of one load, as flat dicts keyed by its contract's wire names.

    `failure` ends that one load and lets the others of the same extraction go on. `unanswered`
    are things that the vendor did not give, by their ids, with the reason: they are reported, and
    a following night asks again.
    """

    load: str
    records: list[dict[str, Any]]
    failure: Exception | None = None
    unanswered: Mapping[str, str] = field(default_factory=dict)


class RawLookup(Protocol):
    """What raw already holds of a load: an extraction may look before it asks again."""

    async def rows_where_in(
        self, load: str, columns: tuple[str, ...], column: str, values: list[str]
    ) -> list[dict[str, Any]]:
        """Return `columns` of the rows whose `column` is one of `values`."""

    async def rows_between(self, load: str, column: str, window: Window) -> list[dict[str, Any]]:
        """Return the rows, whole, whose `column` lies in the window."""

    async def published_batches(self, load: str, window: Window) -> list[Batch]:
        """Return the published batches that asked for some of the window."""


@dataclass(frozen=True)
class ExtractRequest:
    """What an extraction is asked for: these loads, in this window, from this API."""

    api: Any
    window: Window
    known: RawLookup
    loads: frozenset[str]


# Loads that share one extraction (the same object) and one window are pulled together.
Extract = Callable[[ExtractRequest], AsyncGenerator[Page, None]]


@dataclass(frozen=True)
class IdRange:
    """Ids to compare with a vendor's: those raw holds of `(after, through]`, live ones only.

    `after` is empty at the beginning, `through` is None at the end.
    """

    after: str
    through: str | None
    ids: Sequence[str]


@dataclass(frozen=True)
class Listing:
    """The live ids that a vendor has of a range, each with its stamp where the vendor gives one.

    `through` is the last id that the answer covers; None where it covers the whole range.
    """

    ids: Mapping[str, datetime | None]
    through: str | None = None


@dataclass(frozen=True)
class Deletions:
    """How deletions are found that no night can see.

    `remembered_for` is how long the vendor tells of a deletion: a source that was away for longer
    is compared id by id. `list_ids` asks which of `ids_at_once` ids are live, `look_up` asks once
    more, by id, for those that are not: the vendor's stamps of what it still has in any state.
    `erased` is what a tombstone says in place of a person's words and addresses.
    """

    remembered_for: timedelta
    ids_at_once: int
    list_ids: Callable[[Any, IdRange], Awaitable[Listing]]
    look_up: Callable[[Any, Sequence[str]], Awaitable[Mapping[str, datetime | None]]]
    erased: Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """Where a load keeps words that a customer wrote or spoke."""

    column: str
    where: str = "true"  # SQL over raw.<load>: which rows are the customer's own words
    is_html: bool = False


Link = Literal["contact", "conversation", "account"]


@dataclass(frozen=True)
class Load:
    """One thing pulled from one vendor.

    `key` identifies a record; `modified_at` is the vendor's own modification stamp, by which
    the newest version wins (None: the vendor has none, the time of extraction decides).
    `subject` is the column through which a changed row finds its customer (a contact, a
    conversation, an account), `happened_at` the column that says from which month on.
    `link` says what the subject is: a contact, a conversation or an account. `entity` is the
    entity whose rows the load's staging model brings, None where it brings those of none.
    """

    name: str
    vendor: str
    row: type[Row]
    extract: Extract
    key: tuple[str, ...]
    modified_at: str | None
    subject: str
    happened_at: str
    link: Link
    entity: str | None = None
    # A change matters from `happened_at` on; False: to a customer's whole history.
    is_dated: bool = True
    lookback: timedelta = timedelta(0)
    # Who or what there is, however long ago it changed: the first night asks from the beginning.
    is_state: bool = False
    # What was deleted is only no longer there: an old extraction does not know of it.
    is_deleted_by_absence: bool = False
    # None: the vendor cannot say what is gone, or what is gone there is no deletion.
    deletions: Deletions | None = None
    text: Text | None = None
    # Where a record of a person says how to reach them, by rule: SQL over raw.<load>. Every address
    # that a version ever had is kept, so that who changes a number keeps their past calls.
    addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Vendor:
    """A vendor, as its module in `sources/` declares it.

    `source` is what it is one of (crm, call_center, social): `ingest_<source>` pulls all vendors
    of a source, each by the Airflow connection that has the vendor's name. `auth` returns the login
    to an endpoint, `errors` are the codes with which the vendor limits and refuses (both of
    `kindred.api`). `backfills` and `reconciles` tell a person what asking again and comparing ids
    can and cannot bring.
    """

    name: str
    source: str
    auth: Callable[[Any], Any]
    errors: Any
    loads: tuple[Load, ...]
    backfills: str
    reconciles: str


@dataclass(frozen=True)
class Batch:
    """One load for one window in one run: a row of `ops.loads`.

    `attempt` is the fencing token: a write is refused once a newer attempt exists. The batch of a
    backfill moves no cursor. `unanswered` are the ids of what the vendor did not give it.
    """

    batch_id: int
    load: str
    window: Window
    run_id: str
    attempt: int
    is_backfill: bool = False
    unanswered: frozenset[str] = frozenset()
