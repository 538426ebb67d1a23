"""A timeline that lacks living statuses is no quiet day, and a page without a link no end."""

import pytest

from kindred.api import HttpRequest, HttpResponse
from kindred.errors import SourceMalformed
from kindred.sources.mastodon import PAGE_SIZE
from tests.unit.sources.test_extract_mastodon import (
    NOON,
    STATUSES,
    Raw,
    Server,
    found_by,
    row_of,
    status,
    vendor,
)
from tests.vendor import extracted, query_of, records, reply


class Linkless:
    """A server, or a proxy before it, that gives whole pages and no `Link` header."""

    def __init__(self, count: int, largest: int = PAGE_SIZE) -> None:
        self.statuses = [status(NOON, number) for number in reversed(range(count))]
        self.largest, self.pages = largest, 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.pages += 1
        highest = int(query_of(request)["max_id"])
        below = [s for s in self.statuses if int(s["id"]) < highest]
        return reply(below[: self.largest])


@pytest.mark.parametrize(
    ("count", "largest", "pages"),
    [(70, 40, 2), (80, 40, 3), (39, 40, 1), (0, 40, 1), (50, 20, 3), (40, 20, 3), (25, 20, 2)],
)
def test_a_full_page_without_a_link_is_not_the_end(count, largest, pages):
    server = Linkless(count, largest)
    assert len(found_by(server)) == count
    assert server.pages == pages


def test_a_full_page_whose_last_status_has_no_id_fails():
    nameless = [status(NOON, number) for number in range(39)] + [{"created_at": NOON.isoformat()}]
    with pytest.raises(SourceMalformed, match="neither a link to the next one nor an id"):
        found_by(lambda _: reply(nameless))


def test_an_empty_page_with_a_link_is_not_the_end():
    def handler(request: HttpRequest) -> HttpResponse:
        if query_of(request)["max_id"] == "7":
            return reply([status(NOON)])
        return reply([], link='<https://x.test/api/v1/timelines/tag/brand?max_id=7>; rel="next"')

    assert len(found_by(handler)) == 1


def alive(*listed: dict, hidden: list[dict]) -> list[dict]:
    """What is found when the timeline lists some statuses and raw knows others, which are alive."""
    server = Server(*listed, by_id={one["id"]: one for one in hidden})
    return found_by(server, Raw(*(row_of(one) for one in (*listed, *hidden))))


def many(count: int, first: int = 0) -> list[dict]:
    return [status(NOON, number) for number in range(first, first + count)]


@pytest.mark.parametrize(("listed", "hidden"), [(0, 1), (0, 9), (1, 2), (3, 4)])
def test_a_timeline_that_lacks_more_than_it_lists_is_an_error(listed, hidden):
    with pytest.raises(SourceMalformed, match=f"list {listed} statuses .* lack {listed + 1} that"):
        alive(*many(listed), hidden=many(hidden, first=100))


@pytest.mark.parametrize(("listed", "hidden"), [(1, 1), (5, 2)])
def test_a_few_that_a_server_does_not_list_come_by_id(listed, hidden):
    assert len(alive(*many(listed), hidden=many(hidden, first=100))) == listed + hidden


@pytest.mark.parametrize(
    "change",
    [
        {"tags": []},
        {"tags": [{"name": "other"}]},
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"tags": None},
        {"tags": [7, {"name": 7}]},
    ],
)
def test_what_no_longer_belongs_on_the_timeline_may_be_missing_there(change):
    one = status(NOON)
    server = Server(by_id={one["id"]: one | change})
    assert len(found_by(server, Raw(row_of(one)))) == 1


def test_hashtags_are_compared_without_case_and_sign():
    one = status(NOON)
    server = Server(by_id={one["id"]: one})
    with pytest.raises(SourceMalformed, match="has_snowflake_ids"):
        found_by(server, Raw(row_of(one)), hashtags=["#Brand"])


def test_an_empty_timeline_of_which_nothing_was_known_is_a_quiet_day():
    assert found_by(Server()) == []


def test_an_empty_timeline_whose_statuses_are_all_gone_is_a_day_of_deletions():
    gone = many(3)
    found = found_by(Server(), Raw(*map(row_of, gone)))
    assert [one["is_deleted"] for one in found] == [True] * 3


@pytest.mark.parametrize("document", [[], None, "gone", 7, {"error": "maintenance"}])
def test_an_answer_by_id_that_is_no_status_is_no_deletion(document):
    one = status(NOON)

    def handler(request: HttpRequest) -> HttpResponse:
        return reply(document if "/statuses/" in request.url else [])

    with pytest.raises(SourceMalformed, match="by id is not a status"):
        records(extracted(STATUSES, vendor(handler), Raw(row_of(one))), STATUSES.name)
