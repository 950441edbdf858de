"""`standfirst source test, list` and `standfirst import`: feeds and other sources."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.cli.arguments import FlagOption, JsonOption, WorkspaceId
from bot.cli.console import (
    FAILED,
    OK,
    STATE_SIGNS,
    format_count,
    format_iso,
    print_json,
    print_message,
    print_rows,
)
from bot.cli.running import ApplicationFactory, read_settings
from bot.configuration import feed_lists
from bot.configuration.change_steps import ChangeContext
from bot.errors import ConfigurationError
from bot.i18n.translation import Texts
from bot.ingest import addresses, source_health
from bot.ingest.polling import SourceTrial, try_source
from bot.ingest.source_reader import SourceReader
from bot.ingest.source_state import SourceReading
from bot.model import Digest, Source
from bot.publishing.planning import digest_zone
from bot.runner import Application
from bot.settings import Settings
from bot.storage import source_store
from digests.errors import DigestsError
from digests.sources import opml
from digests.sources.sandbox import Sandbox
from digests.types import Article

#: Number of items that `source test` shows.
SHOWN_ARTICLES = 3


def try_address(
    address: str, *, json: JsonOption = False, factory: ApplicationFactory
) -> int:
    """Show what would be read at an address; nothing is saved.

    Args:
        address: Address of a feed, an article or a site, or the path of a folder.
    """
    now = factory.get_clock().now()
    tried = asyncio.run(read_once(address, read_settings(factory), now))
    if json:
        print_json(_trial_json(tried))
    else:
        print_message("\n".join(_trial_lines(tried)))
    return FAILED if tried.problem else OK


async def read_once(address: str, settings: Settings, now: datetime) -> SourceTrial:
    """Read a source without saving anything; the result also has a reading's errors."""
    async with SourceReader(settings.fetch_allow_private) as source_reader:
        return await try_source(address, source_reader=source_reader, now=now)


def _trial_json(tried: SourceTrial) -> dict[str, Any]:
    reading = tried.reading
    problems = reading.problems if reading else ()
    return {
        "address": tried.shown,
        "kind": reading and reading.kind,
        "title": reading and reading.title,
        "read_at": tried.read_at,
        "articles": len(reading.articles) if reading else 0,
        "completeness": reading.completeness if reading else "unknown",
        "instead_of": tried.instead_of,
        "newest": [_article_json(a) for a in tried.newest[:SHOWN_ARTICLES]],
        "feeds": list(tried.feeds),
        "problem": str(tried.problem) if tried.problem else None,
        "problems": [f"{problem.where}: {problem.what}" for problem in problems],
    }


def _article_json(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "published": format_iso(article.published),
        "url": article.url,
        "characters": len(article.text),
        "excerpt": article.excerpt,
    }


def _trial_lines(tried: SourceTrial) -> Iterator[str]:
    if tried.reading is not None:
        yield from _reading_lines(tried, tried.reading)
    if tried.feeds:
        yield "The page names these feeds; any of them can be a source:"
        yield from (f"  {feed}" for feed in tried.feeds)
    if tried.problem:
        yield f"✗ {tried.shown}: {tried.problem}"


def _reading_lines(tried: SourceTrial, reading: SourceReading) -> Iterator[str]:
    yield f"✓ {reading.kind}: {reading.title or '(no title)'}"
    if tried.read_at != tried.shown:
        yield f"  read at {tried.read_at}"
    if tried.instead_of:
        yield f"  {tried.instead_of} has only excerpts of the same articles"
    if whole := source_health.describe_trial(reading, Texts.of("en")):
        yield f"  {whole}"
    yield f"  {format_count(len(reading.articles), 'article')}, the newest:"
    for article in tried.newest[:SHOWN_ARTICLES]:
        when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date"
        cut = " (an excerpt)" if article.excerpt else ""
        yield f"  {when:<16}  {article.title or article.text[:80]}{cut}"
    for problem in reading.problems:
        yield f"! {problem.where}: {problem.what} {problem.remedy}"


