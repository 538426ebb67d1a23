"""Judge one response: good, absent, worth asking again, or an error; pure.

A rate limit is a 429 with `Retry-After: 30` or an HTTP date. A vendor's own codes and headers are
its `VendorErrors`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import msgspec

from kindred.api.messages import ApiCall, HttpResponse
from kindred.api.vendor_errors import (
    STANDARD,
    TOO_WIDE_CODE,
    VendorErrors,
    error_code,
    is_too_wide,
    refusal,
)
from kindred.errors import SourceError

# An instant is compared with a clock that may be wrong: never wait longer than any vendor's span.
LONGEST_SPAN = 300.0
# Accepted, no content: an answer without a document, which may come later.
EMPTY = frozenset({202, 204, 205})


@dataclass(frozen=True)
class Ok:
    """The promised document."""

    document: Any


@dataclass(frozen=True)
class NotFound:
    """404 or 410 where the caller said that may be."""


@dataclass(frozen=True)
class Retry:
    """Ask again: after `wait` seconds where the vendor said so."""

    reason: str
    wait: float | None = None
    is_limit: bool = False
    is_too_wide: bool = False
    status: int | None = None


@dataclass(frozen=True)
class Expired:
    """401: the token is no longer good; `error` says so of a fresh one."""

    error: SourceError


@dataclass(frozen=True)
class Malformed:
    """200 with something that is not JSON; a body cut short is worth one more try."""

    reason: str
    is_cut: bool = False


Verdict = Ok | NotFound | Retry | Expired | Malformed


def classify(
    call: ApiCall, response: HttpResponse, where: str, vendor: VendorErrors = STANDARD
) -> Verdict:
    """Return what to do about a response.

    Raises:
        SourceForbidden: 403, or 401 on a call that carried no token.
        SourceError: another status that asking again will not change, or no document yet.
    """
    status = response.status
    if status in EMPTY:
        raise SourceError(f"{where}: {call.label} answered {status}, nothing yet", status=status)
    if 200 <= status < 300:
        return _read(response.body)
    if status in (404, 410) and call.may_be_absent:
        return NotFound()
    if status == 401 and call.is_authorized:
        said = "refused a fresh token with"
        return Expired(refusal(call, status, response.body, where, vendor, said))
    code = error_code(response.body)
    if status < 500 and status != 408 and TOO_WIDE_CODE.search(code):
        raise refusal(call, status, response.body, where, vendor)
    if status in (429, 503) or (status == 403 and code in vendor.limit_codes):
        usage = re.search(r"=(\d+/\d+)$", response.headers.get(vendor.usage_header, ""))
        used = f", api usage {usage[1]}" if usage else ""
        return Retry(
            f"rate limit ({status}{used})" if status != 503 else "status 503",
            retry_after(response.headers, vendor),
            is_limit=status != 503,
            is_too_wide=is_too_wide(status, code, vendor),
            status=status,
        )
    if status >= 500 or status == 408:
        return Retry(
            f"status {status}", is_too_wide=is_too_wide(status, code, vendor), status=status
        )
    raise refusal(call, status, response.body, where, vendor)


def _read(body: bytes) -> Ok | Malformed:
    """Decode JSON; msgspec refuses lone surrogates, which the standard library reads."""
    try:
        return Ok(msgspec.json.decode(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    text = body.decode("utf-8-sig", "replace").strip()
    if text.startswith("<"):
        return Malformed("an HTML page instead of JSON (a login page, or a proxy's)")
    try:
        return Ok(json.loads(text, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text) - 1 or error.msg.startswith("Unterminated")
        return Malformed(
            f"JSON that breaks off at byte {len(body)}" if is_cut else "something that is not JSON",
            is_cut,
        )
    except (ValueError, RecursionError):
        return Malformed("JSON with numbers or nesting beyond reason")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def retry_after(headers: Mapping[str, str], vendor: VendorErrors = STANDARD) -> float | None:
    """Return how many seconds the vendor asks us to wait, or None where it does not say."""
    for name in ("retry-after", *vendor.reset_headers, "ratelimit-reset"):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
            return float(value) if float(value) < 1e8 else _until(_epoch(float(value)), headers)
        moment = _moment(value)
        if moment is not None:
            return _until(moment, headers)
    return None


def _epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment(value: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(value)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _until(moment: datetime, headers: Mapping[str, str]) -> float:
    """Return the seconds until `moment` by the server's own clock."""
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return min(max((moment - now).total_seconds(), 1.0), LONGEST_SPAN)
