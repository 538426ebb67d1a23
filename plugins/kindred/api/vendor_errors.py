"""What a refusal means: the vendor's own code, the names of ours in it, and what to do; pure.

A vendor's free text can quote a customer, so none of it is repeated. Its codes are constants, and
the names that a question was made of are ours: those are said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kindred.api.messages import ApiCall
from kindred.errors import SourceError, SourceForbidden

# The answer would take too long or be too large: fewer days of it may do.
TOO_WIDE_STATUS = frozenset({408, 413, 504, 524})
TOO_WIDE_CODE = re.compile(r"time.?out|too.?(large|complicated|wide|long)", re.IGNORECASE)

CREDENTIALS = "check the connection's client id, secret and permissions"
CHECK_CLIENT = "check the connection's client id and secret, and the connected app at the vendor"
# RFC 6749, 5.2.
OAUTH_ADVICE = {
    "invalid_client": CHECK_CLIENT,
    "invalid_grant": "name a user to run as in the connected app, and check the connection's host",
    "unauthorized_client": "allow the client credentials flow in the connected app",
    "unsupported_grant_type": "allow the client credentials flow in the connected app",
}


@dataclass(frozen=True)
class VendorErrors:
    """The codes and headers with which a vendor limits and refuses, beyond the standard ones.

    Attributes:
        limit_codes: a 403 with one of these is a rate limit, as a 429 is.
        overloaded_codes: the question was too large to answer.
        reset_headers: seconds or the instant until a rate limit ends, beside `Retry-After`.
        usage_header: how much of the limit is used, as `...=used/allowed`.
        advice: what to do about a code, beyond what OAuth 2.0 defines.
    """

    limit_codes: frozenset[str] = frozenset()
    overloaded_codes: frozenset[str] = frozenset()
    reset_headers: tuple[str, ...] = ()
    usage_header: str = ""
    advice: Mapping[str, str] = field(default_factory=dict)


STANDARD = VendorErrors()


def refusal(
    call: ApiCall,
    status: int,
    body: bytes,
    where: str,
    vendor: VendorErrors = STANDARD,
    did: str = "answered",
) -> SourceError:
    """Return the error for a status that asking again will not change."""
    document = _first(body)
    code = _code(document)
    names = _names(document, call.names)
    text = f"{where}: {call.label} {did} {status}{f' ({code})' if code else ''}"
    if names:
        text += f" about {', '.join(names)}"
    kind: type[SourceError] = SourceError
    advice = vendor.advice.get(code) or OAUTH_ADVICE.get(code)
    if status in (401, 403):
        kind, advice = SourceForbidden, advice or CREDENTIALS
    return kind(
        f"{text}; {advice}" if advice else text,
        status=status,
        code=code,
        names=names,
        is_too_wide=is_too_wide(status, code, vendor),
    )


def is_too_wide(status: int, code: str, vendor: VendorErrors = STANDARD) -> bool:
    """Say whether a narrower question may be answered."""
    return (
        status in TOO_WIDE_STATUS
        or code in vendor.overloaded_codes
        or TOO_WIDE_CODE.search(code) is not None
    )


def error_code(body: bytes) -> str:
    """Return the vendor's own error code where the body has one: a constant, never a value.

    `[{"errorCode": "INVALID_FIELD", "message": ...}]`, `{"error": "invalid_client"}`,
    `{"code": "bad.request"}`
    """
    return _code(_first(body))


def _first(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    first = document[0] if isinstance(document, list) and document else document
    return first if isinstance(first, dict) else {}


def _code(first: dict[str, Any]) -> str:
    code = first.get("errorCode") or first.get("error") or first.get("code")
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z][\w.]{2,50}", code) else ""


def _names(first: dict[str, Any], ours: frozenset[str]) -> tuple[str, ...]:
    """Return the names of ours that the vendor's message quotes, as we spell them.

    "No such column 'Email_Verified__c' on entity 'Contact'."
    """
    message = first.get("message")
    quoted = re.findall(r"'([\w.]+)'", message) if isinstance(message, str) else []
    spelled = {name.lower(): name for name in ours}
    return tuple(dict.fromkeys(spelled[q.lower()] for q in quoted if q.lower() in spelled))
