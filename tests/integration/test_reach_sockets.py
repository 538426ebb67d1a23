"""Names over a real socket: judged by the very addresses that are connected to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from kindred.api import ApiCall, Client, Endpoint, NoAuth
from kindred.api.host_policy import HostPolicy
from kindred.api.transport import AiohttpTransport
from kindred.errors import SourceMalformed

QUICK = {"patience": {"attempts": 1, "first_wait": 0}}


class Listener:
    """A server on 127.0.0.1 that answers everything alike and keeps what it was asked."""

    def __init__(self, head: bytes = b"200 OK", body: bytes = b"{}") -> None:
        self.answer = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        self.answer %= (head, len(body), body)
        self.asked: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(65536))
                connection.sendall(self.answer)


@contextmanager
def listening(*given: Any) -> Iterator[Listener]:
    listener = Listener(*given)
    thread = Thread(target=listener.serve)
    thread.start()
    try:
        yield listener
    finally:
        listener.socket.shutdown(socket.SHUT_RDWR)
        listener.socket.close()
        thread.join()


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What names resolve to, each time the next address of its list, the last one for ever."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolved(host, *given, **named):
        if host in known:
            host = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return real(host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return known


def asked(base: str, target: str, **options: Any) -> None:
    async def run() -> None:
        async with Client(Endpoint(base, options=QUICK | options), NoAuth()) as client:
            await client.fetch(ApiCall("GET", target, label="things", is_authorized=False))

    asyncio.run(run())


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_a_public_name_that_resolves_to_this_machine_is_not_connected_to(names, address):
    names["store.test"] = [address]
    with listening() as here, pytest.raises(SourceMalformed, match=r"store\.test is, or resolves"):
        asked("http://api.vendor.test", f"http://store.test:{here.port}/t?sign=ed")
    assert here.asked == []


def test_a_name_is_connected_to_where_it_was_judged_and_not_looked_up_again(names):
    names["store.test"] = ["127.0.0.1", "10.0.0.8"]
    with listening() as here:
        asked(f"http://127.0.0.1:{here.port}", f"http://store.test:{here.port}/t")
        assert len(here.asked) == 1
        with pytest.raises(SourceMalformed, match=r"store\.test is, or resolves"):
            asked(f"http://127.0.0.1:{here.port}", f"http://store.test:{here.port}/t")
    assert len(here.asked) == 1


def test_a_connection_on_loopback_may_name_this_machine(names):
    names["other-name.test"] = ["127.0.0.1"]
    with listening() as here:
        asked(f"http://127.0.0.1:{here.port}", f"http://other-name.test:{here.port}/t")
        asked(f"http://localhost:{here.port}", f"http://127.0.0.1:{here.port}/t")
    assert len(here.asked) == 2


def test_a_connections_own_host_may_be_in_a_private_network(names):
    names["gateway.test"] = ["127.0.0.1"]
    with listening() as here:
        asked(f"http://gateway.test:{here.port}", "/things")
        names["vault.test"] = ["127.0.0.1"]
        trusting = {"trusted_hosts": ["vault.test"]}
        asked(f"http://gateway.test:{here.port}", f"http://vault.test:{here.port}/t", **trusting)
    assert len(here.asked) == 2


@pytest.mark.parametrize("place", ["http://127.0.0.1:{}/", "http://localhost:{}/", "//[::1]:{}/"])
def test_a_redirect_to_another_server_is_not_followed(place):
    with listening() as there:
        location = place.format(there.port).encode()
        with listening(b"302 Found\r\nLocation: " + location) as here:
            with pytest.raises(SourceMalformed, match="a redirect leads to another host"):
                asked(f"http://127.0.0.1:{here.port}", "/things")
            assert len(here.asked) == 1
    assert there.asked == []


def test_a_redirect_on_the_same_server_is_followed():
    with listening(b"302 Found\r\nLocation: /elsewhere") as here:
        with pytest.raises(SourceMalformed, match="redirects without end"):
            asked(f"http://127.0.0.1:{here.port}", "/things")
        assert [request.split()[1] for request in here.asked][1:] == [b"/elsewhere"] * 5


def test_a_proxy_of_the_own_network_is_asked_and_resolves_the_names_itself(names):
    names["proxy.test"] = ["127.0.0.1"]
    with listening() as proxy:
        asked("http://api.vendor.test", "/things", proxy=f"http://proxy.test:{proxy.port}")
        with pytest.raises(SourceMalformed, match=r"169\.254\.169\.254"):
            asked(
                "http://api.vendor.test",
                "http://169.254.169.254/",
                proxy=f"http://proxy.test:{proxy.port}",
            )
    assert [request.split()[1] for request in proxy.asked] == [b"http://api.vendor.test/things"]


def test_a_transport_without_a_connections_reach_reaches_no_private_name(names):
    names["store.test"] = ["127.0.0.1"]

    async def run(reach: HostPolicy | None) -> None:
        transport = AiohttpTransport(reach=reach)
        endpoint = Endpoint("http://api.vendor.test", options=QUICK)
        try:
            async with Client(endpoint, NoAuth(), transport=transport) as client:
                await client.fetch(
                    ApiCall(
                        "GET", f"http://store.test:{here.port}/", label="t", is_authorized=False
                    )
                )
        finally:
            await transport.close()

    with listening() as here:
        with pytest.raises(SourceMalformed, match="private, loopback"):
            asyncio.run(run(None))
        asyncio.run(run(HostPolicy(is_loopback=True)))
    assert len(here.asked) == 1
