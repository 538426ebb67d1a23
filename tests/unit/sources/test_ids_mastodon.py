"""Mastodon's ids: many by one request where the server can, else one by one."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from kindred.api import HttpResponse
from kindred.errors import SourceError, SourceForbidden, SourceMalformed
from kindred.loads import IdRange, Listing
from kindred.sources import LOADS
from tests.vendor import Vendor, reply

DELETIONS = LOADS["mastodon_statuses"].deletions
LISTED, LOOKED_UP = DELETIONS.list_ids, DELETIONS.look_up


def served(*there):
    """Serve these statuses, by one request or by id."""

    def handler(request):
        url = urlsplit(request.url)
        if url.path == "/api/v1/statuses":
            return reply([{"id": name} for name in parse_qs(url.query)["id[]"] if name in there])
        name = url.path.rsplit("/", 1)[1]
        return reply({"id": name}) if name in there else reply({"error": "Record not found"}, 404)

    return Vendor(handler)


def test_ids_are_asked_for_by_one_request():
    vendor = served("2", "3")
    found = asyncio.run(LISTED(vendor.client(), IdRange("", None, ["1", "2", "3"])))
    assert found == Listing({"2": None, "3": None}, None)
    assert len(vendor.requests) == 1


def test_nothing_is_asked_where_raw_holds_nothing():
    vendor = served()
    assert asyncio.run(LISTED(vendor.client(), IdRange("1", None, []))) == Listing({})
    assert vendor.requests == []


def test_a_server_before_4_3_lists_nothing_and_is_asked_one_by_one():
    vendor = Vendor(lambda _: reply({"error": "Record not found"}, 404))
    assert asyncio.run(LISTED(vendor.client(), IdRange("", None, ["1"]))) == Listing({})
    vendor = served("1", "3")
    found = asyncio.run(LOOKED_UP(vendor.client(), ["1", "2", "3"]))
    assert found == {"1": None, "3": None}
    assert len(vendor.requests) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"error": "This API requires an authenticated user"}, 401), SourceForbidden),
        (reply({"error": "forbidden"}, 403), SourceForbidden),
        (reply({"error": "Validation failed"}, 422), SourceError),
        (HttpResponse(200, {}, b"<html>Log in</html>"), SourceMalformed),
        (reply({"error": "maintenance"}), SourceMalformed),
        (reply([{"error": "maintenance"}]), SourceMalformed),
        (reply(None), SourceMalformed),
    ],
)
def test_an_answer_that_is_none_says_nothing_of_a_deletion(answer, error):
    with pytest.raises(error):
        asyncio.run(LISTED(Vendor(lambda _: answer).client(), IdRange("", None, ["1"])))
    with pytest.raises(error):
        asyncio.run(LOOKED_UP(Vendor(lambda _: answer).client(), ["1"]))


def test_a_tombstone_is_the_same_whether_a_night_or_a_comparison_finds_it():
    """What the nights land of a status that is gone, and what `kindred reconcile` does."""
    from datetime import UTC, datetime

    from kindred.reconciling import tombstone
    from kindred.sources import mastodon

    moment = datetime(2026, 11, 1, tzinfo=UTC)
    row = {
        "status_id": "1", "account": "a@b", "created_at": moment, "edited_at": None,
        "modified_at": moment, "content": "<p>Lovely</p>", "language": "en", "hashtags": ["x"],
        "reblogs": 1, "favourites": 2, "replies": 3, "is_deleted": False,
    }  # fmt: skip
    assert tombstone(LOADS["mastodon_statuses"], row) == mastodon._tombstone(row | {"_batch_id": 7})
