"""`python -m tests.bench.full_texts [--data FOLDER] [--only NAME …]`: full texts.

Prints what became of 300 pages of 40 hosts, how many quotes an edition of excerpts has
beside one of full texts, how long previews take, and what a week of changing entries
and pages makes people see. All hosts are on loopback, and time is a fake clock's except
in the previews. `--data` is a folder with pages and their texts (`aeb.jsonl.gz`), which
are added; without it all pages are invented ones.
"""

import argparse
import asyncio
import gzip
import json
import logging
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select

from bot.ingest.page_budget import REQUESTS_PER_HOST
from bot.ingest.source_reader import SourceReader
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    article_store,
    correction_store,
    edition_store,
    page_reading_store,
    schema,
)
from digests.language.normalization import normalize_text
from digests.sources.fetch import Fetcher, FetchPolicy
from digests.types import Edition
from tests.bot.harness import open_harness
from tests.bot.ingest.newswire import Newswire, Resolver
from tests.bot.ingest.pages import HTML, News
from tests.data.full_texts.articles import Story
from tests.data.full_texts.good_pages import load_good_pages
from tests.data.full_texts.more_walls import load_more_walls
from tests.data.full_texts.walls import load_walls
from tests.fakes import NOON, FakeClock
from tests.feeds import Item, an_item, rss
from tests.wire.server import Request, Script, answer, serving

HOSTS, PAGES = 40, 300
#: A page's text is another one if it shares less than this with the right one.
SAME_TEXT = 0.5
NAMES = """
    Milena Jonas Ruth Osric Ada Tomas Ines Karim Lena Bruno Selma Viktor
""".split()  # noqa: SIM905 - a list of words is easier to read
#: Each for one piece of news in a hundred, so that two of them do not read alike.
_OPENINGS = (
    "{a} keeps {n} keys for it and lends none of them",
    "Every winter {a} counted {n} cracks, and nobody wrote to {b}",
    "My grandmother sold bread to {b} until {a} closed the road",
    "{b} promised {n} benches, and I have sat on two of them",
    "A child from {a} drew it better than our architects did",
    "I told {b} that {n} nails do not hold a roof in the wind",
    "The lamps of {a} will burn again before the first snow falls",
    "Ask {b} who paid for the paint, because I certainly did not",
    "{n} letters lie on my table, and most of them begin with thanks",
    "We measured the cellar of {a} twice and found it dry both times",
    "Trains used to stop for {b}, and one day they will again",
)
_WORKS = (
    "{a} lent {n} ladders, and volunteers from {b} carried {m} sacks of sand.",
    "Engineers drilled {n} holes near {a} and found clay {m} centimetres down.",
    "{b} has sold {n} tickets in advance, which pays for {m} new windows.",
    "The auditors of {a} missed {n} receipts and praised {m} others.",
    "Schools in {b} drew {n} posters, and {m} of them hang in the station.",
    "A loan of {n} thousand euros from {a} runs for {m} years.",
    "Divers near {b} lifted {n} bottles and {m} bicycles out of the mud.",
)
_DONE = """
    visited inherited photographed auctioned fenced borrowed closed renamed weighed
    excavated evacuated defended filmed donated demolished raised sealed
""".split()  # noqa: SIM905 - a list of words is easier to read
_ENDS = (
    "{a} votes on the rest in {n} days, after {b} has spoken.",
    "Until then {n} volunteers from {b} guard the gate at {a}.",
    "An exhibition in {a} shows {n} photographs that {b} took.",
    "The old bell goes to {b}, {n} kilometres up the valley from {a}.",
    "{b} sends {n} beehives, which will stand on the roof at {a}.",
)


