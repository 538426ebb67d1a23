"""The client: what it asks again, what it gives up, and what it never tells."""

import asyncio
import logging

import pytest

from kindred.api import ApiCall, HttpRequest, HttpResponse
from kindred.api.messages import ConnectionLost
from kindred.errors import (
    SetupError,
    SourceError,
    SourceForbidden,
    SourceMalformed,
    SourceUnavailable,
)
from tests.vendor import Vendor, reply

GET = ApiCall("GET", "/things", params={"q": "a-customers-name"}, label="things")


def fetched(vendor: Vendor, call: ApiCall = GET, name: str = ""):
    return asyncio.run(vendor.client(name).fetch(call))


def in_turn(*responses):
    """A handler that gives each response once, and the last one for ever."""
    left = list(responses)

    def handler(_: HttpRequest) -> HttpResponse:
        response = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(response, Exception):
            raise response
        return response

    return handler


def test_a_good_answer_comes_back_decoded():
    assert fetched(Vendor(in_turn(reply({"a": 1})))).document == {"a": 1}


def test_a_server_error_is_asked_again_with_growing_waits():
    vendor = Vendor(
        in_turn(reply({}, 500), reply({}, 502), ConnectionLost("reset"), reply({"a": 1}))
    )
    assert fetched(vendor).document == {"a": 1}
    assert len(vendor.naps) == 3
    assert 0.5 <= vendor.naps[0] <= 1 <= vendor.naps[1] <= 2 <= vendor.naps[2] <= 4


def test_a_source_that_is_down_is_unavailable_after_its_last_try():
    vendor = Vendor(in_turn(ConnectionLost("ClientConnectorError")))
    with pytest.raises(SourceUnavailable, match="things not answered after 6 tries"):
        fetched(vendor)
    assert len(vendor.requests) == 6


@pytest.mark.parametrize(
    ("name", "headers", "wait"),
    [
        ("", {"retry_after": "7"}, 7),
        (
            "",
            {
                "retry_after": "Mon, 02 Nov 2026 03:00:30 GMT",
                "date": "Mon, 02 Nov 2026 03:00:00 GMT",
            },
            30,
        ),
        ("genesys", {"inin_ratelimit_reset": "42"}, 42),
        (
            "mastodon",
            {
                "x_ratelimit_reset": "2026-11-02T03:01:00.000Z",
                "date": "Mon, 02 Nov 2026 03:00:00 GMT",
            },
            60,
        ),
    ],
)
def test_a_rate_limit_is_waited_for_as_long_as_the_vendor_says(name, headers, wait):
    vendor = Vendor(in_turn(reply({}, 429, **headers), reply([])))
    fetched(vendor, name=name)
    assert vendor.naps[0] == pytest.approx(wait)


def test_another_vendors_header_says_nothing():
    vendor = Vendor(in_turn(reply({}, 429, inin_ratelimit_reset="42"), reply([])))
    fetched(vendor, name="mastodon")
    assert vendor.naps[0] <= 1


def test_another_vendors_limit_is_a_refusal():
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    with pytest.raises(SourceForbidden, match="REQUEST_LIMIT_EXCEEDED"):
        fetched(Vendor(in_turn(reply(limit, 403))), name="genesys")


def test_a_rate_limit_without_a_hint_is_waited_for_with_growing_waits():
    vendor = Vendor(in_turn(reply({}, 429), reply({}, 429), reply([])))
    fetched(vendor)
    assert vendor.naps[0] <= 1
    assert vendor.requests[0].url == vendor.requests[-1].url


def test_a_rate_limit_longer_than_our_patience_is_unavailable_at_once():
    vendor = Vendor(in_turn(reply({}, 429, retry_after="86400")))
    with pytest.raises(SourceUnavailable, match="429"):
        fetched(vendor)
    assert vendor.naps == []


def test_salesforces_spent_daily_limit_is_named_with_its_usage():
    spent = reply(
        [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
        403,
        sforce_limit_info="api-usage=100000/100000",
    )
    vendor = Vendor(in_turn(spent), {"patience": {"longest_limit": 5}})
    with pytest.raises(SourceUnavailable, match="api usage 100000/100000"):
        fetched(vendor, name="salesforce")


def test_a_token_that_expires_in_mid_run_is_replaced_once_and_the_call_repeated():
    def handler(request: HttpRequest) -> HttpResponse:
        is_fresh = request.headers["Authorization"] == "Bearer token-2"
        return reply({"a": 1}) if is_fresh else reply({}, 401)

    vendor = Vendor(handler)
    assert fetched(vendor).document == {"a": 1}
    assert vendor.tokens == 2


def test_many_calls_with_one_expired_token_ask_for_one_new_token():
    def handler(request: HttpRequest) -> HttpResponse:
        is_fresh = request.headers["Authorization"] == "Bearer token-2"
        return reply({}) if is_fresh else reply({}, 401)

    vendor = Vendor(handler)

    async def many() -> None:
        client = vendor.client()
        await asyncio.gather(*(client.fetch(GET) for _ in range(5)))

    asyncio.run(many())
    assert vendor.tokens == 2


def test_a_fresh_token_that_is_refused_ends_the_call():
    vendor = Vendor(in_turn(reply({}, 401)))
    with pytest.raises(SourceForbidden, match="refused a fresh token"):
        fetched(vendor)
    assert (vendor.tokens, len(vendor.requests)) == (2, 2)


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        (
            "salesforce",
            [{"errorCode": "INVALID_SESSION_ID"}],
            "401 \\(INVALID_SESSION_ID\\); let",
        ),
        ("genesys", {"code": "bad.credentials"}, "401 \\(bad.credentials\\); check .* region"),
        ("", {}, "401; check the connection's client id, secret and permissions"),
    ],
)
def test_a_fresh_token_that_is_refused_says_the_vendors_code_and_what_to_do(
    name, document, message
):
    with pytest.raises(SourceForbidden, match=message):
        fetched(Vendor(in_turn(reply(document, 401))), name=name)


