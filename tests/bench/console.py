"""Time the pages of the console, with many digests over a large archive.

    python -m tests.bench.console [ARTICLES] [DIGESTS] [TIMES]

The archive is that of `tests.bench.search` (invented words, 400 sources); one workspace
has DIGESTS (1,000) digests of twelve sources each, with one of some common schedules,
and an edition each. An owner is signed in. Each page is asked for TIMES (40) times, of
other digests each time, through the whole application without a socket, of an idle bot.
Wall time, and processor time of all threads, which other load does not change so much.
Prints and asserts nothing.
"""

import asyncio
import gc
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.model import DigestOptions, DueMoment, MessagePart
from bot.model.scope import Scope
from bot.publishing import planning
from bot.schedules.parsing import parse_schedule
from bot.storage import (
    Connection,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    schema_upgrade,
    source_store,
)
from digests.types import PublishedLedger
from tests.bench import search
from tests.bot.harness import NO_LIMITS, open_harness
from tests.bot.platforms.local.samples import BRIDGE, a_ref, a_story, an_edition
from tests.bot.web.asgi import Answer, Browser
from tests.bot.web.console.forms import fill, read_form, send
from tests.bot.web.console.stage import ConsoleStage
from tests.fakes import FakeClock

ARTICLES, DIGESTS, TIMES, SOURCES = 1_000_000, 1_000, 40, 12
PAGE, PREVIEW = 100.0, 500.0
SCHEDULES = (
    "daily at 08:30 Europe/Berlin",
    "weekdays at 07:00 Europe/London",
    "Monday and Thursday at 18:00 America/New_York",
    "every 4 hours Europe/Berlin",
    "daily at 06:15 and 18:15 Asia/Tokyo",
)
SCOPE = Scope(search.BIG)


def main(articles: int, digests: int, times: int, file: str = "") -> None:
    with tempfile.TemporaryDirectory() as home:
        where = Path(file or f"{home}/archive.db")
        is_new = not where.exists()
        schema_upgrade.upgrade_database(f"sqlite:///{where}")
        if is_new:
            begun = time.perf_counter()
            search.fill_sqlite(where, articles)
            took = time.perf_counter() - begun
            print(f"{articles:,} articles in {took:.0f} s", flush=True)
        asyncio.run(measured(where, Path(home), articles, digests, times))


async def measured(
    file: Path, home: Path, articles: int, digests: int, times: int
) -> None:
    at = datetime.fromtimestamp(search.BEGUN / 1e6, UTC)
    now = at + timedelta(days=365 * articles / search.ARTICLES)
    async with open_harness(
        f"sqlite:///{file}", home, clock=FakeClock(now), quotas=NO_LIMITS
    ) as harness:
        keys = await harness.db.write(add_digests, digests, now)
        update_statistics(file)
        stage = ConsoleStage(harness)
        browser = await stage.enter()
        gc.collect()
        gc.freeze()
        print(f"{len(keys):,} digests; milliseconds; load {os.getloadavg()[0]:.1f}")
        print(f"{'':<28}{'p50':>8}{'p95':>8}{'cpu p50':>8}{'p95':>8}{'KB':>8}")
        await time_pages(browser, keys, times)


