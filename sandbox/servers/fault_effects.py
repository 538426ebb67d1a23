"""What a fault does to an answer: what the vendor said, made wrong in one way."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.servers.answer_format import AnswerFormat
from sandbox.servers.faults import Fault

_MARK = "fault-goes-here"
_LOGIN = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>"
    b'<form action="/login"><input name="user"><input name="password" type="password"></form>'
    b"</body></html>"
)
_ESCAPES = {"nul_escape": b"\\u0000", "lone_surrogate": b"\\ud83d"}


def replacement(fault: Fault, answers: AnswerFormat) -> tuple[int, dict[str, str], bytes] | None:
    """Return what a fault answers in the vendor's place, None if the vendor answers itself."""
    if fault.kind == "error_500":
        return 500, {}, b'{"message":"internal error"}'
    if fault.kind == "html_page":
        return 200, {"content-type": "text/html; charset=utf-8"}, _LOGIN
    if fault.kind == "rate_limited":
        wait = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
        return 429, wait, b'{"message":"too many requests","code":"too.many.requests"}'
    if fault.kind == "unauthorized":
        return 401, {}, answers.unauthorized
    return None


def corrupt(
    fault: Fault, answers: AnswerFormat, url: str, headers: dict[str, str], body: bytes
) -> bytes:
    """Return the vendor's body with the fault in it; may change the headers in place."""
    if fault.kind == "truncated":
        return body[: len(body) // 2]
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    if fault.kind == "cursor_loop":
        answers.loop(document, url, headers)
        return msgspec.json.encode(document)
    records = answers.records(document)
    if fault.kind == "empty_day":
        del records[:]
        answers.empty(document, headers)
    elif fault.kind == "duplicate_id":
        records += records[: fault.records]
    else:
        for record in records[: fault.records]:
            _corrupt_record(fault, answers, record)
    return msgspec.json.encode(document).replace(_MARK.encode(), _ESCAPES.get(fault.kind, b""))


def _corrupt_record(fault: Fault, answers: AnswerFormat, record: dict[str, Any]) -> None:
    """Corrupt one record in place."""
    text = fault.field or answers.text_field(record)
    field = fault.field or answers.typed_field(record)
    if fault.kind == "wrong_type":
        record[field] = {"unexpected": ["shape", 1]}
    elif fault.kind == "missing_key":
        record.pop(field, None)
    elif fault.kind == "unknown_field":
        record[fault.field or "added_last_night"] = {"note": "no reader knows it"}
    elif fault.kind == "huge_text":
        record[text] = "ten megabytes of words " * 440_000
    elif fault.kind in _ESCAPES:
        record[text] = f"{record.get(text) or ''}{_MARK}"
