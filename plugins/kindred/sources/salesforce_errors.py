"""Salesforce's error codes, and what to do about each.

A rate limit is a 403 with `[{"errorCode": "REQUEST_LIMIT_EXCEEDED", ...}]`. The header
`Sforce-Limit-Info: api-usage=18/5000` counts the requests of a day.
"""

from __future__ import annotations

from kindred.api import CHECK_CLIENT, VendorErrors

USER = "check the integration user's profile and permission sets at the vendor"
DISABLED = "ask the organisation's administrator to enable the API"
LOCKED = "the organisation is locked: ask its administrator"
SETTINGS = "check the connection's options `version` and `objects`"

ERRORS = VendorErrors(
    limit_codes=frozenset({"REQUEST_LIMIT_EXCEEDED", "EXCEEDED_ID_LIMIT", "CONCURRENT_API_LIMIT"}),
    overloaded_codes=frozenset({"SERVER_UNAVAILABLE"}),
    usage_header="sforce-limit-info",
    advice={
        "INVALID_FIELD": "a field does not exist there, or field-level security hides it from the"
        " integration user: compare the object's describe call with the load's contract",
        "INVALID_TYPE": "the object does not exist there, or is hidden from the integration user:"
        " name the right one for the load in the connection's option `objects`",
        "MALFORMED_QUERY": f"the organisation does not understand the query: {SETTINGS}",
        "NOT_FOUND": f"there is no such resource: {SETTINGS}",
        "UNSUPPORTED_API_VERSION": f"the API's version is not served any more: {SETTINGS}",
        "API_DISABLED_FOR_ORG": DISABLED,
        "API_CURRENTLY_DISABLED": DISABLED,
        "FUNCTIONALITY_NOT_ENABLED": DISABLED,
        "FORBIDDEN": USER,
        "INSUFFICIENT_ACCESS": USER,
        "INSUFFICIENT_ACCESS_OR_READONLY": USER,
        "INVALID_LOGIN": CHECK_CLIENT,
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": "set a new password for the integration user",
        "PASSWORD_LOCKOUT": "unlock the integration user",
        "INVALID_SESSION_ID": "let the integration user use the API, from this machine's address"
        " too",
        "INVALID_AUTH_HEADER": CHECK_CLIENT,
        "ORG_LOCKED": LOCKED,
        "TOO_MANY_APEX_REQUESTS": "run the night when the organisation does less",
        "INVALID_QUERY_LOCATOR": "the cursor was closed: the query has to be asked again",
        "invalid_client_id": CHECK_CLIENT,
        "inactive_org": LOCKED,
        "inactive_user": "activate the integration user",
    },
)
