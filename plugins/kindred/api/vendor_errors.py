"""What a refusal means: the vendor's own code, the names of ours in it, and what to do; pure.

A vendor's free text can quote a customer, so none of it is repeated. Its codes are constants, and
the names that a question was made of are ours: those are said.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kindred.api.messages import ApiCall
from kindred.errors import SourceError, SourceForbidden

# The answer would take too long or be too large: fewer days of it may do.
TOO_WIDE_STATUS = frozenset({408, 413, 504, 524})
TOO_WIDE_CODE = re.compile(r"time.?out|too.?(large|complicated|wide|long)", re.IGNORECASE)
OVERLOADED = frozenset({"SERVER_UNAVAILABLE"})  # Salesforce's 503 for a query it cannot carry

CREDENTIALS = "check the connection's client id, secret and permissions"
USER = "check the integration user's profile and permission sets at the vendor"
DISABLED = "ask the organisation's administrator to enable the API"
CLIENT = "check the connection's client id and secret, and the connected app at the vendor"
SETTINGS = "check the connection's options `version` and `objects`"
ADVICE = {
    # Salesforce
    "INVALID_FIELD": "a field does not exist there, or field-level security hides it from the"
    " integration user: compare the object's describe call with the load's contract",
    "INVALID_TYPE": "the object does not exist there, or is hidden from the integration user: name"
    " the right one for the load in the connection's option `objects`",
    "MALFORMED_QUERY": f"the organisation does not understand the query: {SETTINGS}",
    "NOT_FOUND": f"there is no such resource: {SETTINGS}",
    "UNSUPPORTED_API_VERSION": f"the API's version is not served any more: {SETTINGS}",
    "API_DISABLED_FOR_ORG": DISABLED,
    "API_CURRENTLY_DISABLED": DISABLED,
    "FUNCTIONALITY_NOT_ENABLED": DISABLED,
    "FORBIDDEN": USER,
    "INSUFFICIENT_ACCESS": USER,
    "INSUFFICIENT_ACCESS_OR_READONLY": USER,
    "INVALID_LOGIN": CLIENT,
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": "set a new password for the integration user",
    "PASSWORD_LOCKOUT": "unlock the integration user",
    "INVALID_SESSION_ID": "let the integration user use the API, from this machine's address too",
    "INVALID_AUTH_HEADER": CLIENT,
    "ORG_LOCKED": "the organisation is locked: ask its administrator",
    "TOO_MANY_APEX_REQUESTS": "run the night when the organisation does less",
    "INVALID_QUERY_LOCATOR": "the cursor was closed: the query has to be asked again",
    # OAuth 2.0 (RFC 6749, 5.2), and Salesforce's own
    "invalid_client": CLIENT,
    "invalid_client_id": CLIENT,
    "invalid_grant": "name a user to run as in the connected app, and check the connection's host",
    "unauthorized_client": "allow the client credentials flow in the connected app",
    "unsupported_grant_type": "allow the client credentials flow in the connected app",
    "inactive_org": "the organisation is locked: ask its administrator",
    "inactive_user": "activate the integration user",
    # Genesys Cloud
    "missing.any.permissions": "give the client's role the permission",
    "missing.permissions": "give the client's role the permission",
    "bad.credentials": "check the connection's client id, secret and region",
    "missing.division.permission": "give the client's role the division",
}


def refusal(
    call: ApiCall, status: int, body: bytes, where: str, did: str = "answered"
) -> SourceError:
    """Return the error for a status that asking again will not change."""
    document = _first(body)
    code = _code(document)
    names = _names(document, call.names)
    text = f"{where}: {call.label} {did} {status}{f' ({code})' if code else ''}"
    if names:
        text += f" about {', '.join(names)}"
    kind: type[SourceError] = SourceError
    advice = ADVICE.get(code)
    if status in (401, 403):
        kind, advice = SourceForbidden, advice or CREDENTIALS
    return kind(
        f"{text}; {advice}" if advice else text,
        status=status,
        code=code,
        names=names,
        is_too_wide=is_too_wide(status, code),
    )


def is_too_wide(status: int, code: str) -> bool:
    """Say whether a narrower question may be answered."""
    return status in TOO_WIDE_STATUS or code in OVERLOADED or TOO_WIDE_CODE.search(code) is not None


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
