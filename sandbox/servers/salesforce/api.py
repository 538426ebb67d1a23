"""Salesforce: a token, `query`, `queryAll` and their pages of 2,000.

`queryAll` includes what lies in the recycle bin. A record that was purged is in neither.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.render.salesforce.objects import OBJECTS
from sandbox.servers.salesforce.faults import SalesforceAnswers
from sandbox.servers.salesforce.queries import QueryResult, QueryRunner
from sandbox.servers.salesforce.soql import SoqlError, parse
from sandbox.servers.server_state import JSON, ServerState
from sandbox.servers.vendor_server import RateLimit, VendorServer

_PAGE = 2000
_KEPT = 500  # queries whose further pages can still be fetched


class Salesforce(VendorServer):
    """The endpoints."""

    rate_limit = RateLimit(1_000_000, seconds=86_400)
    answers = SalesforceAnswers()

    def __init__(self, name: str, state: ServerState) -> None:
        super().__init__(name, state)
        stores = {kind: state.world.stores[f"{name}_{kind}"] for kind in OBJECTS}
        self._runner = QueryRunner(stores, is_strict=not state.world.is_replay)
        self._results: dict[str, QueryResult] = {}
        self._asked = 0

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
        token = await self.issue(request)
        if token is None:
            described = "invalid client credentials"
            return JSON({"error": "invalid_client", "error_description": described}, 400)
        return JSON(
            {
                "access_token": token,
                "instance_url": f"{str(request.base_url).rstrip('/')}/salesforce",
                "token_type": "Bearer",
                "issued_at": str(int(self.state.wall_clock() * 1000)),
            }
        )

    async def query(self, request: Request) -> Response:
        """Answer a query over what is not deleted with its first page."""
        return self._first_page(request, is_all=False)

    async def query_all(self, request: Request) -> Response:
        """Answer a query over everything with its first page."""
        return self._first_page(request, is_all=True)

    def _first_page(self, request: Request, *, is_all: bool) -> Response:
        refusal = self._check_access(request)
        if refusal is not None:
            return refusal
        try:
            query = parse(request.query_params.get("q", ""))
            result = self._runner.run(query, self.state.now, _page_size(request), is_all=is_all)
        except SoqlError as error:
            return JSON([{"message": str(error), "errorCode": error.code}], 400)
        self._asked += 1
        locator = f"01g5s{self._asked:013d}"
        self._results[locator] = result
        if len(self._results) > _KEPT:
            del self._results[next(iter(self._results))]
        return self._page(locator, 0)

    async def more(self, request: Request) -> Response:
        """Answer with a further page: `.../query/<locator>-<offset>`."""
        refusal = self._check_access(request)
        if refusal is not None:
            return refusal
        locator, _, offset = request.path_params["locator"].rpartition("-")
        if locator not in self._results or not offset.isdigit():
            message = "invalid query locator"
            return JSON([{"message": message, "errorCode": "INVALID_QUERY_LOCATOR"}], 400)
        return self._page(locator, int(offset))

    def _page(self, locator: str, offset: int) -> Response:
        result = self._results[locator]
        shown = result.positions[offset : offset + result.page]
        after = offset + len(shown)
        head: dict[str, Any] = {
            "totalSize": len(result.positions),
            "done": after >= len(result.positions),
        }
        if not head["done"]:
            head["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}-{after}"
        body = msgspec.json.encode(head)[:-1] + b',"records":[' + result.encode_page(shown) + b"]}"
        usage = f"api-usage={self.state.used(self.name)}/{self.allowed}"
        return JSON(body, headers={"Sforce-Limit-Info": usage})

    def _check_access(self, request: Request) -> Response | None:
        """Return the error of a request without a token or beyond the limit, else count it."""
        if not self.admits(request):
            message = "Session expired or invalid"
            return JSON([{"message": message, "errorCode": "INVALID_SESSION_ID"}], 401)
        if self.count().is_exceeded:
            message = "TotalRequests Limit exceeded."
            return JSON([{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
        return None


def _page_size(request: Request) -> int:
    """Read `Sforce-Query-Options: batchSize=n` (200 to 2,000, as the vendor has it)."""
    found = re.search(r"batchSize=(\d+)", request.headers.get("sforce-query-options", ""))
    return min(max(int(found[1]), 200), _PAGE) if found else _PAGE
