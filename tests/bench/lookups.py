"""Time every `/news` command through the core, over a large archive.

    python -m tests.bench.lookups [ARTICLES] [TIMES] [WORDS…]

The archive is that of `tests.bench.search` (invented words with the frequencies of a
language, 400 sources), and one article in ten has the text of a sample article, so that
questions find sentences; 100,000 articles on SQLite, of which the workspace reads half.
Commands come from the registry; a command without arguments listed here runs with its
own example. Each runs TIMES (200) times with varying arguments, as platforms call it:
`inbox.dispatch`, on an idle bot. WORDS select the commands that contain one of them.
Wall time includes the disk (every event is recorded once, and synced); processor time
is of all threads. Prints and asserts nothing.
"""

import asyncio
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.model import (
    DueMoment,
    Form,
    Invocation,
    Location,
    MessagePart,
    Permission,
    Person,
    Reply,
)
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    schema_upgrade,
)
from digests.sources import folder
from digests.types import Article, PublishedLedger
from tests.bench import search
from tests.bench.search import SPEAKERS, queries, speaker, word
from tests.bot.commands.examples import given_for
from tests.bot.harness import BotHarness, open_harness
from tests.bot.platforms.local.samples import BRIDGE, a_ref, a_story, an_edition
from tests.fakes import FakeClock

ARTICLES, TIMES, BUDGET = 100_000, 200, 50.0
SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
CHANNEL = "c-big"
Args = Mapping[str, str]