def test_a_proxy_that_is_no_address_is_a_setting_to_correct():
    with pytest.raises(SetupError, match="option proxy is a text"):
        Vendor(in_turn(reply({})), {"proxy": 5}).client()


def test_a_missing_permission_is_refused_with_the_vendors_own_code():
    vendor = Vendor(in_turn(reply([{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}], 403)))
    with pytest.raises(SourceForbidden, match="INSUFFICIENT_ACCESS"):
        fetched(vendor)


def test_a_refused_question_is_an_error_that_is_not_asked_again():
    vendor = Vendor(in_turn(reply([{"errorCode": "INVALID_FIELD"}], 400)))
    with pytest.raises(SourceError, match="answered 400 \\(INVALID_FIELD\\)"):
        fetched(vendor)
    assert len(vendor.requests) == 1


def test_a_login_page_with_status_200_is_garbled():
    vendor = Vendor(in_turn(HttpResponse(200, {}, b"\n<!DOCTYPE html><html>Log in</html>")))
    with pytest.raises(SourceMalformed, match="HTML page"):
        fetched(vendor)


def test_json_that_breaks_off_is_asked_once_more():
    cut = HttpResponse(200, {}, b'{"records": [{"Id": "0031')
    vendor = Vendor(in_turn(cut, reply({"records": []})))
    assert fetched(vendor).document == {"records": []}


def test_json_that_breaks_off_twice_is_garbled():
    vendor = Vendor(in_turn(HttpResponse(200, {}, b'{"records": [{"Id": "0031"},')))
    with pytest.raises(SourceMalformed, match="breaks off at byte 28"):
        fetched(vendor)
    assert len(vendor.requests) == 2


def test_half_a_surrogate_pair_is_read():
    vendor = Vendor(in_turn(HttpResponse(200, {}, b'{"text": "a\\ud83d"}')))
    assert fetched(vendor).document == {"text": "a\ud83d"}


def test_numbers_that_json_does_not_know_are_garbled():
    vendor = Vendor(in_turn(HttpResponse(200, {}, b'{"total": NaN}')))
    with pytest.raises(SourceMalformed, match="beyond reason"):
        fetched(vendor)


def test_nesting_without_end_is_garbled():
    vendor = Vendor(in_turn(HttpResponse(200, {}, b"[" * 200_000 + b"]" * 200_000)))
    with pytest.raises(SourceMalformed, match="beyond reason"):
        fetched(vendor)


def test_what_may_be_absent_and_is_comes_back_as_none():
    call = ApiCall("GET", "/things/1", label="thing", may_be_absent=True)
    assert fetched(Vendor(in_turn(reply({}, 404))), call) is None


@pytest.mark.parametrize("other", ["https://api.vendor.test:444/x", "https://vendor.test/x"])
def test_the_token_goes_to_the_same_scheme_host_and_port_only(other):
    vendor = Vendor(in_turn(reply({})))
    fetched(vendor, ApiCall("GET", other, label="thing"))
    assert "Authorization" not in vendor.requests[0].headers


def test_a_post_is_never_redirected():
    vendor = Vendor(in_turn(HttpResponse(307, {"location": "https://elsewhere.test/"})))
    with pytest.raises(SourceMalformed, match="redirect"):
        fetched(vendor, ApiCall("POST", "/query", label="query", json={}))
    assert len(vendor.requests) == 1


def test_redirects_in_a_circle_end():
    vendor = Vendor(in_turn(HttpResponse(302, {"location": "/things"})))
    with pytest.raises(SourceMalformed, match="without end"):
        fetched(vendor)


def chain(error: BaseException | None) -> list[str]:
    """What a printed traceback would say of an error and of those it came from."""
    if error is None:
        return []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [repr(error), str(error), *chain(before)]


def test_no_error_and_no_log_line_holds_query_body_token_or_secret(caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    for response in (
        reply({"email": "ann@x.test"}, 500),
        reply({"email": "ann@x.test"}, 401),
        reply([{"errorCode": "ann@x.test"}], 400),
        HttpResponse(200, {}, b'{"email": "ann@x.test"'),
        HttpResponse(200, {}, b"<p>ann@x.test"),
        reply({}, 302, location="/?ann@x.test"),
        ConnectionLost("ServerDisconnectedError"),
    ):
        with pytest.raises(SourceError) as caught:
            fetched(Vendor(in_turn(response)))
        told += chain(caught.value)
    text = "\n".join([caplog.text, *told])
    for secret in ("ann@x.test", "a-customers-name", "our-secret", "token-"):
        assert secret not in text
    assert "our-secret" not in repr(Vendor(in_turn(reply({}))).endpoint)


def test_a_vendor_below_a_path_is_asked_below_that_path():
    from kindred.api import Client, Endpoint, NoAuth

    vendor = Vendor(in_turn(reply({})))
    client = Client(Endpoint("https://gateway.test/crm"), NoAuth(), transport=vendor)
    asyncio.run(client.fetch(ApiCall("GET", "/things", label="things")))
    asyncio.run(client.fetch(ApiCall("GET", "/crm/things?page=2", label="things")))
    assert [request.url for request in vendor.requests] == [
        "https://gateway.test/crm/things",
        "https://gateway.test/crm/things?page=2",
    ]
