"""How a fault harms an answer: what the vendor said, made wrong in one way."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.servers.faults import Fault

_MARK = "fault-goes-here"
_LOGIN = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>"
    b'<form action="/login"><input name="user"><input name="password" type="password"></form>'
    b"</body></html>"
)
# The fields that record faults harm, by the key that tells the vendor's records apart.
_USUAL = {
    "conversationId": ("conversationStart", "conversationId"),
    "participantPurpose": ("text", "text"),
    "account": ("created_at", "content"),
    "attributes": ("CreatedDate", ""),
}
_TEXTS = ("Verbatim__c", "Email", "Status", "Channel__c")
_ESCAPES = {"nul_escape": b"\\u0000", "lone_surrogate": b"\\ud83d"}


def refusal(fault: Fault, path: str) -> tuple[int, dict[str, str], bytes] | None:
    """Return the answer of a fault that needs none of the vendor's: status, headers, body."""
    if fault.kind == "error_500":
        return 500, {}, b'{"message":"internal error"}'
    if fault.kind == "html_page":
        return 200, {"content-type": "text/html; charset=utf-8"}, _LOGIN
    if fault.kind == "rate_limited":
        wait = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
        return 429, wait, b'{"message":"too many requests","code":"too.many.requests"}'
    if fault.kind == "unauthorized":
        if path.startswith("/genesys"):
            return 401, {}, b'{"message":"Invalid login credentials.","code":"bad.credentials"}'
        if path.startswith("/mastodon"):
            return 401, {}, b'{"error":"The access token is invalid"}'
        return 401, {}, b'[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]'
    return None


def harm(fault: Fault, url: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return the vendor's body with the fault in it; may change the headers in place."""
    if fault.kind == "truncated":
        return body[: len(body) // 2]
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    if fault.kind == "cursor_loop":
        if isinstance(document, dict) and "records" in document:
            document |= {"done": False, "nextRecordsUrl": url.removeprefix("/salesforce")}
        elif isinstance(document, dict) and "totalHits" in document:
            document["totalHits"] = 10**6
        headers["link"] = f'<{url}>; rel="next", <{url}>; rel="prev"'
        return msgspec.json.encode(document)
    records = _records(document)
    if fault.kind == "empty_day":
        del records[:]
        if isinstance(document, dict):
            document |= {name: 0 for name in ("totalSize", "totalHits") if name in document}
            if "done" in document:
                document["done"] = True
                document.pop("nextRecordsUrl", None)
        headers.pop("link", None)
    elif fault.kind == "duplicate_id":
        records += records[: fault.records]
    else:
        for record in records[: fault.records]:
            _spoil(fault, record)
    return msgspec.json.encode(document).replace(_MARK.encode(), _ESCAPES.get(fault.kind, b""))


def _records(document: Any) -> list[dict[str, Any]]:
    """Find the list of records in a vendor's document."""
    if isinstance(document, list):
        return document
    for name in ("records", "conversations"):
        if isinstance(document.get(name), list):
            return document[name]  # type: ignore[no-any-return]
    if isinstance(document.get("transcripts"), list) and document["transcripts"]:
        return document["transcripts"][0]["phrases"]  # type: ignore[no-any-return]
    return [document]


def _spoil(fault: Fault, record: dict[str, Any]) -> None:
    """Harm one record in place."""
    usual = next((found for key, found in _USUAL.items() if key in record), ("id", "id"))
    text = fault.field or usual[1] or next((name for name in _TEXTS if record.get(name)), "Id")
    field = fault.field or usual[0]
    if fault.kind == "wrong_type":
        record[field] = {"unexpected": ["shape", 1]}
    elif fault.kind == "missing_key":
        record.pop(field, None)
    elif fault.kind == "unknown_field":
        record[fault.field or "Added_Last_Night__c"] = {"note": "nobody was told"}
    elif fault.kind == "huge_text":
        record[text] = "ten megabytes of words " * 440_000
    elif fault.kind in _ESCAPES:
        record[text] = f"{record.get(text) or ''}{_MARK}"
