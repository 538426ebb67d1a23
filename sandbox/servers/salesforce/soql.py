"""The part of SOQL that a loader needs, read strictly, refused in Salesforce's own words.

SELECT Id, Email FROM Contact
WHERE SystemModstamp >= 2026-10-31T00:00:00Z AND SystemModstamp < 2026-11-01T00:00:00Z
AND Email != null ORDER BY SystemModstamp, Id

SELECT Id, SystemModstamp FROM Contact WHERE Id > '003A' AND Id <= '003Z' ORDER BY Id LIMIT 2000
SELECT Id, SystemModstamp FROM Contact WHERE Id IN ('003A', '003B')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.record_store import FOREVER
from sandbox.times import milliseconds

_QUERY = re.compile(
    r"\s*select\s+(?P<fields>[\w\s,]+?)\s+from\s+(?P<object>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?(?:\s+order\s+by\s+(?P<order>[\w\s,]+?))?"
    r"(?:\s+limit\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_IDS = re.compile(r"\s*id\s+in\s*\((?P<ids>\s*'\w+'(?:\s*,\s*'\w+')*\s*)\)\s*", re.IGNORECASE)
_ID_RANGE = re.compile(r"\s*id\s*(?P<sign>>|<=)\s*'(?P<id>\w+)'\s*", re.IGNORECASE)
_CONDITION = re.compile(r"\s*(?P<field>\w+)\s*(?P<sign>>=|<=|!=|>|<|=)\s*(?P<value>\S+)\s*")


class SoqlError(Exception):
    """A query that is refused; `code` is Salesforce's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class SoqlQuery:
    """A parsed query; the window of SystemModstamp is `[start, end)` in milliseconds.

    `ids` are those asked for by name; `after` and `through` bound a range of them.
    """

    sobject: str
    fields: tuple[str, ...]
    start: int
    end: int
    null: tuple[tuple[str, bool], ...]  # (field, must be null)
    limit: int | None
    ids: frozenset[str] | None = None
    after: str = ""
    through: str | None = None
    is_by_id: bool = False

    def has(self, record_id: str) -> bool:
        """Say whether the query asks for an id."""
        is_named = self.ids is None or record_id in self.ids
        is_in_range = record_id > self.after and (self.through is None or record_id <= self.through)
        return is_named and is_in_range


def parse(text: str) -> SoqlQuery:
    """Read a query or raise SoqlError."""
    found = _QUERY.fullmatch(text)
    if found is None:
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: cannot read '{text[:80]}'")
    fields = tuple(name.strip() for name in found["fields"].split(","))
    if any(not re.fullmatch(r"\w+", name) for name in fields):
        raise SoqlError("MALFORMED_QUERY", "the field list is not names between commas")
    if len({name.lower() for name in fields}) < len(fields):
        raise SoqlError("INVALID_FIELD", "duplicate field selected")
    start, end, null = 0, FOREVER, []
    ids: dict[str, Any] = {}
    for condition in re.split(r"\s+and\s+", found["where"] or "", flags=re.IGNORECASE):
        if not condition:
            continue
        if of_ids := _of_ids(condition):
            ids |= of_ids
            continue
        field, sign, value = _condition(condition)
        if value.lower() == "null":
            null.append((field, sign == "="))
            continue
        moment = _instant(field, value)
        if sign in (">=", ">"):
            start = max(start, moment + (sign == ">"))
        else:
            end = min(end, moment + (sign == "<="))
    is_by_id = _is_by_id(found["order"])
    limit = int(found["limit"]) if found["limit"] else None
    return SoqlQuery(
        found["object"], fields, start, end, tuple(null), limit, is_by_id=is_by_id, **ids
    )


def _of_ids(condition: str) -> dict[str, Any]:
    """Read a condition on Id as fields of SoqlQuery; empty where it is on something else."""
    if named := _IDS.fullmatch(condition):
        return {"ids": frozenset(re.findall(r"\w+", named["ids"]))}
    if bound := _ID_RANGE.fullmatch(condition):
        return {"after" if bound["sign"] == ">" else "through": bound["id"]}
    return {}


def _condition(text: str) -> tuple[str, str, str]:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise SoqlError("MALFORMED_QUERY", f"cannot read the condition '{text.strip()[:80]}'")
    field, sign, value = found["field"], found["sign"], found["value"]
    is_null_test = value.lower() == "null" and sign in ("=", "!=")
    is_window = field.lower() == "systemmodstamp" and sign in (">=", ">", "<", "<=")
    if not (is_null_test or is_window):
        raise SoqlError(
            "MALFORMED_QUERY",
            f"this sandbox compares SystemModstamp with instants and fields with null, "
            f"not '{text.strip()[:80]}'",
        )
    return field, sign, value


def _instant(field: str, value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise SoqlError(
            "INVALID_FIELD",
            f"value of filter criterion for field '{field}' must be of type dateTime and should "
            "not be enclosed in quotes",
        )
    return milliseconds(moment.astimezone(UTC))


def _is_by_id(order: str | None) -> bool:
    """Say whether records come in the order of their ids, else of their stamps."""
    if order is None:
        return False
    names = [re.sub(r"\s+asc$", "", part.strip(), flags=re.I) for part in order.split(",")]
    lower = [name.lower() for name in names]
    if lower not in (["systemmodstamp", "id"], ["systemmodstamp"], ["id"]):
        raise SoqlError("MALFORMED_QUERY", "this sandbox orders by SystemModstamp, Id or by Id")
    return lower == ["id"]
