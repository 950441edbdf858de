"""`standfirst source test, list` and `standfirst import`: where articles come from."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.console import (
    FAILED,
    OK,
    Flag,
    InWorkspace,
    Json,
    counted,
    print_json,
    say,
    warn,
    with_house,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import House
    from bot.intake.readings import Reading
    from bot.intake.trying import Tried
    from bot.types import Digest, Source
    from digests.sources.opml import Outline
    from digests.types import Article

#: Items that a test shows.
SHOWN = 3


def try_address(address: str, *, json: Json = False) -> int:
    """Show what would be read at an address; nothing is kept.

    Args:
        address: Of a feed, an article, a site, or the path of a folder.
        json: Print JSON.
    """
    from bot.app import SystemClock
    from bot.intake.outside import Outside
    from bot.intake.trying import try_out
    from bot.settings import load

    settings, warnings = load()
    warn(warnings)

    async def work() -> "Tried":
        async with Outside(settings.fetch_allow_private) as outside:
            now = SystemClock().now()
            return await try_out(address, outside=outside, now=now)

    tried = asyncio.run(work())
    if json:
        print_json(_as_json(tried))
    else:
        print("\n".join(_in_words(tried)))
    return FAILED if tried.problem else OK


def _as_json(tried: "Tried") -> dict[str, Any]:
    reading = tried.reading
    return {
        "address": tried.shown,
        "kind": reading.kind if reading else None,
        "title": reading.title if reading else None,
        "read_at": tried.read_at,
        "articles": len(reading.articles) if reading else 0,
        "newest": [_article(a) for a in tried.newest[:SHOWN]],
        "feeds": list(tried.feeds),
        "problem": tried.problem,
        "problems": [f"{p.where}: {p.what}" for p in reading.problems]
        if reading
        else [],
    }


def _article(article: "Article") -> dict[str, Any]:
    return {
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "characters": len(article.text),
        "excerpt": article.excerpt,
    }


def _in_words(tried: "Tried") -> Iterator[str]:
    if tried.reading is not None:
        yield from _found(tried, tried.reading)
    if tried.feeds:
        yield "The page names these feeds; any of them can be a source:"
        yield from (f"  {feed}" for feed in tried.feeds)
    if tried.problem:
        yield f"✗ {tried.shown}: {tried.problem}"


def _found(tried: "Tried", reading: "Reading") -> Iterator[str]:
    yield f"✓ {reading.kind}: {reading.title or '(no title)'}"
    if tried.read_at != tried.shown:
        yield f"  read at {tried.read_at}"
    yield f"  {counted(len(reading.articles), 'article')}, the newest:"
    for article in tried.newest[:SHOWN]:
        when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date"
        cut = " (an excerpt)" if article.excerpt else ""
        yield f"  {when:<16}  {article.title or article.text[:80]}{cut}"
    for problem in reading.problems:
        yield f"! {problem.where}: {problem.what} {problem.remedy}"


def list_sources(*, workspace: InWorkspace = None, json: Json = False) -> int:
    """List the sources of every digest, and how each one is."""

    async def work(house: "House") -> int:
        rows = _rows(house, await house.archive.all_digests(workspace))
        if json:
            print_json(rows)
        elif not rows:
            say("No source is set up. See: standfirst apply --help")
        marks = {"ok": "✓", "warning": "!", "problem": "✗"}
        for row in () if json else rows:
            print(f"{marks[row['state']]} {row['name']}  ({', '.join(row['digests'])})")
            print(f"    {row['address']}")
            print(f"    {row['health']}{' → ' + row['fix'] if row['fix'] else ''}")
        return OK

    return with_house(work)


def _rows(house: "House", digests: Iterable["Digest"]) -> list[dict[str, Any]]:
    found: dict[int, Source] = {}
    users: dict[int, list[str]] = {}
    for digest in digests:
        for source in digest.sources:
            found[source.id] = source
            users.setdefault(source.id, []).append(digest.name)
    return [_row(house, source, users[source.id]) for source in found.values()]


def _row(house: "House", source: "Source", users: list[str]) -> dict[str, Any]:
    from bot.intake import addresses, health
    from bot.texts import Texts

    how = health.of(source, house.clock.now(), "UTC", Texts.of("en"))
    moment = source.next_poll_at
    return {
        "name": source.name,
        "address": addresses.shown(source.address),
        "kind": source.kind,
        "digests": users,
        "state": how.state,
        "health": how.text,
        "fix": how.fix,
        "last_good": source.last_good.isoformat() if source.last_good else None,
        "items_a_day": source.items_a_day,
        "problem": source.problem,
        "next": moment.isoformat() if moment and not source.stopped else None,
    }


def import_feeds(
    file: Path,
    *,
    workspace: InWorkspace = None,
    digest: str | None = None,
    check: Flag = False,
) -> int:
    """Take over the feeds of another reader, from its OPML file.

    Args:
        file: The OPML file.
        workspace: Id of the workspace, where there are several.
        digest: The digest that reads them; without it the one that a folder of the
            file is named after, or the only one.
        check: Read each new feed once, and say which ones cannot be read.
    """

    async def work(house: "House") -> int:
        from bot.config_file import feed_lists
        from bot.configuring import terminal

        listed, now = await _read(file), house.clock.now()
        bring_in = partial(
            feed_lists.bring_in,
            listed=listed.subscriptions,
            now=now,
            workspace=workspace,
            digest=digest,
            allow_private=house.settings.fetch_allow_private,
        )
        done = await house.db.write(
            terminal.recorded,
            bring_in,
            concerns=lambda w: workspace in (None, w.external_id),
            now=now,
        )
        for changed, new in done.added:
            say(f"«{changed.name}»: {counted(len(new), 'new source')}.")
            if new and not (changed.destinations and changed.schedules):
                say(f"  «{changed.name}» has no destination or no schedule yet.")
        if done.known:
            say(f"{done.known} were sources already.")
        if listed.left_out:
            say(f"{listed.left_out} were left out: no readable address, or too many.")
        fresh = [source for _, some in done.added for source in some]
        if check and fresh:
            await _check(house, fresh)
        return OK

    return with_house(work)


async def _read(file: Path) -> "Outline":
    from bot.errors import ConfigurationError
    from digests.errors import DigestsError
    from digests.sources import opml
    from digests.sources.cage import Cage

    try:
        body = await asyncio.to_thread(file.read_bytes)
        async with Cage() as cage:
            return await cage.run(opml.read, body)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{file} cannot be read: {reason}.") from error
    except DigestsError as error:
        raise ConfigurationError(f"{file}: {error}") from error


async def _check(house: "House", new: list["Source"]) -> None:
    """Read each new source once; what cannot be read is told, and stays."""
    from bot.storage import sources

    at_once = asyncio.Semaphore(8)
    with progress("Reading", len(new)) as one_done:

        async def read(source: "Source") -> None:
            async with at_once:
                await house.editions.intake.refresh([source], insist=True)
            one_done()

        await asyncio.gather(*(read(source) for source in new))
    for source in new:
        found = await house.db.read(sources.by_key, source_id=source.id)
        if found is not None and found.problem:
            say(f"✗ {found.name}: {found.problem}")


@contextmanager
def progress(what: str, total: int) -> Iterator["Callable[[], None]"]:
    """A bar on stderr for long work, at a terminal only; call it for each step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
