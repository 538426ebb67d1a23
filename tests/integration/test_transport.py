"""The client over a real socket: bodies that break off, drip, swell, or never come."""

import asyncio
import socket

import pytest

from kindred.api import ApiCall, ApiResponse, Client, Endpoint, NoAuth
from kindred.api.transport import AiohttpTransport
from kindred.errors import SourceMalformed, SourceUnavailable

QUICK = {"patience": {"attempts": 2, "first_wait": 0}}
CALL = ApiCall("GET", "/things", params={"q": "a-customers-name"}, label="things")


def fetched(*answers: bytes, largest_body: int = 1000) -> ApiResponse | None:
    """Ask a server that gives each of these raw answers once, then the last one again."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        writer.close()

    async def run() -> ApiResponse | None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = AiohttpTransport(largest_body=largest_body)
        endpoint = Endpoint(f"http://127.0.0.1:{port}", options=QUICK)
        try:
            async with Client(endpoint, NoAuth(), transport=transport) as client:
                return await client.fetch(CALL)
        finally:
            await transport.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(run())


def whole(body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), extra, body)


BROKEN = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"a": '


def test_a_document_comes_over_the_wire():
    assert fetched(whole(b'{"a": 1}')).document == {"a": 1}


def test_a_body_that_breaks_off_is_asked_for_again():
    assert fetched(BROKEN, whole(b"[]")).document == []


def test_a_body_that_always_breaks_off_is_unavailable():
    with pytest.raises(SourceUnavailable, match="ClientPayloadError"):
        fetched(BROKEN)


def test_something_that_is_not_http_is_unavailable():
    with pytest.raises(SourceUnavailable):
        fetched(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


def test_a_body_beyond_the_limit_is_garbled_and_not_kept():
    with pytest.raises(SourceMalformed, match="beyond all size"):
        fetched(whole(b"[" + b" " * 2000 + b"]"))


def test_a_compressed_body_counts_as_large_as_it_unpacks():
    import gzip

    bomb = gzip.compress(b" " * 100_000)
    assert len(bomb) < 1000
    with pytest.raises(SourceMalformed, match="beyond all size"):
        fetched(whole(bomb, b"Content-Encoding: gzip\r\n"))


def test_a_bomb_is_given_up_long_before_it_is_unpacked():
    import gzip
    import tracemalloc

    bomb = gzip.compress(b" " * 400_000_000, 1)
    tracemalloc.start()
    try:
        with pytest.raises(SourceMalformed, match="beyond all size"):
            fetched(whole(bomb, b"Content-Encoding: gzip\r\n"), largest_body=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(bomb) + 40_000_000


def test_a_header_that_comes_twice_is_one_list():
    links = b'Link: </a?max_id=1>; rel="next"\r\nLink: </a>; rel="prev"\r\n'
    answer = fetched(whole(b"[]", links))
    assert answer.response.headers["link"] == '</a?max_id=1>; rel="next", </a>; rel="prev"'


def test_a_port_where_nobody_listens_is_unavailable_without_a_word_of_the_query():
    async def run(url: str) -> None:
        async with Client(Endpoint(url, options=QUICK), NoAuth()) as client:
            await client.fetch(CALL)

    with socket.socket() as bound:  # and not listening
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnavailable, match="not answered after 2 tries") as caught:
            asyncio.run(run(f"http://127.0.0.1:{bound.getsockname()[1]}"))
    assert "a-customers-name" not in repr(caught.value)
