"""Logging in: what is sent, and what is said when it is refused."""

import asyncio

import pytest

from kindred.api import ApiCall, Client, ClientCredentials, Endpoint, HttpRequest, HttpResponse
from kindred.errors import SetupError, SourceForbidden, SourceUnavailable
from tests.vendor import BASE, TOKEN_URL, reply

ENDPOINT = Endpoint(BASE, "our-id", "our-secret", {"patience": {"attempts": 2, "first_wait": 0}})


def asked(token_reply: HttpResponse, *, is_basic: bool = False) -> list[HttpRequest]:
    seen: list[HttpRequest] = []

    async def transport(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return token_reply if request.url == TOKEN_URL else reply({})

    auth = ClientCredentials(ENDPOINT, TOKEN_URL, is_basic=is_basic)
    asyncio.run(
        Client(ENDPOINT, auth, transport=transport).fetch(ApiCall("GET", "/things", label="things"))
    )
    return seen


def test_id_and_secret_go_in_the_form():
    first, second = asked(reply({"access_token": "t"}))
    assert first.body == (
        b"grant_type=client_credentials&client_id=our-id&client_secret=our-secret"
    )
    assert second.headers["Authorization"] == "Bearer t"


def test_id_and_secret_go_in_a_basic_header_where_the_vendor_wants_that():
    first, _ = asked(reply({"access_token": "t"}), is_basic=True)
    assert first.body == b"grant_type=client_credentials"
    assert first.headers["Authorization"] == "Basic b3VyLWlkOm91ci1zZWNyZXQ="


@pytest.mark.parametrize(
    "refusal", [reply({"error": "invalid_client"}, 400), reply({}, 401), reply({}), reply([])]
)
def test_a_token_request_that_gives_no_token_is_refused(refusal):
    with pytest.raises(SourceForbidden, match="token") as caught:
        asked(refusal)
    assert "our-secret" not in str(caught.value)


def test_a_token_server_that_is_down_is_unavailable():
    with pytest.raises(SourceUnavailable, match="the token request"):
        asked(reply({}, 503))


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://", "https://me:pw@x.test", "x.test", "http://["]
)
def test_an_address_that_is_none_is_refused_without_quoting_it(url):
    with pytest.raises(SetupError) as caught:
        Endpoint(url)
    assert "pw" not in str(caught.value)


def test_patience_takes_known_settings_only():
    with pytest.raises(SetupError, match="longest_limit"):
        Client(Endpoint(BASE, options={"patience": {"tries": 3}}), ClientCredentials(ENDPOINT, ""))