def main(count: int, times: int, words: Sequence[str]) -> None:
    search.Language.article = with_samples(search.Language.article)  # type: ignore[method-assign,assignment]
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "archive.db"
        schema_upgrade.upgrade_database(f"sqlite:///{file}")
        begun = time.perf_counter()
        search.fill_sqlite(file, count)
        took = time.perf_counter() - begun
        print(f"{count:,} articles in {took:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
        asyncio.run(measured(file, count, times, words))


def with_samples(
    made: Callable[[search.Language], tuple[str, str]],
) -> Callable[[search.Language], tuple[str, str]]:
    """Sample sentences in one article of ten, with words of its own."""
    samples = folder.read_articles(SEEDS).articles
    numbers = iter(range(sys.maxsize))

    def article(language: search.Language) -> tuple[str, str]:
        title, text = made(language)
        number = next(numbers)
        if number % 10:
            return title, text
        sample = samples[number // 10 % len(samples)]
        return f"{sample.title} {word(number)}", f"{sample.text}\n\n{text}"

    return article


async def measured(file: Path, count: int, times: int, words: Sequence[str]) -> None:
    at = datetime.fromtimestamp(search.BEGUN / 1e6, UTC)
    now = at + timedelta(days=365 * count / search.ARTICLES)
    async with open_harness(
        f"sqlite:///{file}", file.parent, clock=FakeClock(now)
    ) as harness:
        stories = await harness.db.write(posted, count, now)
        # As `bot.runner` does: long-lived objects are excluded from garbage collection.
        gc.collect()
        gc.freeze()
        head = ("wall p50", "p99", "busy p50", "p99", "most", "problems")
        load = os.getloadavg()[0]
        cells = "".join(f"{each:>10}" for each in head)
        print(f"{f'milliseconds; load {load:.1f}':<34}{cells}")
        for name, ask, asks in lines(harness, count, times, stories):
            if not words or any(each in name for each in words):
                await line(name, ask, asks)


async def line(name: str, ask: "Ask", asks: Sequence[Args]) -> None:
    wall, busy, problems = [], [], 0
    for args in asks[:10]:
        await ask(args)
    for args in asks:
        begun, worked = time.perf_counter(), time.process_time()
        answer = await ask(args)
        wall.append(1000 * (time.perf_counter() - begun))
        busy.append(1000 * (time.process_time() - worked))
        problems += isinstance(answer, Reply) and answer.problem
    wall.sort()
    busy.sort()
    cells = [at(wall, 0.5), at(wall, 0.99), at(busy, 0.5), at(busy, 0.99), wall[-1]]
    reported = "".join(f"{each:>10.1f}" for each in cells)
    late = "  over" if at(busy, 0.99) > BUDGET else ""
    print(f"{name:<34}{reported}{problems:>10}{late}", flush=True)


def at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# ── arguments ──────────────────────────────────────────────────────────────────

Ask = Callable[[Args], "asyncio.Future[Reply | Form | tuple[str, ...]]"]


def lines(
    harness: BotHarness, count: int, times: int, stories: Sequence[str]
) -> Iterator[tuple[str, Ask, Sequence[Args]]]:
    """Each command, and each of its completions, with its arguments."""
    asked = questions(count, times, stories)
    numbers = iter(range(sys.maxsize))

    async def place() -> Location:
        return replace(await harness.place("big"), channel=CHANNEL)

    def asking(path: str, option: str = "") -> Ask:
        async def ask(args: Args) -> Reply | Form | tuple[str, ...]:
            invocation = Invocation(
                key=f"e-{next(numbers)}",
                place=await place(),
                person=Person(id="p", name="P", permission=Permission.EVERYONE),
                path=path,
                args=args,
            )
            if option:
                return await harness.inbox.complete(invocation, option, args[option])
            return await harness.inbox.dispatch(invocation)

        return ask  # type: ignore[return-value]

    for command in harness.inbox.commands:
        if command.permission is not Permission.EVERYONE:
            continue
        own = {"": [given_for(command)] * times}
        for what, asks in asked.get(command.path, own).items():
            yield f"/{command.path} {what}", asking(command.path), asks
        for option in command.options:
            if option.completes or option.choices:
                asks = typed(option.name, option.completes, times)
                name = f"/{command.path} {option.name}=…"
                yield name, asking(command.path, option.name), asks


def typed(option: str, kind: str, times: int) -> Sequence[Args]:
    """The part of a value that is typed so far."""
    rng = random.Random(6)
    whole = {"speaker": lambda: speaker(rng.randrange(SPEAKERS)).split()[0]}
    begun = whole.get(kind, lambda: rng.choice(("", "o", "Outlet 1", "2", "/news")))
    return [{option: begun()[: rng.randrange(5)]} for _ in range(times)]


def questions(
    count: int, times: int, stories: Sequence[str]
) -> Mapping[str, Mapping[str, Sequence[Args]]]:
    """For each command, a function that makes its arguments."""
    rng = random.Random(5)
    words = queries()
    names = [speaker(int(SPEAKERS * rng.random() ** 3)) for _ in range(times)]

    def each(made: Callable[[int], Args]) -> Sequence[Args]:
        return [made(number) for number in range(times)]

    def some(number: int) -> str:
        return words[number % len(words)]

    def reported(number: int) -> Sequence[str]:
        return (
            str(1 + number % len(stories)),
            stories[number % len(stories)],
            f"s-{rng.randrange(1, count // search.STORY_OF)}",
        )

    def story(kind: int) -> Sequence[Args]:
        return each(lambda n: {"story": reported(n)[kind]})

    by_story = {"2": story(0), "told": story(1), "untold": story(2)}
    return {
        "news story": by_story,
        "news why": by_story,
        "news quotes": {
            "speaker": each(lambda n: {"speaker": names[n]}),
            "unknown speaker": each(lambda n: {"speaker": f"Zz{n}"}),
            "topic": each(lambda n: {"topic": some(n)}),
            "both": each(lambda n: {"speaker": names[n], "topic": some(n)}),
            "since": each(lambda n: {"since": f"{1 + n % 30} days"}),
            "nothing": each(lambda _: {}),
        },
        "news figures": {
            "topic": each(lambda n: {"topic": some(n)}),
            "since": each(lambda n: {"topic": some(n), "since": "3 days"}),
            "nothing": each(lambda _: {}),
            "2": each(lambda n: {"topic": reported(n)[0]}),
        },
        "news search": {
            "words": each(lambda n: {"words": some(n)}),
            "words not": each(lambda n: {"words": f"{some(n)} -{some(n + 1)}"}),
            "phrase": each(lambda n: {"words": f'"{some(n)} {some(n + 1)}"'}),
            "from": each(lambda n: {"words": some(n), "from": f"Outlet {n}"}),
            "source": each(lambda n: {"words": some(n), "source": "Outlet 19"}),
            "speaker": each(lambda n: {"words": some(n), "speaker": names[n]}),
            "of samples": each(lambda n: {"words": SAMPLED[n % len(SAMPLED)]}),
        },
        "news ask": {
            "invented": each(lambda n: {"question": f"When did {names[n]} {some(n)}?"}),
            "of samples": each(lambda n: {"question": ASKED[n % len(ASKED)]}),
        },
    }


SAMPLED = ("bridge", "seagrass carbon", "the", "water -bridge", '"managing director"')
ASKED = (
    "When does the bridge reopen?",
    "How many vehicles use the bridge on a working day?",
    "What did the chief bridge engineer say about the crack in the girder?",
    "Who said that the water may be drunk again in Torvale?",
    "Why was the Tern Bridge closed on Tuesday, and what did the authority say?",
    "What happened yesterday in Hallin harbour?",
    "How much carbon do replanted seagrass meadows store, according to the study?",
)


# ── an edition of the archive's own articles ───────────────────────────────────


def posted(conn: Connection, count: int, now: datetime) -> Sequence[str]:
    """Post an edition of five stories; return their ids."""
    place = destination_store.upsert_destination(
        conn, Scope(1), name="big", channel=CHANNEL
    )
    (digest,) = digest_store.list_digests(
        conn,
        Scope(1),
    )
    last = count // search.STORY_OF
    stories = tuple(
        reported(f"s-{number}", search.STORY_OF * (number - 1) + 1)
        for number in range(last, last - 5, -1)
    )
    due = DueMoment(at=now, local_date=now.date(), slot="08:30")
    occurrence = schedule_store.plan_occurrence(
        conn, Scope(1), digest_id=digest.id, due=due, zone="UTC",
        trigger="schedule",
    )  # fmt: skip
    assert occurrence is not None
    stored_edition = edition_store.add_edition(
        conn,
        Scope(1),
        digest_id=digest.id,
        occurrence_id=occurrence.id,
        edition=replace(an_edition(), stories=stories, brief=(), hero=None),
        manifest="m",
        published=PublishedLedger(),
    )
    parts = (MessagePart(key="1", payload={}, fallback_text="told"),)
    delivery_store.add_deliveries(
        conn,
        Scope(1),
        stored_edition=stored_edition,
        destination=place,
        parts=parts,
        now=now,
    )
    conn.exec_driver_sql("UPDATE deliveries SET state = 'sent', message_id = '1'")
    return [story.id for story in stories]


def reported(story: str, first: int):
    """A story of the archive as an edition contains it."""
    articles: list[Article] = [
        replace(BRIDGE, id=str(key), revision=str(key))
        for key in range(first, first + search.STORY_OF)
    ]
    return a_story(
        articles[0], id=story, articles=tuple(a_ref(article) for article in articles)
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    numbers = [int(each) for each in given if each.isdecimal()]
    sizes = [*numbers, *(ARTICLES, TIMES)[len(numbers) :]]
    main(sizes[0], sizes[1], [each for each in given if not each.isdecimal()])