async def list_sources(
    *, workspace: str | None = None, json: JsonOption = False, app: Application
) -> None:
    """List the sources of all digests with their state.

    Args:
        workspace: Id of the only workspace to list.
    """
    digests, now = await app.archive.all_digests(workspace), app.clock.now()
    listed = {one.id: one for digest in digests for one in digest.sources}
    pages = await source_health.load_page_counts(app.db, listed.values(), now)
    rows = _source_rows(digests, now, pages)
    lines = (
        f"{STATE_SIGNS[row['state']]} {row['name']}  ({', '.join(row['digests'])})\n"
        f"    {row['address']}\n"
        f"    {row['health']}{' → ' + row['fix'] if row['fix'] else ''}"
        for row in rows
    )
    empty = "No source is set up. See: standfirst apply --help"
    print_rows(rows, lines, as_json=json, empty=empty)


def _source_rows(
    digests: Iterable[Digest],
    now: datetime,
    pages: Mapping[int, Mapping[str, int]] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    sources: dict[int, Source] = {}
    users: dict[int, list[Digest]] = {}
    for digest in digests:
        for source in digest.sources:
            if sources.get(source.id, source).full_text in (source.full_text, "never"):
                # A page is read if one of its digests wants that.
                sources[source.id] = source
            users.setdefault(source.id, []).append(digest)
    return [
        _source_row(sources[key], found, pages.get(key, {}), now)
        for key, found in users.items()
    ]


def _source_row(
    source: Source, users: list[Digest], pages: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    zone = digest_zone(users[0])
    health = source_health.describe_health(source, now, zone, Texts.of("en"), pages)
    return {
        "name": source.name,
        "address": addresses.mask_secrets(source.address),
        "kind": source.kind,
        "digests": [digest.name for digest in users],
        "state": health.state,
        "health": health.text,
        "fix": health.fix,
        "last_good": format_iso(source.last_success_at),
        "completeness": source.completeness or "unknown",
        "pages": dict(pages),
        "items_a_day": source.items_per_day,
        "problem": str(source.problem) if source.problem else None,
        "next": format_iso(None if source.stopped else source.next_poll_at),
    }


async def import_feeds(
    file: Path,
    *,
    workspace: WorkspaceId = None,
    digest: str | None = None,
    check: FlagOption = False,
    app: Application,
) -> None:
    """Import the feeds of another reader from its OPML file.

    Args:
        file: The OPML file.
        digest: The digest that reads them; by default the one with the name of the
            feed's folder in the file, or else the only one.
        check: Read each new feed once, and report those that cannot be read.
    """
    listed = await _read_opml_file(file)
    operator = ChangeContext(
        plugins=app.plugins,
        now=app.clock.now(),
        allow_private=app.settings.fetch_allow_private,
        quotas=app.settings.quotas,
    )
    added = await app.db.write(
        feed_lists.assign_feeds,
        listed.subscriptions,
        operator,
        workspace=workspace,
        digest=digest,
    )
    for changed, new in added:
        print_message(f"«{changed.name}»: {format_count(len(new), 'new source')}.")
        if new and not (changed.destinations and changed.schedules):
            print_message(f"  «{changed.name}» has no destination or no schedule yet.")
    fresh = [source for _, new in added for source in new]
    if known := len(listed.subscriptions) - len(fresh):
        print_message(f"{known} were sources already.")
    if listed.left_out:
        print_message(
            f"{listed.left_out} were left out: no readable address, or too many."
        )
    if check and fresh:
        await _check_new_sources(app, fresh)


async def _read_opml_file(file: Path) -> opml.OpmlDocument:
    try:
        body = await asyncio.to_thread(file.read_bytes)
        async with Sandbox() as sandbox:
            return await sandbox.run(opml.parse_opml, body)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{file} cannot be read: {reason}.") from error
    except DigestsError as error:
        raise ConfigurationError(f"{file}: {error}") from error


async def _check_new_sources(app: Application, new: list[Source]) -> None:
    """Poll each new source once and report those that fail; they are kept."""
    at_once = asyncio.Semaphore(8)
    with show_progress("Reading", len(new)) as one_done:

        async def read(source: Source) -> None:
            async with at_once:
                await app.publisher.ingestor.refresh([source], insist=True)
            one_done()

        await asyncio.gather(*(read(source) for source in new))
    find, excerpts = source_store.find_source, 0
    for source in new:
        found = await app.db.read(find, source_id=source.id)
        if found is not None and found.problem:
            print_message(f"✗ {source.called or found.name}: {found.problem}")
        excerpts += found is not None and found.completeness == "excerpt"
    if excerpts:
        counted = format_count(excerpts, "source")
        print_message(f"Excerpts only: {counted}. The pages behind them are read.")


@contextmanager
def show_progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr, at a terminal only; call the result per step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