def invent(number: int) -> News:
    """The news of this number: another event, in other words, than all others."""
    drawn, item = random.Random(number), an_item(number)
    # The thing and what was done are the same for every thirtieth number.
    usual = item.title.split()[2]
    done = usual if number < 30 else _DONE[(number // 30 + number) % len(_DONE)]
    text = item.text.replace(f" was {usual} ", f" was {done} ")
    item = replace(item, title=item.title.replace(usual, done), text=text)
    # Names that no other news has.
    a, b, c = (an_item(5_000 + 7 * number + k).title.split()[0] for k in range(3))
    many, few = drawn.randint(14, 890), drawn.randint(3, 99)
    fill = partial(str.format, a=a, b=b, n=many, m=few)
    said = fill(_OPENINGS[number % len(_OPENINGS)])
    speaker = f"{NAMES[number % len(NAMES)]} {c}"
    place, thing = item.title.split()[:2]
    return News(
        name=f"n{number}",
        title=item.title,
        teaser=item.text.split(". ")[0] + ".",
        more=(
            fill(_WORKS[number % len(_WORKS)]),
            f"“{said},” said {speaker}, who has known the {thing} of {place} for "
            f"{drawn.randint(3, 38)} years.",
            fill(_WORKS[(number + 3) % len(_WORKS)], a=c, n=few, m=many),
            item.text.split(". ")[1],
            fill(_ENDS[number % len(_ENDS)]),
        ),
    )


# ── the stand-in ───────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class Sites:
    """The answers by host and path, and the requests that were counted."""

    answers: dict[tuple[str, str], Script] = field(default_factory=dict)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    delay: float = 0.0

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        host = request.headers.get("host", "").partition(":")[0]
        self.seen[host, request.path] += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        found = self.answers.get((host, request.path), answer(status=404))
        await found(request, writer)

    def count(self, wanted: Callable[[str, str], bool]) -> int:
        return sum(n for (host, path), n in self.seen.items() if wanted(host, path))


@asynccontextmanager
async def open_sites(
    *, real_time: bool = False
) -> AsyncIterator[tuple[Newswire, Sites]]:
    sites, clock = Sites(), FakeClock()
    rules = FetchPolicy(everything=True, spacing=0, robots=True, deadline=10)
    seconds = time.monotonic if real_time else lambda: clock.now().timestamp()
    fetcher = partial(Fetcher, rules, resolver=Resolver(), clock=seconds)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with (
            serving(sites) as server,
            SourceReader(fetcher=fetcher) as reader,
            open_harness(
                f"sqlite:///{home / 'b.db'}", home, source_reader=reader, clock=clock
            ) as harness,
        ):
            yield Newswire(harness=harness, server=server, shelf={}), sites


def host_of(number: int) -> str:
    return f"outlet{number % HOSTS}.example"


def publish(newswire: Newswire, sites: Sites, host: str, items: Sequence[Item]) -> None:
    sites.answers[host, "/feed"] = answer(rss(items, host))


async def subscribe(newswire: Newswire, hosts: Sequence[str], more: str = "") -> None:
    """Set up one digest over the feeds of these hosts."""
    listed = ", ".join(f'"{newswire.url("/feed", host)}"' for host in hosts)
    await newswire.harness.apply(
        '[[workspace]]\nplatform = "local"\nid = "newsroom"\n'
        '[[workspace.destination]]\nname = "morning"\nchannel = "c-morning"\n'
        f'[[workspace.digest]]\nname = "Morning brief"\nsources = [{listed}]\n'
        f'destinations = ["morning"]\n{more}\n'
    )


# ── 300 pages ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Case:
    """A page, its announcement, and the text that it gives; None = it is a wall."""

    title: str
    teaser: str
    html: bytes
    text: str | None
    #: Where it may not be read: robots.txt, or a private address.
    forbidden: bool = False


def cases(data: Path | None) -> Iterator[Case]:
    for wall in (*load_walls(), *load_more_walls()):
        if not wall.path and wall.host == "courier.example":
            story: Story = wall.story
            yield Case(
                title=story.title, teaser=story.dek, html=wall.html.encode(), text=None
            )
    for page in load_good_pages():
        story = page.story
        if page.asked or page.answered_at:
            continue
        yield Case(
            title=story.title if page.title is None else page.title,
            teaser=story.dek if page.teaser is None else page.teaser,
            html=page.html.encode(),
            text=story.text,
        )
    for row in read_rows(data):
        first, title = row["text"].partition(". ")[0], row.get("title") or ""
        yield Case(
            title=title, teaser=first[:300], html=row["html"].encode(), text=row["text"]
        )
    for number in range(PAGES):
        news = invent(number)
        yield Case(
            title=news.title,
            teaser=news.teaser,
            html=news.html(),
            text=" ".join((news.teaser, *news.more)),
            forbidden=number % 12 == 0,
        )


def read_rows(data: Path | None) -> Iterator[dict[str, str]]:
    if data is None:
        return
    with gzip.open(data / "aeb.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def likeness(one: str, other: str) -> float:
    ours, theirs = (Counter(normalize_text(t).split()) for t in (one, other))
    shared = sum((ours & theirs).values())
    return 2 * shared / max(1, ours.total() + theirs.total())


async def measure_pages(data: Path | None) -> AsyncIterator[tuple[str, str, str]]:
    chosen = list(cases(data))[:PAGES]
    async with open_sites() as (newswire, sites):
        by_link: dict[str, Case] = {}
        feeds: dict[str, list[Item]] = {}
        for number, case in enumerate(chosen):
            host, path = host_of(number), f"/news/{number}"
            if case.forbidden:
                path = f"/secret/{number}"
            link = newswire.url(path, host)
            if case.forbidden and number % 24 == 0:
                link = newswire.url(path)
            by_link[link] = case
            sites.answers[host, path] = answer(case.html, headers=HTML)
            item = Item(
                title=case.title,
                text=f"{case.teaser} …",
                guid=f"g{number}",
                link=link,
                published=NOON - timedelta(minutes=number),
            )
            feeds.setdefault(host, []).append(item)
        for host, items in feeds.items():
            publish(newswire, sites, host, items)
            robots = b"User-agent: *\nDisallow: /secret/\n"
            sites.answers[host, "/robots.txt"] = answer(robots)
        await subscribe(newswire, list(feeds))
        await newswire.poll()
        await read_all(newswire)
        found = await load_current(newswire)
    good = [(by_link[url], text) for url, text in found if by_link[url].text]
    allowed = [(case, text) for case, text in good if not case.forbidden]
    used = sum(text is not None for _, text in allowed)
    wrong = sum(
        text is not None and likeness(text, by_link[url].text or "") < SAME_TEXT
        for url, text in found
    )
    per_host: Counter[str] = Counter()
    for (host, path), count in sites.seen.items():
        per_host[host] += count if path.startswith("/news") else 0
    secret = sites.count(lambda _, path: path.startswith("/secret"))
    inside = sites.count(lambda host, _: host == "127.0.0.1")
    share = 100 * used / max(1, len(allowed))
    yield f"full text used, {len(allowed)} pages", f"{share:.1f} %", "≥ 95 %"
    yield f"wrong text used, {len(found)} pages", str(wrong), "0"
    yield "requests against robots.txt", str(secret - inside), "0"
    yield "requests to private addresses", str(inside), "0"
    above = max(per_host.values()) - REQUESTS_PER_HOST
    yield "requests above a host's budget", str(max(0, above)), "0"


async def read_all(newswire: Newswire) -> None:
    """Read the pages of all stored articles."""
    keys = await newswire.harness.db.read(
        lambda conn: list(conn.execute(select(schema.articles.c.id)).scalars())
    )
    pages = await newswire.harness.db.read(page_reading_store.list_article_pages, keys)
    reader = newswire.harness.ingestor.full_text_reader
    await reader.read_pages(pages.values(), 1, seconds=600)


async def load_current(newswire: Newswire) -> list[tuple[str, str | None]]:
    """The address of each article, and its full text if it has one."""
    found: list[tuple[str, str | None]] = []
    keys = await newswire.harness.db.read(
        lambda conn: list(conn.execute(select(schema.articles.c.id)).scalars())
    )
    for key in keys:
        one = await newswire.harness.db.read(article_store.find_article, Scope(1), key)
        assert one is not None
        found.append((one[0].url or "", one[0].text if one[0].expands else None))
    return found


# ── editions ───────────────────────────────────────────────────────────────────


async def compose_from(whole: bool) -> tuple[list[Edition], int]:
    """Editions of ten days over feeds of whole articles or excerpts; page requests."""
    editions: list[Edition] = []
    async with open_sites() as (newswire, sites):
        hosts = [host_of(n) for n in range(8)]
        for host in hosts:
            publish(newswire, sites, host, [])
        await subscribe(newswire, hosts)
        for day in range(10):
            clock = newswire.harness.clock
            for place, host in enumerate(hosts):
                items = []
                for number in range(day * 24 + 3 * place, day * 24 + 3 * place + 3):
                    news, path = invent(number), f"/news/{number}"
                    sites.answers[host, path] = news.page()
                    at = clock.now() - timedelta(minutes=7 * number % 600)
                    link = newswire.url(path, host)
                    items.append(news.item(link, whole=whole, published=at))
                publish(newswire, sites, host, items)
            outcome = await newswire.harness.post(f"day {day}")
            assert outcome.stored_edition is not None
            editions.append(outcome.stored_edition.edition)
            clock.advance(days=1)
        asked = sites.count(lambda _, path: path.startswith("/news"))
    return editions, asked


async def measure_editions() -> AsyncIterator[tuple[str, str, str]]:
    theirs, _ = await compose_from(whole=True)
    ours, asked = await compose_from(whole=False)

    def quotes(editions: Sequence[Edition]) -> set[tuple[int, str]]:
        return {
            (day, normalize_text(card.text))
            for day, edition in enumerate(editions)
            for story in edition.stories
            for card in story.cards
        }

    wanted = quotes(theirs)
    share = 100 * len(wanted & quotes(ours)) / max(1, len(wanted))
    shown = sum(len(story.articles) for edition in ours for story in edition.stories)
    yield f"quotes of {len(wanted)} as from full texts", f"{share:.1f} %", "≥ 90 %"
    yield f"requests for each of {shown} shown articles", f"{asked / shown:.2f}", "≤ 3"


async def measure_previews(runs: int = 20) -> AsyncIterator[tuple[str, str, str]]:
    took = []
    async with open_sites(real_time=True) as (newswire, sites):
        hosts = [host_of(n) for n in range(15)]
        await subscribe_to_empty(newswire, sites, hosts)
        for run in range(runs):
            await offer_news(newswire, sites, hosts, 20 * run)
            sites.delay = 0.3
            digest = await newswire.harness.digest()
            begun = time.perf_counter()
            await newswire.harness.publisher.preview(digest, "local")
            took.append(time.perf_counter() - begun)
            sites.delay = 0.0
    worst = statistics.quantiles(took, n=20)[-1]
    asked = sites.count(lambda _, path: path.startswith("/news")) / runs
    figure = f"p95 of a preview, {asked:.0f} pages, 300 ms each"
    yield figure, f"{worst:.1f} s", "≤ 10 s"


async def subscribe_to_empty(
    newswire: Newswire, sites: Sites, hosts: Sequence[str]
) -> None:
    """Set up a digest of eight stories over feeds that have nothing yet."""
    for host in hosts:
        publish(newswire, sites, host, [])
    await subscribe(newswire, hosts, more="stories = 8")


async def offer_news(
    newswire: Newswire,
    sites: Sites,
    hosts: Sequence[str],
    first: int,
    page: Script | None = None,
) -> None:
    """Let each feed offer one excerpt, and poll them, a day after the last time.

    Args:
        newswire: The bot and its feeds.
        sites: The hosts.
        hosts: Their names.
        first: The number of the first invented article.
        page: What their pages answer; None = the articles.
    """
    for number, host in enumerate(hosts, first):
        path, news = f"/news/{number}", invent(number)
        sites.answers[host, path] = page or news.page()
        at, link = newswire.harness.clock.now(), newswire.url(path, host)
        publish(newswire, sites, host, [news.item(link, published=at)])
    newswire.harness.clock.advance(hours=30)
    await newswire.poll()


# ── pages that never answer ────────────────────────────────────────────────────


async def measure_lateness(runs: int = 3) -> AsyncIterator[tuple[str, str, str]]:
    """Post from feeds whose pages never answer, and wait for them in real time."""
    took, stories = [], 0
    async with open_sites(real_time=True) as (newswire, sites):
        hosts = [host_of(n) for n in range(8)]
        await subscribe_to_empty(newswire, sites, hosts)
        for run in range(runs):
            await offer_news(newswire, sites, hosts, 20 * run, never_answer)
            begun = time.perf_counter()
            posted = (await newswire.harness.post(f"{run}")).stored_edition
            took.append(time.perf_counter() - begun)
            stories += len(posted.edition.stories) if posted is not None else 0
    late = sum(each > 60 for each in took)
    figure = f"editions later than 60 s, of {runs} ({stories} stories)"
    yield figure, f"{late} ({max(took):.0f} s)", "0"


async def never_answer(request: Request, writer: asyncio.StreamWriter) -> None:
    """Keep the connection without a word, longer than any edition waits."""
    await asyncio.sleep(90)


# ── a week ─────────────────────────────────────────────────────────────────────


@dataclass(kw_only=True)
class Changing:
    """An article of the week, and what happens to its entry and its page."""

    news: News
    host: str
    number: int
    at_hour: int
    kind: str
    requests: int = 0

    def item(self, link: str, hour: int) -> Item:
        age, item = hour - self.at_hour, self.news.item(link)
        published = NOON + timedelta(hours=self.at_hour, minutes=-5)
        item = replace(item, published=published)
        if self.kind == "reworded" and age >= 5:
            return replace(item, text=item.text.replace("was", "has now been"))
        if self.kind == "shortened" and age >= 3:
            return replace(item, text=f"{item.text[:60]} …")
        if self.kind == "toggled" and age % 4 >= 2:
            return replace(item, title=f"{self.news.title}, town says")
        if self.kind == "becomes whole" and age >= 6:
            whole = self.news.item(link, whole=True)
            return replace(whole, published=published)
        return item

    async def page(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests += 1
        await self._page()(request, writer)

    def _page(self) -> Script:
        news, count = self.news, self.requests
        if self.kind == "late" and count <= 1:
            return answer(status=503)
        if self.kind == "walled after" and count > 1:
            return answer(b"<html><p>Subscribe to read on.</p></html>", headers=HTML)
        if self.kind == "counter":
            more = f"This page was read {137 * count} times."
            news = replace(news, more=(*news.more, more))
        if self.kind == "longer" and count > 1:
            more = "The paper will report on the next meeting of the council."
            news = replace(news, more=(*news.more, more))
        if self.kind == "other title":
            title = f"{news.title.split()[0]}: what the {news.title.split()[1]} means"
            return replace(news, title=title).page()
        if self.kind == "other words":
            teaser = news.teaser.replace("on Tuesday", "this Tuesday, at last,")
            return replace(news, teaser=teaser).page()
        return news.page()


KINDS = (
    "plain", "reworded", "shortened", "toggled", "becomes whole", "late",
    "walled after", "counter", "longer", "other title", "other words", "plain",
)  # fmt: skip


async def measure_week(
    articles: int = 200, *, full_text: str = "auto"
) -> AsyncIterator[tuple[str, str, str]]:
    drawn, hours = random.Random(7), 7 * 24
    week = [
        Changing(
            news=invent(number),
            host=host_of(number % 8),
            number=number,
            at_hour=drawn.randrange(hours - 30),
            kind=KINDS[number % len(KINDS)],
        )
        for number in range(articles)
    ]
    async with open_sites() as (newswire, sites):
        hosts = [host_of(n) for n in range(8)]
        for host in hosts:
            publish(newswire, sites, host, [])
        uses = ", ".join(f'"{newswire.url("/feed", h)}" = "{full_text}"' for h in hosts)
        more = f'schedule = "8:00 and 18:00 UTC"\nfull_text = {{ {uses} }}'
        await subscribe(newswire, hosts, more)
        planner, harness = newswire.harness.publisher.full_texts, newswire.harness
        for one in week:
            sites.answers[one.host, f"/news/{one.number}"] = one.page
        for hour in range(hours):
            for host in hosts:
                shown = [
                    one for one in week if one.host == host and one.at_hour <= hour
                ]
                newest = sorted(shown, key=lambda one: -one.at_hour)[:15]
                publish(
                    newswire,
                    sites,
                    host,
                    [
                        o.item(newswire.url(f"/news/{o.number}", host), hour)
                        for o in newest
                    ],
                )
            for _ in range(2):
                harness.clock.advance(minutes=30)
                await harness.ingestor.poll()
                await planner.run()
                await harness.ingestor.page_rereader.run()
                await harness.wake()
        editions, corrections = await harness.db.read(_load_week)
    stories = [story for edition in editions for story in edition.stories]
    times = Counter(story.articles[0].id for story in stories)
    again = [key for key, count in times.items() if count > 1]
    updates = sum(story.update for story in stories)
    pages = sum(story.articles[0].revision.startswith("page-") for story in stories)
    name = f"week of {articles} articles, {full_text}"
    yield (
        f"{name}: editions; leads; from pages",
        f"{len(editions)}; {len(times)}; {pages}",
        "",
    )
    yield f"{name}: «Corrected» notes", str(corrections), "0"
    yield f"{name}: published again", str(len(again)), "0"
    # Events that look alike, since all are invented from the same sentences.
    yield f"{name}: stories with a new report", str(updates), ""


def _load_week(conn: Connection) -> tuple[list[Edition], int]:
    keys = conn.execute(select(schema.editions.c.id)).scalars()
    found = (edition_store.find_edition(conn, Scope(1), key) for key in list(keys))
    corrections = correction_store.list_newest_corrections(conn, Scope(1), count=500)
    shown = sum(one.amendment is not None for one in corrections)
    return [one.edition for one in found if one is not None], shown


# ── all of it ──────────────────────────────────────────────────────────────────


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    parts: dict[str, Callable[[], AsyncIterator[tuple[str, str, str]]]] = {
        "pages": partial(measure_pages, given.data),
        "editions": measure_editions,
        "previews": measure_previews,
        "lateness": measure_lateness,
        "week": measure_week,
        "week without": partial(measure_week, full_text="never"),
    }
    for name, measure in parts.items():
        if not given.only or name in given.only:
            async for figure, value, target in measure():
                print(f"{figure:<58} {value:>14}  {target}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
