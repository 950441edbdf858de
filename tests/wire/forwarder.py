"""A TCP forwarder on loopback: a network between a process and a server that can fail.

    async with forwarding("127.0.0.1", port) as network:
        connect(network.port)
        network.reset()            # every connection is reset
        await network.hold(20)     # nothing arrives for so long; then they are reset

While it holds, a connection can be made and takes what is sent, but nothing arrives at
the other end and nothing comes back: as behind a firewall that forgot the connection.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 1 << 16
#: Closing sends a reset instead of the rest.
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class _Link:
    """A connection and its continuation to the server."""

    ends: tuple[asyncio.StreamWriter, ...]

    def reset(self) -> None:
        for end in self.ends:
            raw = end.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            end.transport.abort()


@dataclass(kw_only=True)
class Forwarder:
    """Forwards connections to one address."""

    host: str
    port_behind: int
    port: int = 0
    #: Connections that were opened since the start.
    opened: int = 0
    _links: set[_Link] = field(default_factory=set)
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def links(self) -> int:
        """The number of open connections."""
        return len(self._links)

    def reset(self) -> int:
        """Reset every connection; return how many there were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    async def hold(self, seconds: float) -> int:
        """Let nothing pass for a while, then reset; return how many were open."""
        self._flows.clear()
        try:
            await asyncio.sleep(seconds)
            return self.reset()
        finally:
            self._flows.set()

    def accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._keep(asyncio.create_task(self._forward(reader, writer)))

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.opened += 1
        link = _Link(ends=(writer,))
        self._links.add(link)
        try:
            await self._flows.wait()
            with suppress(OSError):
                there = await asyncio.open_connection(self.host, self.port_behind)
                link.ends = (writer, there[1])
                both = [self._pass(reader, there[1]), self._pass(there[0], writer)]
                await asyncio.gather(*both)
        finally:
            self._links.discard(link)
            for end in link.ends:
                end.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_PIECE):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End all connections."""
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def forwarding(host: str, port: int) -> AsyncIterator[Forwarder]:
    """Forward to this address for the duration of the block."""
    forwarder = Forwarder(host=host, port_behind=port)
    forwarder._flows.set()
    listener = await asyncio.start_server(forwarder.accept, "127.0.0.1", 0)
    forwarder.port = listener.sockets[0].getsockname()[1]
    try:
        yield forwarder
    finally:
        listener.close()
        await forwarder.stop()
