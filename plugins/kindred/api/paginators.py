"""Paging schemes: one class each, which says what is a page, what a total, and what the end.

What is missing can be an end or an error, and each class says which in its docstring. A scheme
looks at one answer at a time; `walking` counts over all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from kindred.api.messages import ApiCall, ApiResponse
from kindred.errors import SourceMalformed

# What a server gives that does not know `limit`, or caps it at its own default (Mastodon: 20).
DEFAULT_PAGE = 20


class Paging(Protocol):
    """A paging scheme; `is_live`: the total may change while its pages are read."""

    is_live: ClassVar[bool]

    def listed(self, answer: ApiResponse) -> list[Any]:
        """Return the records of a page."""

    def total(self, answer: ApiResponse) -> int | None:
        """Return how many records the vendor says there are, None where it does not say."""

    def after(self, answer: ApiResponse, came: int) -> ApiCall | None:
        """Return the call for the next page, or None at the end; `came`: records so far."""


@dataclass(frozen=True)
class NextUrl:
    """The document holds the path of the next page (Salesforce).

    {"totalSize": 3, "done": false, "nextRecordsUrl": "/services/data/v62.0/query/01g-2000",
     "records": [...]}

    An end: `done: true` without `nextRecordsUrl` (missing, null or empty), or with one once
    `totalSize` records have come. With one before that, and on a page without records, the
    address is followed. `totalSize` may be missing: `done` says the end.
    An error: neither `done` nor an address; an address that is no text; `records` missing or
    null; a `totalSize` that is no number, or that the pages do not reach. The cursor is frozen, so
    the largest `totalSize` of any page counts.
    """

    is_live: ClassVar[bool] = False
    records: str = "records"

    def listed(self, answer: ApiResponse) -> list[Any]:
        """Return the page's `records`."""
        return records_of(answer, self.records)

    def total(self, answer: ApiResponse) -> int | None:
        """Return `totalSize`."""
        return _count(answer, "totalSize")

    def after(self, answer: ApiResponse, came: int) -> ApiCall | None:
        """Follow `nextRecordsUrl` until `done`."""
        url, is_done = answer.document.get("nextRecordsUrl"), answer.document.get("done") is True
        total = self.total(answer)
        if is_done and (url in (None, "") or (total is not None and came >= total)):
            return None
        if not isinstance(url, str) or not url:
            raise SourceMalformed(f"{answer.call.label}: neither done nor a next page")
        return replace(answer.call, target=_own_path(answer, url), params={})


@dataclass(frozen=True)
class PageNumber:
    """The question holds a page number, the answer how many records there are (Genesys Cloud).

    {"interval": "...", "paging": {"pageSize": 100, "pageNumber": 1}}
    {"conversations": [...], "totalHits": 250}

    An end: the pages cover `totalHits`; without `totalHits`, a page that is not full, or one
    without the list, as the vendor answers for an empty day (`{}`). A list that is null is none
    where `totalHits` is zero.
    An error: any other list that is null, or missing though `totalHits` is above zero; a
    `totalHits` that is no number, or that the pages do not reach.
    The data are live, so `totalHits` may change from page to page: the newest one counts. A
    record that moves to a page already read is missed then, and comes with a later night, which
    looks back over the same days.
    """

    is_live: ClassVar[bool] = True
    records: str

    def listed(self, answer: ApiResponse) -> list[Any]:
        """Return the page's records; none where the vendor leaves out the list of an empty day."""
        document, total = answer.document, self.total(answer)
        if isinstance(document, dict) and document.get(self.records) is None:
            is_left_out = self.records not in document and not total
            if is_left_out or total == 0:
                return []
        return records_of(answer, self.records)

    def total(self, answer: ApiResponse) -> int | None:
        """Return `totalHits`."""
        return _count(answer, "totalHits")

    def after(self, answer: ApiResponse, came: int) -> ApiCall | None:  # noqa: ARG002 -- pages have a number
        """Ask for page after page until `totalHits` are covered."""
        paging = answer.call.json["paging"]
        number, size = paging["pageNumber"], paging["pageSize"]
        listed, total = len(self.listed(answer)), self.total(answer)
        is_last = listed < size if total is None else number * size >= total
        if is_last or not listed:
            return None
        paging = {**paging, "pageNumber": number + 1}
        return replace(answer.call, json={**answer.call.json, "paging": paging})


