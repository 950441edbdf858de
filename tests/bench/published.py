"""Measure what many requests for a published page do to what is due.

Run: python -m tests.bench.published [DESTINATIONS] [REQUESTS_PER_SECOND] [CONNECTIONS].
Prints and asserts nothing. One process has the outbox and the public site on one event
loop and one database; 1,000 messages are due at once at the strict local Discord, which
runs in a process of its own and allows 50 requests a second. The rush is measured
twice: without readers, and while a third process asks for one page 500 times a second,
each of its connections as another client. The share of a core that this generator
takes is told: on two cores, it takes it from the others.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any
from urllib.parse import urlsplit

from bot.app import SystemClock
from bot.delivery.outbox import Outbox
from bot.i18n.translation import Texts
from bot.model import RenderContext, StoredEdition, context_to_json
from bot.model.scope import Scope
from bot.model.web_access import WebAccess
from bot.platforms.discord.platform import DiscordPlatform
from bot.storage import (
    Connection,
    Database,
    digest_store,
    edition_store,
    schema,
)
from bot.storage.published_edition_store import mark_edition_posted, publish_edition
from bot.web import server
from bot.web.published.site import build_published_routes
from tests.bench.outbox_rush import furnish, serve, watch
from tests.bot.web.asgi import report_health

PUBLIC_URL = "http://news.example"
Lateness = list[float]


def main(count: int, rate: int, connections: int) -> None:
    quiet, _, loop = measure(count, 0, connections)
    print(tell("without readers", quiet, count, loop))
    busy, asked, loop = measure(count, rate, connections)
    print(tell(f"with {rate} requests a second", busy, count, loop))
    print(asked)
    change = 100 * (find_p99(busy) / find_p99(quiet) - 1)
    print(f"p99 lateness {change:+.1f} % (target: within 10 %)")


def tell(what: str, late: Lateness, count: int, blocked: float) -> str:
    return (
        f"{what}: {len(late)} of {count} messages; p99 lateness "
        f"{find_p99(late):.2f} s; longest block of the loop {1000 * blocked:.0f} ms"
    )


def find_p99(late: Lateness) -> float:
    return sorted(late)[int(len(late) * 0.99) - 1]


def measure(count: int, rate: int, connections: int) -> tuple[Lateness, str, float]:
    """Measure one rush; also what the readers were answered, and the loop's block."""
    context = get_context("spawn")
    here, there = context.Pipe()
    discord = context.Process(target=serve, args=(there, count, 0))
    discord.start()
    address = here.recv()
    with tempfile.TemporaryDirectory() as home:
        found = asyncio.run(rush(f"{home}/rush.db", address, count, rate, connections))
    due, blocked, asked = found
    here.send("stop")
    first: dict[str, float] = {}
    for at, channel in here.recv():
        first.setdefault(channel, at)
    discord.join()
    return [at - due for at in first.values()], asked, blocked


async def rush(
    file: str, address: dict[str, Any], count: int, rate: int, connections: int
) -> tuple[float, float, str]:
    database = Database.open(f"sqlite:///{file}")
    platform = DiscordPlatform(**address)
    await platform._ensure_session()
    await database.write(furnish, platform, count, 50)
    path = await database.write(publish)
    outbox = Outbox(
        db=database,
        clock=SystemClock(),
        platforms={"discord": platform},
        send_timeout=timedelta(seconds=15),
        uncertain_wait=timedelta(seconds=45),
        steady=time.monotonic,
    )
    app = server.build_application(
        routes=(),
        read_article=_find_nothing,
        health=report_health(_ready),
        key=b"0123456789abcdef",
        texts=Texts.of("en"),
        published=build_published_routes(database, PUBLIC_URL),
        access=WebAccess(public_url=PUBLIC_URL),
    )
    late = [0.0]
    async with server.serve_application(app, host="127.0.0.1", port=0) as bound:
        context = get_context("spawn")
        here, there = context.Pipe()
        arguments = (there, bound.port, path, rate, connections)
        readers = context.Process(target=read_pages, args=arguments)
        readers.start()
        await asyncio.to_thread(here.recv)
        here.send("begin")
        await asyncio.sleep(1)
        watching = asyncio.create_task(watch(late))
        due = time.monotonic()
        await outbox.drain()
        watching.cancel()
        here.send("stop")
        asked: str = await asyncio.to_thread(here.recv)
        readers.join()
    await platform.close()
    await database.close()
    return due, max(late), asked


async def _find_nothing(*_: object) -> None:
    return None


async def _ready() -> dict[str, str]:
    return {}


def publish(conn: Connection) -> str:
    """Publish the edition of the first workspace, as if it had been posted."""
    row = conn.execute(schema.editions.select().limit(1)).one()
    scope = Scope(row.workspace_id)
    conn.execute(
        schema.digests.update()
        .where(schema.digests.c.id == row.digest_id)
        .values(settings={"version": 1, "web": "listed"})
    )
    digest = digest_store.find_digest(conn, scope, row.digest_id)
    stored = edition_store.find_edition(conn, scope, row.id)
    assert digest is not None
    assert isinstance(stored, StoredEdition)
    shown = RenderContext(
        edition_id=stored.public_id, digest="d", zone="UTC", locale="en", next_due=None
    )
    edition_store.set_render_context(conn, **stored.key, context=context_to_json(shown))
    day = stored.edition.made_at.date()
    key = publish_edition(conn, scope, stored, digest, "listed", day)
    mark_edition_posted(conn, scope, stored.id, stored.edition.made_at)
    return f"/editions/{key}"


# ── readers ────────────────────────────────────────────────────────────────────


def read_pages(pipe: Pipe, port: int, path: str, rate: int, connections: int) -> None:
    asyncio.run(_read_pages(pipe, port, path, rate, connections))


async def _read_pages(
    pipe: Pipe, port: int, path: str, rate: int, connections: int
) -> None:
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    statuses: Counter[str] = Counter()
    seconds: list[float] = []
    begun, used = time.monotonic(), _used()
    each = [
        asyncio.create_task(
            _read_steadily(port, path, rate / connections, n, statuses, seconds)
        )
        for n in range(connections if rate else 0)
    ]
    await asyncio.to_thread(pipe.recv)
    for one in each:
        one.cancel()
    took = time.monotonic() - begun
    total = sum(statuses.values())
    share = 100 * (_used() - used) / took
    p99 = sorted(seconds)[int(len(seconds) * 0.99)] if seconds else 0.0
    pipe.send(
        f"readers: {total / took:.0f} requests a second, answers "
        f"{dict(sorted(statuses.items()))}, p99 {1000 * p99:.0f} ms; "
        f"the generator took {share:.0f} % of a core"
    )


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def _read_steadily(
    port: int,
    path: str,
    rate: float,
    number: int,
    statuses: Counter[str],
    seconds: list[float],
) -> None:
    """Ask for the page at a rate, over one connection, from an address of its own."""
    host = urlsplit(PUBLIC_URL).netloc
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    client = (f"127.0.{number // 200}.{number % 200 + 1}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=client)
    await asyncio.sleep(number / 100)
    next_at = time.monotonic()
    while True:
        begun = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        seconds.append(time.monotonic() - begun)
        statuses[head.split(b" ")[1].decode()] += 1
        next_at = max(next_at + 1 / rate, time.monotonic() - 1)
        await asyncio.sleep(max(0.0, next_at - time.monotonic()))


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:]]
    main(*(wanted + [1000, 500, 100][len(wanted) :]))
