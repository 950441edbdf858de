"""Guess and crawl the public pages: nothing that is not published is reachable.

    python -m tests.chaos.published_guesses [COUNT] [SEED]

A newsroom of two workspaces has published editions, and beside them everything that
must stay unseen: editions that were undone, not posted yet, posted while the setting
was off, posted to one other channel, those of a digest that publishes nothing, of one
that was deleted, of another workspace with links, and a person's own. Each has a word
that no public page has. Prints how many requests were answered, and how many answers
had such a word or were not of a published page: both must be 0.
"""

import asyncio
import random
import re
import string
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from sqlalchemy import select

from bot.model import Permission, Person
from bot.storage import Connection, digest_store, schema
from tests.bot.commands.editors import editor
from tests.bot.harness import BotHarness
from tests.bot.publishing.test_undo import undo
from tests.bot.web.asgi import ask
from tests.bot.web.published.newsstand import (
    HOST,
    PUBLIC_URL,
    Newsstand,
    configure,
    open_newsstand,
)

#: In every text that no public page may have.
CANARY = "Verschlusssache"
READER = Person(id="ben", name="Ben", permission=Permission.EVERYONE)
LETTERS = string.ascii_letters + string.digits + "-_"


@dataclass
class Found:
    """What the requests were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    #: Addresses that showed what is not published, or had no reason to answer.
    leaks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    stand: Newsstand
    #: Addresses that everybody may find.
    listed: Sequence[str]
    #: Addresses of pages for those who have the link.
    linked: Sequence[str]
    #: Ids, keys and hashes of what is stored, published or not.
    inside: Sequence[str]

    @property
    def linked_paths(self) -> set[str]:
        return {urlsplit(one).path for one in self.linked}


def article(number: int, secret: bool = True) -> str:
    """An article of a place of its own, whose title has the canary."""
    place = f"Quarter{number}"
    word = f"{CANARY} " if secret else ""
    return (
        f"---\ntitle: {word}Council of {place} opens school number {number}\n"
        f"source: Herald of {place}\npublished: 2026-11-24T09:{number:02}:00+00:00\n"
        f"---\nThe council of {place} opened {word}school number {number} on Tuesday "
        f"for {400 + number} children.\n\n“The {word}children of {place} have waited "
        f"for {number + 2} years,” said mayor Ada Brandt of {place}.\n"
    )


async def build_world(stand: Newsstand) -> World:
    """Publish some editions, and make everything that must stay unseen."""
    harness, numbers = stand.harness, iter(range(1, 60))

    async def post(secret: bool = True) -> str | None:
        number = next(numbers)
        return await stand.post(f"a{number}", article(number, secret))

    await stand.set_web("off")
    await post()
    await stand.set_web("link")
    linked = [await post(), await post()]
    await stand.set_web("listed")
    listed = [await post(secret=False), await post(secret=False)]
    await post()
    await undo(harness)
    await _post_to_test_channel(stand, article(next(numbers)))
    await _post_of_other_digests(stand, numbers)
    await _post_to_a_person(harness, article(next(numbers)))
    harness.publish("waits", article(next(numbers)))
    await harness.publisher.post_now(await harness.digest(), "waits")
    inside = await harness.db.read(_list_inside)
    return World(
        stand=stand,
        listed=[str(one) for one in listed],
        linked=[str(one) for one in linked],
        inside=inside,
    )


async def _post_to_test_channel(stand: Newsstand, text: str) -> None:
    stand.harness.publish("test", text)
    second = configure("listed").replace(
        "[[workspace.digest]]",
        '[[workspace.destination]]\nname = "test"\nchannel = "c-test"\n\n'
        "[[workspace.digest]]",
    )
    await stand.harness.apply(second)
    shown = await stand.harness.says("newsdesk post", to="test")
    asked = await stand.harness.asks("", True, None, {})
    inbox = stand.harness.inbox
    await inbox.dispatch(inbox.press(asked, shown.controls[0].id))
    await stand.harness.outbox.drain()


async def _post_of_other_digests(stand: Newsstand, numbers: Iterator[int]) -> None:
    """Post editions of a second workspace, and of a digest that is then deleted."""
    harness = stand.harness
    other = (
        configure("link")
        .replace('id = "newsroom"', 'id = "other"')
        .replace("c-morning", "c-other")
        .replace("Morning brief", "Other brief")
    )
    gone = configure("listed").replace("Morning brief", "Gone brief")
    gone = gone[gone.index("[[workspace.digest]]") :]
    await harness.apply(configure("listed") + gone + other)
    for name in ("Other brief", "Gone brief"):
        number = next(numbers)
        harness.publish(f"a{number}", article(number))
        digest = await harness.digest(name)
        await harness.publisher.post_now(digest, f"of {name}")
        await harness.outbox.drain()
    digest = await harness.digest("Gone brief")
    now = harness.clock.now()
    await harness.db.write(digest_store.delete_digest, digest.scope, digest.id, now)


async def _post_to_a_person(harness: BotHarness, text: str) -> None:

    reader = replace(await editor(harness), person=READER)
    await reader.says("news me", time="7:30")
    harness.publish("personal", text)
    harness.clock.advance(timedelta(hours=19))
    await harness.wake()


def _list_inside(conn: Connection) -> list[str]:
    """List public ids, readable keys and hashes that a guess could be made of.

    The random keys of links are not among them: nobody has those.
    """
    found: list[str] = list(conn.execute(select(schema.editions.c.public_id)).scalars())
    keys = conn.execute(select(schema.published_editions.c.key)).scalars()
    found += [key for key in keys if "/" in key]
    found += conn.execute(select(schema.pictures.c.hash)).scalars()
    found += conn.execute(select(schema.edition_stories.c.story)).scalars()
    found += map(str, conn.execute(select(schema.editions.c.id)).scalars())
    return found


# ── requests ───────────────────────────────────────────────────────────────────


async def crawl(world: World, found: Found, *starts: str) -> set[str]:
    """Follow every link; return the paths that are reached in this way."""
    waiting = list(starts)
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            body = await request(world, path, found, may_answer=True)
            waiting += re.findall(rf"{PUBLIC_URL}(/[^\s\"'<>#&]*)", body)
    return {path.partition("?")[0] for path in seen}


async def crawl_lists(world: World, found: Found) -> set[str]:
    """Follow every link from the public lists, and from pages that are listed."""
    listed = [urlsplit(one).path for one in world.listed]
    starts = ["/editions/morning-brief", "/editions", "/read", "/", *listed]
    return await crawl(world, found, *starts)


async def guess(world: World, found: Found, count: int, seed: int) -> None:
    """Ask for addresses that are made of what somebody could know or try.

    Only what is linked from a published page may answer.
    """
    rng = random.Random(seed)
    reachable = await crawl_lists(world, found)
    # Those who have a link see the pictures of its page; they are no guesses.
    reachable |= await crawl(world, Found(), *world.linked_paths)
    for _ in range(count):
        path = make_guess(world, rng)
        is_reachable = path.partition("?")[0] in reachable
        await request(world, path, found, may_answer=is_reachable)


def make_guess(world: World, rng: random.Random) -> str:
    inside = rng.choice(world.inside)
    listed = urlsplit(rng.choice(world.listed)).path
    linked = urlsplit(rng.choice(world.linked)).path
    key = "".join(rng.choices(LETTERS, k=22))
    day = f"2026-11-{rng.randint(20, 28)}"
    tail = inside.removeprefix("e-")
    name = rng.choice(("morning-brief", "gone-brief", "other-brief", "digest", "a"))
    return rng.choice(
        (
            f"/read/{key}",
            f"/read/{inside}",
            f"/read/{_change_one(linked.removeprefix('/read/'), rng)}",
            f"/read/{linked.removeprefix('/read/').swapcase()}",
            f"/editions/{name}",
            f"/editions/{name}/feed.{rng.choice(('atom', 'json', 'xml'))}",
            f"/editions/{name}/{day}-{tail}",
            f"/editions/{name}/{day}-{''.join(rng.choices(LETTERS.lower(), k=6))}",
            f"/editions/{inside}",
            f"/editions/{name}/{tail}",
            f"/editions/{linked.removeprefix('/read/')}",
            f"/read/{listed.removeprefix('/editions/')}",
            f"{listed}/{inside}.png",
            f"{linked}/{inside}.png",
            f"{listed}/../../read/{inside}",
            f"/editions/morning-brief?before={day}-{tail}",
            f"/editions/morning-brief?before={quote(inside)}",
            f"/editions/{quote('../' + inside, safe='')}",
            f"/read/{inside}%00",
            f"/editions/Morning%20brief/{day}-{tail}",
            f"/read/preview{rng.choice(('', '/', '.png', '/1.png'))}",
            f"/editions/morning-brief/{day}-{tail}/feed.atom",
        )
    )


def _change_one(key: str, rng: random.Random) -> str:
    place = rng.randrange(len(key))
    other = rng.choice([one for one in LETTERS if one != key[place]])
    return f"{key[:place]}{other}{key[place + 1 :]}"


async def request(world: World, path: str, found: Found, *, may_answer: bool) -> str:
    answer = await ask(world.stand.site, "GET", path, b"", HOST)
    found.statuses[answer.status] += 1
    body = answer.body.decode("utf-8", "replace")
    # Whoever has a link sees its page and its pictures.
    is_theirs = may_answer and path.startswith(tuple(world.linked_paths))
    is_leak = CANARY in body and not is_theirs
    if is_leak or (answer.status == 200 and not may_answer):
        found.leaks.append(path)
    return body


async def run(count: int, seed: int, home: Path) -> Found:
    found = Found()
    async with open_newsstand(f"sqlite:///{home}/guesses.db", home, "off") as stand:
        world = await build_world(stand)
        await guess(world, found, count, seed)
    return found


def main(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as home:
        found = asyncio.run(run(count, seed, Path(home)))
    asked = sum(found.statuses.values())
    print(
        f"{asked} requests, answers by status: {dict(sorted(found.statuses.items()))}"
    )
    print(f"of what is not published: {len(found.leaks)} (must be 0)")
    for path in found.leaks[:20]:
        print(f"  {path}")
    return 1 if found.leaks else 0


if __name__ == "__main__":
    wanted = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*(wanted + [10_000, 1][len(wanted) :])))
