"""A small HTTP server on loopback that answers as its script says, byte for byte.

    async with serving({"/feed": answer(b"<rss/>")}) as server:
        await fetcher.fetch(server.url("/feed"))
        assert server.paths() == ["/feed"]

A script is a function of the request and the writer, so that a test can break off,
drip, declare wrong lengths or never end. Requests are kept in `requests`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """An incoming request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class Server:
    """A running server, and its requests."""

    port: int
    scheme: str
    requests: list[Request] = field(default_factory=list)
    #: The number of opened connections, whether or not a request followed.
    dialled: int = 0
    open_now: int = 0
    most_open: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


def answer(
    body: bytes = b"",
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> Script:
    """A complete answer; `length` overrides Content-Length."""
    head = {"Content-Length": str(len(body) if length is None else length)}
    head |= dict(headers or {})

    async def run(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(status, head) + body)

    return run


def redirect(to: str, status: int = 302) -> Script:
    return answer(status=status, headers={"Location": to})


def dripping(body: bytes, every: float = 0.02) -> Script:
    """Send a byte at a time."""

    async def run(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(200, {"Content-Length": str(len(body))}))
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(every)

    return run


def endless(head: Mapping[str, str], chunk: bytes) -> Script:
    """Send the same chunk forever, or until the client closes."""

    async def run(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(200, head))
        while True:
            writer.write(chunk)
            await writer.drain()

    return run


def in_turn(*scripts: Script) -> Script:
    """Run one script after another; the last one repeats."""
    left = list(scripts)

    async def run(request: Request, writer: asyncio.StreamWriter) -> None:
        script = left.pop(0) if len(left) > 1 else left[0]
        await script(request, writer)

    return run


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1")


@asynccontextmanager
async def serving(
    scripts: Mapping[str, Script] | Script,
    *,
    tls: ssl.SSLContext | None = None,
    address: str = "127.0.0.1",
) -> AsyncIterator[Server]:
    """Run a server; a path without a script is 404."""
    server = Server(port=0, scheme="https" if tls else "http")

    def script_of(path: str) -> Script:
        if callable(scripts):
            return scripts
        return scripts.get(path, answer(status=404))

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        server.dialled += 1
        server.open_now += 1
        server.most_open = max(server.most_open, server.open_now)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                request = await _read(reader)
                server.requests.append(request)
                await script_of(request.path)(request, writer)
                await writer.drain()
        finally:
            server.open_now -= 1
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(handle(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    listener = await asyncio.start_server(accept, address, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Request(method=method, path=path, headers=headers)
