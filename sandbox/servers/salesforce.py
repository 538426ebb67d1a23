"""Salesforce: a token, `query`, `queryAll` and their pages of 2,000.

A query's records are frozen when it is asked, as the vendor's are: pages fetched later show the
records as they stood at the first one.  `queryAll` includes what lies in the recycle bin; a record
that was purged is in neither.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.replay import WITHHELD
from sandbox.servers.service import JSON, Service
from sandbox.servers.soql import Query, SoqlError, parse
from sandbox.shelf import Shelf

OBJECTS = {
    "contact": "contacts",
    "order": "orders",
    "survey_response__c": "survey_responses",
    "touchpoint_rating__c": "touchpoint_ratings",
    "lead": "referrals",
}
PAGE = 2000
_KEPT = 500  # queries whose further pages can still be fetched
_DAY = 86_400
log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class Answer:
    """A query's frozen result."""

    shelf: Shelf
    fields: tuple[str, ...] | None  # None: all there are
    positions: list[int]
    page: int
    is_filled: bool = False  # a field that a record lacks is null


class Salesforce:
    """The endpoints; `is_strict` refuses fields that the object does not have.

    Else they are there and empty, as a replay's README says.
    """

    def __init__(self, service: Service, is_strict: bool) -> None:
        self.service, self.is_strict = service, is_strict
        self._answers: dict[str, Answer] = {}
        self._asked = 0
        self._known = cache(self._fields_of)
        self._said: set[str] = set()

    def routes(self) -> list[Route]:
        """Return the routes, below `/salesforce` and, for `nextRecordsUrl`, below `/`."""
        found = [Route("/salesforce/services/oauth2/token", self.token, methods=["POST"])]
        for root in ("", "/salesforce"):
            base = f"{root}/services/data/v{{version}}"
            found.append(Route(f"{base}/query", self.query))
            found.append(Route(f"{base}/queryAll", self.query_all))
            found.append(Route(f"{base}/queryAll/{{locator}}", self.more))
            found.append(Route(f"{base}/query/{{locator}}", self.more))
        return found

    async def token(self, request: Request) -> Response:
        """Issue a token for client credentials."""
        token = await self.service.issue("salesforce", request)
        if token is None:
            refusal = {"error": "invalid_client", "error_description": "invalid client credentials"}
            return JSON(refusal, 400)
        return JSON(
            {
                "access_token": token,
                "instance_url": f"{str(request.base_url).rstrip('/')}/salesforce",
                "token_type": "Bearer",
                "issued_at": str(int(self.service.wall_clock() * 1000)),
            }
        )

    async def query(self, request: Request) -> Response:
        """Answer a query over what is not deleted with its first page."""
        return self._first(request, is_all=False)

    async def query_all(self, request: Request) -> Response:
        """Answer a query over everything with its first page."""
        return self._first(request, is_all=True)

    def _first(self, request: Request, *, is_all: bool) -> Response:
        refused = self._refuse(request)
        if refused is not None:
            return refused
        try:
            query = parse(request.query_params.get("q", ""))
            answer = self._ask(query, _page_size(request), is_all=is_all)
        except SoqlError as error:
            return JSON([{"message": str(error), "errorCode": error.code}], 400)
        self._asked += 1
        locator = f"01g5s{self._asked:013d}"
        self._answers[locator] = answer
        if len(self._answers) > _KEPT:
            del self._answers[next(iter(self._answers))]
        return self._page(locator, 0)

    async def more(self, request: Request) -> Response:
        """Answer with a further page: `.../query/<locator>-<offset>`."""
        refused = self._refuse(request)
        if refused is not None:
            return refused
        locator, _, offset = request.path_params["locator"].rpartition("-")
        if locator not in self._answers or not offset.isdigit():
            message = "invalid query locator"
            return JSON([{"message": message, "errorCode": "INVALID_QUERY_LOCATOR"}], 400)
        return self._page(locator, int(offset))

    def _refuse(self, request: Request) -> Response | None:
        if not self.service.admits("salesforce", request):
            message = "Session expired or invalid"
            return JSON([{"message": message, "errorCode": "INVALID_SESSION_ID"}], 401)
        used, _ = self.service.count("salesforce", _DAY)
        if used > self.service.limits.salesforce_a_day:
            message = "TotalRequests Limit exceeded."
            return JSON([{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
        return None

    def _ask(self, query: Query, page: int, *, is_all: bool) -> Answer:
        name = OBJECTS.get(query.kind.lower())
        if name is None:
            raise SoqlError("INVALID_TYPE", f"sObject type '{query.kind}' is not supported.")
        shelf, known = self.service.world.shelves[name], self._known(name)
        asked = (*query.fields, *(field for field, _ in query.null))
        spelled = {field.lower(): field for field in known}
        for field in asked if self.is_strict else ():
            if field.lower() not in spelled:
                message = f"No such column '{field}' on entity '{query.kind}'."
                raise SoqlError("INVALID_FIELD", message)
        positions = _positions(shelf, query, self.service.now)
        if not is_all:
            positions = [at for at in positions if not _decode(shelf.record(at)).get("IsDeleted")]
        for field, must_be_null in query.null:
            positions = [
                at
                for at in positions
                if (_decode(shelf.record(at)).get(spelled.get(field.lower())) is None)
                == must_be_null
            ]
        fields = tuple(spelled.get(field.lower(), field) for field in query.fields)
        if not self.is_strict:
            self._say_empty(name, sorted({*fields} - known))
        is_all = self.is_strict and known.issubset(fields)
        shown = positions[: query.limit]
        return Answer(shelf, None if is_all else fields, shown, page, is_filled=not self.is_strict)

    def _say_empty(self, name: str, fields: list[str]) -> None:
        """Say once which fields no record of a file has."""
        if fields and name not in self._said and len(self.service.world.shelves[name]):
            self._said.add(name)
            log.warning("%s.jsonl: served as empty: %s", name, ", ".join(fields))

    def _fields_of(self, name: str) -> frozenset[str]:
        """Return the fields that an object's records have."""
        shelf = self.service.world.shelves[name]
        found: set[str] = set()
        for at in range(len(shelf) if not self.is_strict else min(len(shelf), 1)):
            found |= _decode(shelf.record(at)).keys()
        return frozenset(found - {"attributes", WITHHELD})

    def _page(self, locator: str, offset: int) -> Response:
        answer = self._answers[locator]
        shown = answer.positions[offset : offset + answer.page]
        after = offset + len(shown)
        head: dict[str, Any] = {
            "totalSize": len(answer.positions),
            "done": after >= len(answer.positions),
        }
        if not head["done"]:
            head["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}-{after}"
        body = msgspec.json.encode(head)[:-1] + b',"records":[' + _join(answer, shown) + b"]}"
        used = self.service.used("salesforce")
        usage = f"api-usage={used}/{self.service.limits.salesforce_a_day}"
        return JSON(body, headers={"Sforce-Limit-Info": usage})


def _positions(shelf: Shelf, query: Query, now: int) -> list[int]:
    """Return where the records of a query lie, in its order."""
    positions = shelf.find(query.start, query.end, now).tolist()
    ids = {at: shelf.ids[at].decode() for at in positions}
    found = [at for at in positions if query.has(ids[at])]
    return sorted(found, key=ids.__getitem__) if query.is_by_id else found


def _join(answer: Answer, shown: list[int]) -> bytes:
    """Encode a page, cut down to the fields asked for where these are not all."""
    if answer.fields is None:
        return answer.shelf.join(shown)
    wanted = ("attributes", *answer.fields)
    records = [_decode(answer.shelf.record(at)) for at in shown]
    if answer.is_filled:
        records = [_filled(record, answer.fields) for record in records]
    cut = [{name: record[name] for name in wanted if name in record} for record in records]
    return msgspec.json.encode(cut)[1:-1]


def _filled(record: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Give a record the fields that it never named: null, and not deleted."""
    empty = dict.fromkeys({*fields}.difference(record.get(WITHHELD, ())))
    return empty | ({"IsDeleted": False} if "IsDeleted" in empty else {}) | record


def _page_size(request: Request) -> int:
    """Read `Sforce-Query-Options: batchSize=n` (200 to 2,000, as the vendor has it)."""
    found = re.search(r"batchSize=(\d+)", request.headers.get("sforce-query-options", ""))
    return min(max(int(found[1]), 200), PAGE) if found else PAGE