def update_statistics(file: Path) -> None:
    """Do what the maintenance does once a day."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA analysis_limit = 1000")
        db.execute("ANALYZE")


async def time_pages(browser: Browser, keys: Sequence[int], times: int) -> None:
    base, rng = f"/console/w/{search.BIG}", random.Random(3)
    chosen = [rng.choice(keys) for _ in range(times)]
    for name, path in (
        ("overview", ""),
        ("digests", "/digests"),
        ("digests, third page", "/digests?page=3"),
        ("sources", "/sources"),
        ("editions", "/editions"),
        ("calendar", "/calendar"),
    ):
        await line(name, PAGE, times, partial(get_same, browser, base + path))
    await line(
        "digest", PAGE, times, lambda n: browser.get(f"{base}/digests/{chosen[n]}")
    )
    await line(
        "source", PAGE, times, lambda n: browser.get(f"{base}/sources/{1 + 2 * n}")
    )
    listed = (await browser.get(f"{base}/editions")).tree.css("tbody a")
    links = [node.attributes["href"] or "" for node in listed]
    await line("edition", PAGE, times, lambda n: browser.get(links[n % len(links)]))
    for count in (3, 8):
        here = f"{base}/digests/{chosen[0]}"
        fields = read_form(await browser.get(here))

        async def redraw(n: int) -> Answer:
            changed = fill(fields, set__stories=str(count + n % 5))  # noqa: B023
            return await send(browser, f"{here}/preview", changed)  # noqa: B023

        begun = time.perf_counter()
        await redraw(0)
        first = 1000 * (time.perf_counter() - begun)
        await line("preview after a change", PREVIEW, times, redraw)
        print(f"{'  the first of a digest':<28}{first:>8.0f}")
        chosen.reverse()
    fields = read_form(await browser.get(f"{base}/digests/{chosen[0]}"))
    here = f"{base}/digests/{chosen[0]}"
    await line(
        "save",
        PREVIEW,
        8,
        lambda n: send(browser, f"{here}/save", fill(fields, set__stories=str(2 + n))),
    )


async def get_same(browser: Browser, path: str, _: int) -> Answer:
    return await browser.get(path)


async def line(
    name: str, budget: float, times: int, ask: Callable[[int], Awaitable[Answer]]
) -> None:
    wall: list[float] = []
    busy: list[float] = []
    size, status = 0, set[int]()
    for number in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        answer = await ask(number)
        wall.append(1000 * (time.perf_counter() - begun))
        busy.append(1000 * (time.process_time() - worked))
        size = len(answer.body)
        status.add(answer.status)
    wall.sort()
    busy.sort()
    place = min(len(wall) - 1, int(len(wall) * 0.95))
    over = "  over" if busy[place] > budget else ""
    odd = "" if status <= {200, 303} else f"  {sorted(status)}"
    middle = len(wall) // 2
    cells = (wall[middle], wall[place], busy[middle], busy[place], size / 1000)
    shown = "".join(f"{one:>8.1f}" for one in cells)
    print(f"{name:<28}{shown}{over}{odd}", flush=True)


def add_digests(conn: Connection, count: int, now: datetime) -> list[int]:
    """Add digests with schedules, and an edition each; once per database."""
    known = [d.id for d in digest_store.list_digests(conn, SCOPE) if d.name[:1] == "D"]
    if known:
        return known
    sources = source_store.list_sources(conn, SCOPE)
    places = [
        destination_store.upsert_destination(
            conn, SCOPE, name=f"c{n}", channel=f"c-{n}"
        )
        for n in range(50)
    ]
    rng, keys = random.Random(4), []
    for number in range(count):
        digest = digest_store.upsert_digest(
            conn,
            SCOPE,
            name=f"Digest {number:04}",
            sources=rng.sample(sources, SOURCES),
            destinations=[places[number % len(places)]],
            options=DigestOptions(),
        )
        rule = parse_schedule(SCHEDULES[number % len(SCHEDULES)])
        planning.save_schedules(conn, digest, [rule], now)
        keys.append(digest.id)
        if number % 10 == 0:
            add_edition(conn, digest.id, places[number % len(places)], now)
    return keys


def add_edition(conn: Connection, digest_id: int, place, now: datetime) -> None:
    due = DueMoment(at=now, local_date=now.date(), slot="08:30")
    planned = schedule_store.plan_occurrence(
        conn, SCOPE, digest_id=digest_id, due=due, zone="UTC", trigger="schedule"
    )
    assert planned is not None
    schedule_store.finish_occurrence(conn, **planned.key, state="composed")
    story = replace(
        a_story(BRIDGE), id=f"s-{digest_id}", articles=(replace(a_ref(BRIDGE), id="1"),)
    )
    stored = edition_store.add_edition(
        conn,
        SCOPE,
        digest_id=digest_id,
        occurrence_id=planned.id,
        edition=replace(an_edition(), stories=(story,), made_at=now, decisions=()),
        manifest="",
        published=PublishedLedger(),
    )
    part = MessagePart(key="1", payload={"text": "News"}, fallback_text="News")
    delivery_store.add_deliveries(
        conn, SCOPE, stored_edition=stored, destination=place, parts=(part,), now=now
    )


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:4]]
    defaults = (ARTICLES, DIGESTS, TIMES)
    main(*numbers, *defaults[len(numbers) :], *sys.argv[4:5])  # type: ignore[arg-type]
