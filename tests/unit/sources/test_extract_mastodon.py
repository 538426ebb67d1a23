"""Mastodon: every status of the window once, its edits, and the end of the deleted ones."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kindred.api import Endpoint, HttpRequest, HttpResponse, NoAuth
from kindred.errors import SetupError, SourceMalformed
from kindred.sources import LOADS
from kindred.sources.mastodon import Status, auth, snowflake
from tests.vendor import DAY, Nothing, Vendor, extracted, query_of, records, reply

STATUSES = LOADS["mastodon_statuses"]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def status(moment: datetime, sequence: int = 0, **given) -> dict:
    """A status as a server lists it."""
    return {
        "id": str(snowflake(moment) + sequence),
        "created_at": moment.isoformat().replace("+00:00", "Z"),
        "edited_at": None,
        "account": {"acct": "Ann", "display_name": "Ann"},
        "content": "<p>hi</p>",
        "language": "en",
        "tags": [{"name": "brand", "url": "https://x.test/tags/brand"}],
        "reblogs_count": 1,
        "favourites_count": 2,
        "replies_count": 3,
        "visibility": "public",
    } | given


class Server:
    """Lists statuses newest first, two a page; knows some more by id."""

    def __init__(self, *statuses: dict, by_id: dict[str, dict] | None = None) -> None:
        self.statuses = sorted(statuses, key=lambda s: int(s["id"]), reverse=True)
        self.by_id = by_id or {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "/statuses/" in request.url:
            found = self.by_id.get(request.url.rpartition("/")[2])
            return reply(found) if found else reply({"error": "Record not found"}, 404)
        highest = int(query_of(request).get("max_id", 2**62))
        below = [s for s in self.statuses if int(s["id"]) < highest]
        if len(below) <= 2:
            return reply(below)
        link = f'<https://x.test/api/v1/timelines/tag/brand?max_id={below[1]["id"]}>; rel="next"'
        return reply(below[:2], link=link)


class Raw(Nothing):
    def __init__(self, *rows: dict) -> None:
        self.rows = [row | {"_batch_id": 1} for row in rows]

    async def rows_between(self, load, column, window):  # noqa: ARG002
        return [row for row in self.rows if window.start <= row[column] < window.end]


def vendor(server, **options) -> Vendor:
    return Vendor(server, {"hashtags": ["brand"], "domain": "social.test"} | options)


def found_by(server, known=None, **options) -> list[dict]:
    return records(extracted(STATUSES, vendor(server, **options), known), STATUSES.name)


def row_of(listed: dict) -> dict:
    found = found_by(Server(listed))[0]
    return msgspec.structs.asdict(msgspec.convert(found, Status))


def test_a_status_is_flattened():
    assert row_of(status(NOON)) == {
        "status_id": str(snowflake(NOON)),
        "account": "ann@social.test",
        "created_at": NOON,
        "edited_at": None,
        "modified_at": NOON,
        "content": "<p>hi</p>",
        "language": "en",
        "hashtags": ["brand"],
        "reblogs": 1,
        "favourites": 2,
        "replies": 3,
        "is_deleted": False,
    }


def test_an_account_elsewhere_keeps_its_host_in_lower_case():
    assert row_of(status(NOON, account={"acct": "Ann@Else.test"}))["account"] == "ann@else.test"


def test_an_edit_is_the_time_of_modification():
    edited = (NOON + timedelta(hours=1)).isoformat()
    assert row_of(status(NOON, edited_at=edited))["modified_at"] == NOON + timedelta(hours=1)


def test_fields_that_nobody_named_are_kept():
    assert found_by(Server(status(NOON, mood="new")))[0]["mood"] == "new"


def test_the_window_is_half_open_and_read_over_all_its_pages():
    tick = timedelta(milliseconds=1)
    moments = [DAY.start - tick, DAY.start, NOON, NOON, NOON, DAY.end - tick, DAY.end]
    server = Server(*(status(moment, n) for n, moment in enumerate(moments)))
    ids = {int(record["status_id"]) for record in found_by(server)}
    assert ids == {snowflake(m) + n for n, m in enumerate(moments) if DAY.start <= m < DAY.end}


def test_paging_stops_once_a_whole_page_is_older_than_the_window():
    ages = [status(DAY.start - timedelta(days=n)) for n in range(1, 50)]
    asking = vendor(Server(status(NOON), *ages))
    extracted(STATUSES, asking)
    assert len(asking.requests) == 2


def test_one_old_status_among_new_ones_does_not_stop_the_paging():
    late = status(NOON, 5) | {"created_at": "2020-01-01T00:00:00Z"}
    server = Server(*(status(NOON, n) for n in (1, 2, 3, 4, 6)), late)
    assert len(found_by(server)) == 5


def test_servers_without_snowflakes_are_paged_from_the_newest():
    asking = vendor(Server(status(NOON)), has_snowflake_ids=False)
    extracted(STATUSES, asking)
    assert "max_id" not in query_of(asking.requests[0])


def test_a_status_under_two_hashtags_comes_once():
    assert len(found_by(Server(status(NOON)), hashtags=["brand", "#other"])) == 1


def test_a_known_status_that_is_gone_gets_a_tombstone_without_its_words():
    row = row_of(status(NOON))
    (tombstone,) = found_by(Server(), Raw(row))
    after = msgspec.structs.asdict(msgspec.convert(tombstone, Status))
    assert after == row | {
        "content": "",
        "is_deleted": True,
        "modified_at": NOON + timedelta(microseconds=1),
    }


def test_a_known_status_that_left_the_hashtag_comes_in_its_new_state():
    listed = status(NOON)
    moved = listed | {"tags": [], "edited_at": "2026-11-01T13:00:00Z"}
    (found,) = found_by(Server(by_id={listed["id"]: moved}), Raw(row_of(listed)))
    assert (found["hashtags"], found.get("is_deleted", False)) == ([], False)


def test_neither_listed_nor_deleted_nor_older_statuses_are_asked_for_by_id():
    listed, gone = status(NOON), status(NOON, 1)
    old = row_of(listed) | {"status_id": "9", "created_at": DAY.start - timedelta(days=1)}
    known = Raw(row_of(listed), row_of(gone) | {"is_deleted": True}, old)
    asking = vendor(Server(listed))
    extracted(STATUSES, asking, known)
    assert not any("/statuses/" in request.url for request in asking.requests)


def test_without_hashtags_nothing_is_asked():
    with pytest.raises(SetupError, match="hashtags"):
        extracted(STATUSES, Vendor(Server()))


@pytest.mark.parametrize("document", [{"error": "x"}, ["text"]])
def test_a_timeline_that_is_no_list_of_statuses_is_garbled(document):
    with pytest.raises(SourceMalformed, match="not a list of statuses"):
        found_by(lambda _: reply(document))


def test_records_with_wrong_types_reach_the_contract():
    wrong = status(NOON, account=7, tags=[3], created_at=5)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(found_by(Server(wrong))[0], Status)


def test_without_a_client_id_the_server_is_asked_as_anybody_would():
    login = auth(Endpoint("https://x.test", options={"hashtags": ["brand"]}))
    assert type(login) is NoAuth
