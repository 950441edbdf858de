"""Serving: the port is reported, a taken one is named, a stop ends streams."""

import asyncio
import contextlib
import os
import signal
import socket
import time

import pytest
from sse_starlette import EventSourceResponse

from bot.errors import ConfigurationError
from bot.web import server
from tests.bot.platforms.local.samples import a_delivery
from tests.browser.stage import Stage


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")


async def head_of(
    port: int, path: str, count: int = 1
) -> tuple[str, asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    writer.write(request.encode())
    text = ""
    for _ in range(count):
        text += (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.transport.set_write_buffer_limits(0)
    reader.writer = writer  # type: ignore[attr-defined]  # kept open with the reader
    return text, reader


async def test_port_zero_takes_a_free_one_and_reports_it():
    async with server.serve_application(
        Stage().app(), host="127.0.0.1", port=0
    ) as address:
        assert address.port > 0
        assert str(address) == f"http://127.0.0.1:{address.port}"
        head, reader = await head_of(address.port, "/healthz")
        assert head.startswith("HTTP/1.1 200")
        reader.writer.close()  # type: ignore[attr-defined]


async def test_a_taken_port_is_named_with_the_setting_that_mends_it():
    app = Stage().app()
    async with server.serve_application(app, host="127.0.0.1", port=0) as address:
        with pytest.raises(ConfigurationError) as caught:
            async with server.serve_application(
                app, host="127.0.0.1", port=address.port
            ):
                pass
    assert f"Port {address.port} on 127.0.0.1 is in use" in str(caught.value)
    assert "STANDFIRST_WEB_PORT" in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_an_address_of_this_computer_is_bound(host):
    with server.bind_socket(host, 0) as listener:
        expected = "0.0.0.0" if host == "0.0.0.0" else "127.0.0.1"
        assert listener.getsockname()[0] == expected


async def test_small_answers_are_sent_at_once():
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = writer.get_extra_info("socket")
        taken.set_result(there.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = server.bind_socket("127.0.0.1", 0)
    async with await asyncio.start_server(take, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        assert await taken == 1
        writer.close()


@needs_ipv6
@pytest.mark.parametrize("host", ["::1", "::"])
def test_an_address_of_ipv6_is_bound(host):
    with server.bind_socket(host, 0) as listener:
        assert listener.getsockname()[0] == host


@needs_ipv6
def test_all_addresses_of_ipv6_are_those_of_ipv4_as_well():
    with server.bind_socket("::", 0) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as there:
            assert there.getpeername()[1] == port


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1", "no address of this computer"),
        ("nowhere.invalid", "no address was found for that name"),
        ("fe80::1%nothing0", "STANDFIRST_WEB_HOST"),
        ("a" * 64 + ".example", "no address was found for that name"),
    ],
)
def test_an_address_that_is_not_ours_is_a_sentence(host, said):
    with pytest.raises(ConfigurationError) as caught:
        server.bind_socket(host, 0)
    assert said in str(caught.value)
    assert "STANDFIRST_WEB_HOST" in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every port")
def test_a_port_that_this_user_may_not_open_is_a_sentence():
    with pytest.raises(ConfigurationError, match="number over 1023"):
        server.bind_socket("127.0.0.1", 1)


async def test_signals_stay_with_the_caller():
    before = signal.getsignal(signal.SIGTERM)
    async with server.serve_application(Stage().app(), host="127.0.0.1", port=0):
        await asyncio.sleep(0.05)
        assert signal.getsignal(signal.SIGTERM) is before


async def test_a_stop_ends_open_streams_at_once():
    stage = Stage()
    before_stop = (stage.platform.hub.close,)
    async with server.serve_application(
        stage.app(), host="127.0.0.1", port=0, before_stop=before_stop
    ) as address:
        await stage.platform.send(a_delivery())
        head, reader = await head_of(address.port, "/events?channel=news")
        assert "text/event-stream" in head
        await reader.readuntil(b"event: post")
        started = time.monotonic()
    assert time.monotonic() - started < 2
    rest = await reader.read()
    assert rest.endswith(b"0\r\n\r\n"), "the stream was cut off, not ended"
    reader.writer.close()  # type: ignore[attr-defined]


async def test_asking_for_the_head_of_a_stream_opens_none():
    stage = Stage()
    async with server.serve_application(stage.app(), host="127.0.0.1", port=0) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        host = f"Host: localhost:{at.port}\r\nConnection: close\r\n\r\n"
        writer.write(f"HEAD /events?channel=news HTTP/1.1\r\n{host}".encode())
        head = await asyncio.wait_for(reader.read(), 5)
        assert b"text/event-stream" in head
        assert len(stage.platform.hub) == 0
        writer.close()


async def test_a_page_that_left_is_noticed_and_a_silent_one_is_kept(monkeypatch):
    monkeypatch.setattr(EventSourceResponse, "DEFAULT_PING_INTERVAL", 0.01)
    stage = Stage()
    hub = stage.platform.hub
    async with server.serve_application(
        stage.app(), host="127.0.0.1", port=0, before_stop=(hub.close,)
    ) as address:
        _, reader = await head_of(address.port, "/events?channel=news")
        await asyncio.wait_for(reader.readuntil(b": ping"), 5)
        assert len(hub) == 1
        reader.writer.close()  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
        assert len(hub) == 0


async def test_a_page_that_reads_nothing_does_not_delay_the_stop():
    stage = Stage()
    hub = stage.platform.hub
    async with server.serve_application(
        stage.app(), host="127.0.0.1", port=0, before_stop=(hub.close,)
    ) as address:
        _, reader = await head_of(address.port, "/events?channel=news")
        reader.writer.transport.pause_reading()  # type: ignore[attr-defined]
        large = "word " * 20_000
        for number in range(1, 60):
            await stage.platform.send(a_delivery(number, fallback_text=large))
        await asyncio.sleep(0.1)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    reader.writer.transport.abort()  # type: ignore[attr-defined]
    await asyncio.sleep(0.1)
    assert len(hub) == 0


# ── slow and many connections ──────────────────────────────────────────────────

SHORT = server.ConnectionLimits(connections=3, request_seconds=0.2)


async def sends(port: int, *pieces: str) -> bytes:
    """Send pieces one after the other; return what comes until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece.encode())
            await asyncio.sleep(0.03)
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        ("GET /heal",),
        tuple("GET /healthz HTTP/1.1\r\nHost: localhost"),
        ("POST /command HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n", "a"),
    ],
    ids=["nothing", "a beginning", "a letter at a time", "half a body"],
)
async def test_a_request_that_is_not_sent_in_time_is_cut_off(pieces):
    async with server.serve_application(
        Stage().app(), host="127.0.0.1", port=0, limits=SHORT
    ) as address:
        started = time.monotonic()
        assert b" 200 " not in await sends(address.port, *pieces)
        assert time.monotonic() - started < 2


async def test_a_second_request_that_is_not_sent_in_time_is_cut_off():
    async with server.serve_application(
        Stage().app(), host="127.0.0.1", port=0, limits=SHORT
    ) as address:
        head, reader = await head_of(address.port, "/healthz")
        assert head.startswith("HTTP/1.1 200")
        started = time.monotonic()
        for letter in "GET /healthz HTT":
            reader.writer.write(letter.encode())  # type: ignore[attr-defined]
            await asyncio.sleep(0.03)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 5)
        assert time.monotonic() - started < 2
        reader.writer.close()  # type: ignore[attr-defined]


async def test_an_open_stream_is_not_cut_off():
    stage = Stage()
    async with server.serve_application(
        stage.app(),
        host="127.0.0.1",
        port=0,
        before_stop=(stage.platform.hub.close,),
        limits=SHORT,
    ) as address:
        _, reader = await head_of(address.port, "/events?channel=news")
        await asyncio.sleep(2 * SHORT.request_seconds)
        await stage.platform.send(a_delivery())
        await asyncio.wait_for(reader.readuntil(b"event: post"), 5)
        reader.writer.close()  # type: ignore[attr-defined]


async def test_beyond_the_limit_a_connection_is_closed_and_the_next_is_served():
    limits = server.ConnectionLimits(connections=3, request_seconds=5)
    async with server.serve_application(
        Stage().app(), host="127.0.0.1", port=0, limits=limits
    ) as address:
        held = [
            await asyncio.open_connection("127.0.0.1", address.port) for _ in range(3)
        ]
        await asyncio.sleep(0.05)
        assert await sends(address.port, "GET /healthz HTTP/1.1\r\n") == b""
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.05)
        head, reader = await head_of(address.port, "/healthz")
        assert head.startswith("HTTP/1.1 200")
        reader.writer.close()  # type: ignore[attr-defined]
