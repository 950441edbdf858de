"""The network that the chaos of roles cuts."""

import asyncio

import pytest

from tests.wire.forwarder import forwarding
from tests.wire.server import answer, serving

# ── the network ────────────────────────────────────────────────────────────────


async def ask(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        return await reader.read()
    finally:
        writer.close()


async def test_a_forwarder_passes_on_what_is_sent_and_what_comes_back():
    async with (
        serving(answer(b"news")) as server,
        forwarding("127.0.0.1", server.port) as network,
    ):
        assert (await ask(network.port)).endswith(b"news")


async def test_a_forwarder_that_holds_passes_on_nothing_and_then_resets():
    async with (
        serving(answer(b"news")) as server,
        forwarding("127.0.0.1", server.port) as network,
    ):
        holding = asyncio.create_task(network.hold(0.3))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionError):
            await ask(network.port)
        await holding
        assert server.requests == []
        assert (await ask(network.port)).endswith(b"news")


async def test_a_reset_ends_every_connection_with_an_error():
    async with (
        serving({}) as server,
        forwarding("127.0.0.1", server.port) as network,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", network.port)
        while not server.dialled:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert network.reset() == 1
        with pytest.raises(ConnectionError):
            await reader.read()
        writer.close()
