"""Requests stay where they were sent: which redirects and addresses are followed and which not."""

import asyncio

import pytest

from kindred.api import ApiCall, Client, Endpoint, HttpRequest, HttpResponse, NoAuth
from kindred.api.host_policy import HostPolicy
from kindred.api.messages import OutOfReach
from kindred.errors import SourceMalformed
from tests.vendor import Vendor, reply

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0.0.0.0",  # noqa: S104 -- an address to refuse
    "10.0.0.8",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
]


def fetched(base: str, target: str, *answers: HttpResponse, **options) -> list[str]:
    """Ask for a target; return the addresses that were asked."""
    left, asked = [*answers, reply({})], []

    async def transport(request: HttpRequest) -> HttpResponse:
        asked.append(request.url)
        return left.pop(0)

    client = Client(Endpoint(base, options=options), NoAuth(), transport=transport)
    asyncio.run(client.fetch(ApiCall("GET", target, label="things", is_authorized=False)))
    return asked


def redirect(location: str, status: int = 302) -> HttpResponse:
    return HttpResponse(status, {"location": location})


@pytest.mark.parametrize(
    ("base", "location"),
    [
        ("https://api.vendor.test", "/elsewhere"),
        ("https://api.vendor.test", "https://API.vendor.test:443/elsewhere"),
        ("http://api.vendor.test", "https://api.vendor.test/elsewhere"),
        ("http://api.vendor.test:8080", "//api.vendor.test:8080/elsewhere"),
    ],
)
def test_a_redirect_on_the_same_host_is_followed(base, location):
    assert len(fetched(base, "/things", redirect(location))) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("base", "location", "rule"),
    [
        ("https://api.vendor.test", "https://elsewhere.test/x", "another host, elsewhere.test"),
        ("https://api.vendor.test", "//elsewhere.test/x", "another host, elsewhere.test"),
        ("https://api.vendor.test", "https://vendor.test/x", "another host"),
        ("https://api.vendor.test", "https://api.vendor.test.evil.test/", "another host"),
        ("https://api.vendor.test", "https://api.vendor.test:8443/x", "another host"),
        ("https://api.vendor.test", "http://api.vendor.test/x", "from https to http on api"),
        ("https://api.vendor.test", "ftp://api.vendor.test/x", "from https to ftp"),
        ("https://api.vendor.test", "file:///etc/passwd", "without a plain host"),
        ("https://api.vendor.test", "https://api.vendor.test@elsewhere.test/", "plain host"),
        ("https://api.vendor.test", "https://api.vendor.test\\@elsewhere.test/", "plain host"),
        ("https://api.vendor.test", "https://[::1", "an address that is none"),
        ("http://127.0.0.1:80", "http://127.0.0.1:81/", "another host"),
        ("http://127.0.0.1:80", "http://169.254.169.254/", "another host, 169.254.169.254"),
        *(("https://api.vendor.test", f"https://{host}/x", "another host") for host in PRIVATE),
    ],
)
def test_a_redirect_that_leads_elsewhere_is_refused_by_host_and_rule(base, location, rule, status):
    with pytest.raises(SourceMalformed, match=rule):
        fetched(base, "/things", redirect(location, status))


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("base", ["https://api.vendor.test", "https://10.0.0.7"])
def test_an_address_of_a_private_network_out_of_an_answer_is_refused(base, host):
    with pytest.raises(SourceMalformed, match="private, loopback or link-local"):
        fetched(base, f"https://{host}/pre-signed?customer=ann")


@pytest.mark.parametrize(
    "target",
    [
        "https://store.test/pre-signed",
        "https://8.8.8.8/pre-signed",
        "https://[2606:4700::1111]/pre-signed",
        "https://store.test:8443/pre-signed",
    ],
)
def test_a_pre_signed_address_on_another_public_host_is_asked(target):
    assert fetched("https://api.vendor.test", target) == [target]


@pytest.mark.parametrize("target", ["http://store.test/x", "http://api.vendor.test/x"])
def test_an_address_over_http_is_refused_on_a_connection_over_https(target):
    with pytest.raises(SourceMalformed, match="over http"):
        fetched("https://api.vendor.test", target)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://127.0.0.2:9/x", "http://[::1]:9/x"]
)
@pytest.mark.parametrize("base", ["http://127.0.0.1:8", "http://[::1]:8", "http://localhost:8"])
def test_a_connection_on_loopback_may_name_loopback_addresses(base, target):
    assert fetched(base, target) == [target]


def test_a_connection_on_loopback_may_name_no_other_private_address():
    with pytest.raises(SourceMalformed, match=r"10\.0\.0\.8"):
        fetched("http://127.0.0.1:8", "http://10.0.0.8/x")


@pytest.mark.parametrize("host", ["10.0.0.8", "10.0.0.8:443", "https://10.0.0.8/x"])
def test_a_host_that_a_person_trusts_is_asked_and_redirected_to(host):
    trusted = {"trusted_hosts": [host], "login_url": "https://login.vendor.test"}
    base = "https://api.vendor.test"
    assert len(fetched(base, "https://10.0.0.8/x", **trusted)) == 1
    assert len(fetched(base, "/x", redirect("https://login.vendor.test/x"), **trusted)) == 2


def test_a_refusal_repeats_no_path_and_no_query():
    with pytest.raises(SourceMalformed) as caught:
        fetched("https://api.vendor.test", "/x", redirect("https://elsewhere.test/ann?ann@x.test"))
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize("address", ["10.0.0.8", "fe80::1%eth0", "::ffff:127.0.0.1"])
def test_a_name_is_judged_by_the_addresses_it_resolves_to(address):
    reach = HostPolicy.of(Endpoint("https://api.vendor.test"))
    with pytest.raises(OutOfReach, match=r"store\.test"):
        reach.check_address("store.test", address)
    reach.check_address("api.vendor.test", address)  # the connection's own host is a person's
    reach.check_address("store.test", "8.8.8.8")


def test_the_next_page_is_asked_for_on_our_own_host_whatever_its_address_says():
    def handler(request: HttpRequest) -> HttpResponse:
        if "two" in request.url:
            return reply({"records": [2], "done": True})
        return reply({"records": [1], "done": False, "nextRecordsUrl": "////evil.test/two"})

    from kindred.api import NextUrl, walk
    from tests.vendor import gathered

    vendor = Vendor(handler)
    call = ApiCall("GET", "/one", label="query")
    assert len(asyncio.run(gathered(walk(vendor.client(), call, NextUrl())))) == 2
    assert [request.url.split("/")[2] for request in vendor.requests] == ["api.vendor.test"] * 2