@dataclass(frozen=True)
class LinkHeader:
    """The header names the next page (RFC 8288; Mastodon).

    Link: <https://host/api/v1/timelines/tag/x?max_id=12>; rel="next", <...>; rel="prev"

    An end: no link on a page that is not full. A link on an empty page is followed.
    A full page without a link is none: proxies and forks lose the header, so the walk goes on
    below the page's last id. Full is a page of the size asked for (`size`, asked for again where a
    link has lost it), or of the vendor's default size, which a server gives that knows no other.
    An error: a body that is no list; a link without an address; a full page without a link whose
    last record has no id. The vendor states no total.
    """

    is_live: ClassVar[bool] = True
    records: str = "records"
    size: str = "limit"
    cursor: str = "max_id"

    def listed(self, answer: ApiResponse) -> list[Any]:
        """Return the page: the whole document."""
        if not isinstance(answer.document, list):
            raise SourceMalformed(
                f"{answer.call.label}: the answer is not a list of {self.records}"
            )
        return answer.document

    def total(self, answer: ApiResponse) -> int | None:  # noqa: ARG002 -- there is none
        """Return None: the vendor does not count."""
        return None

    def after(self, answer: ApiResponse, came: int) -> ApiCall | None:  # noqa: ARG002 -- links say the end
        """Follow `rel="next"` on our own host, whatever host a proxy made of it."""
        url = _next_link(answer.response.headers.get("link", ""))
        if url is not None:
            if not url.strip():
                raise SourceMalformed(f"{answer.call.label}: a next page without an address")
            return self._sized(answer, _own_path(answer, url))
        return self._below(answer) if self._is_full(answer) else None

    def _sized(self, answer: ApiResponse, target: str) -> ApiCall:
        """Return the call for a target; a link that lost the size asks for it again."""
        size = self._asked(answer.call)
        is_lost = size and not self._asked(replace(answer.call, target=target, params={}))
        return replace(answer.call, target=target, params={self.size: size} if is_lost else {})

    def _asked(self, call: ApiCall) -> str:
        return dict(parse_qsl(urlsplit(call.path()).query)).get(self.size, "")

    def _is_full(self, answer: ApiResponse) -> bool:
        asked, count = self._asked(answer.call), len(answer.document)
        return count == DEFAULT_PAGE or (asked.isdecimal() and 0 < int(asked) <= count)

    def _below(self, answer: ApiResponse) -> ApiCall:
        """Return the call for what is older than the page's last record."""
        last = answer.document[-1]
        name = last.get("id") if isinstance(last, dict) else None
        if not isinstance(name, str) or not name:
            raise SourceMalformed(
                f"{answer.call.label}: a full page has neither a link to the next one nor an id"
                " to go on from"
            )
        path, _, query = answer.call.path().partition("?")
        params = dict(parse_qsl(query, keep_blank_values=True)) | {self.cursor: name}
        return replace(answer.call, target=f"{path}?{urlencode(params)}", params={})


def records_of(answer: ApiResponse, name: str) -> list[Any]:
    """Return the list called `name` in the answer's document.

    Raises:
        SourceMalformed: there is no such list.
    """
    document = answer.document
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise SourceMalformed(f"{answer.call.label}: the answer has no list {name}")
    return found


def _count(answer: ApiResponse, name: str) -> int | None:
    """Return a total that the document states, None where it has none."""
    if not isinstance(answer.document, dict) or name not in answer.document:
        return None
    value = answer.document[name]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise SourceMalformed(f"{answer.call.label}: {name} is not a number of records")


def _next_link(header: str) -> str | None:
    """Return the address of `rel="next"`, None where the header has none."""
    for url, attributes in re.findall(r"<([^<>]*)>((?:\s*;[^,<]*)*)", header):
        found = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", attributes, re.IGNORECASE)
        if found and "next" in (found[1] or found[2] or "").lower().split():
            return str(url)
    return None


def _own_path(answer: ApiResponse, url: str) -> str:
    """Return path and query: the next page is on the host that gave this one."""
    try:
        parts = urlsplit(urljoin(answer.call.target, url.strip()))
    except ValueError:
        raise SourceMalformed(f"{answer.call.label}: a next page whose address is none") from None
    path = "/" + parts.path.lstrip("/")  # `//host/path` would name another host
    return f"{path}?{parts.query}" if parts.query else path
