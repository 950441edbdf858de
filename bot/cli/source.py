"""`standfirst source test, list` and `standfirst import`: feeds and other sources."""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.console import (
    FAILED,
    OK,
    STATE_SIGNS,
    ApplicationFactory,
    FlagOption,
    JsonOption,
    WorkspaceOption,
    application_command,
    factory_command,
    format_count,
    print_json,
    print_message,
    print_rows,
    read_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.ingest.polling import SourceTrial
    from bot.ingest.source_reader import SourceReading
    from bot.model import Digest, Source
    from bot.runner import Application
    from digests.sources.opml import OpmlDocument
    from digests.types import Article

#: Number of items that `source test` shows.
SHOWN_ARTICLES = 3


@factory_command
def try_address(
    factory: ApplicationFactory, address: str, *, json: JsonOption = False
) -> int:
    """Show what would be read at an address; nothing is kept.

    Args:
        address: Of a feed, an article, a site, or the path of a folder.
        json: Print JSON.
    """
    from bot.ingest.polling import try_source
    from bot.ingest.source_reader import SourceReader

    settings = read_settings(factory)

    async def work() -> "SourceTrial":
        async with SourceReader(settings.fetch_allow_private) as source_reader:
            now = factory.get_clock().now()
            return await try_source(address, source_reader=source_reader, now=now)

    tried = asyncio.run(work())
    if json:
        print_json(_probe_json(tried))
    else:
        print("\n".join(_probe_lines(tried)))
    return FAILED if tried.problem else OK


def _probe_json(tried: "SourceTrial") -> dict[str, Any]:
    reading = tried.reading
    return {
        "address": tried.shown,
        "kind": reading.kind if reading else None,
        "title": reading.title if reading else None,
        "read_at": tried.read_at,
        "articles": len(reading.articles) if reading else 0,
        "newest": [_article_json(a) for a in tried.newest[:SHOWN_ARTICLES]],
        "feeds": list(tried.feeds),
        "problem": str(tried.problem) if tried.problem else None,
        "problems": [f"{p.where}: {p.what}" for p in reading.problems]
        if reading
        else [],
    }


def _article_json(article: "Article") -> dict[str, Any]:
    return {
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "characters": len(article.text),
        "excerpt": article.excerpt,
    }


def _probe_lines(tried: "SourceTrial") -> Iterator[str]:
    if tried.reading is not None:
        yield from _reading_lines(tried, tried.reading)
    if tried.feeds:
        yield "The page names these feeds; any of them can be a source:"
        yield from (f"  {feed}" for feed in tried.feeds)
    if tried.problem:
        yield f"✗ {tried.shown}: {tried.problem}"


def _reading_lines(tried: "SourceTrial", reading: "SourceReading") -> Iterator[str]:
    yield f"✓ {reading.kind}: {reading.title or '(no title)'}"
    if tried.read_at != tried.shown:
        yield f"  read at {tried.read_at}"
    yield f"  {format_count(len(reading.articles), 'article')}, the newest:"
    for article in tried.newest[:SHOWN_ARTICLES]:
        when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date"
        cut = " (an excerpt)" if article.excerpt else ""
        yield f"  {when:<16}  {article.title or article.text[:80]}{cut}"
    for problem in reading.problems:
        yield f"! {problem.where}: {problem.what} {problem.remedy}"


@application_command
async def list_sources(
    application: "Application",
    *,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List the sources of every digest, and how each one is."""
    digests = await application.archive.all_digests(workspace)
    rows = _source_rows(application, digests)
    lines = (
        f"{STATE_SIGNS[row['state']]} {row['name']}  ({', '.join(row['digests'])})\n"
        f"    {row['address']}\n"
        f"    {row['health']}{' → ' + row['fix'] if row['fix'] else ''}"
        for row in rows
    )
    print_rows(
        rows,
        lines,
        as_json=json,
        empty="No source is set up. See: standfirst apply --help",
    )


def _source_rows(
    application: "Application", digests: Iterable["Digest"]
) -> list[dict[str, Any]]:
    found: dict[int, Source] = {}
    users: dict[int, list[str]] = {}
    for digest in digests:
        for source in digest.sources:
            found[source.id] = source
            users.setdefault(source.id, []).append(digest.name)
    return [
        _source_row(application, source, users[source.id]) for source in found.values()
    ]


def _source_row(
    application: "Application", source: "Source", users: list[str]
) -> dict[str, Any]:
    from bot.i18n.translation import Texts
    from bot.ingest import addresses, source_state

    how = source_state.describe_health(
        source, application.clock.now(), "UTC", Texts.of("en")
    )
    moment = source.next_poll_at
    return {
        "name": source.name,
        "address": addresses.mask_secrets(source.address),
        "kind": source.kind,
        "digests": users,
        "state": how.state,
        "health": how.text,
        "fix": how.fix,
        "last_good": source.last_success_at.isoformat()
        if source.last_success_at
        else None,
        "items_a_day": source.items_per_day,
        "problem": str(source.problem) if source.problem else None,
        "next": moment.isoformat() if moment and not source.stopped else None,
    }


@application_command
async def import_feeds(
    application: "Application",
    file: Path,
    *,
    workspace: WorkspaceOption = None,
    digest: str | None = None,
    check: FlagOption = False,
) -> None:
    """Take over the feeds of another reader, from its OPML file.

    Args:
        file: The OPML file.
        workspace: Id of the workspace, where there are several.
        digest: The digest that reads them; without it the one that a folder of the
            file is named after, or the only one.
        check: Read each new feed once, and say which ones cannot be read.
    """
    from bot.configuration import feed_lists
    from bot.configuration.change_steps import ChangeContext

    listed = await _read_opml_file(file)
    operator = ChangeContext(
        plugins=application.plugins,
        now=application.clock.now(),
        allow_private=application.settings.fetch_allow_private,
    )
    done = await application.db.write(
        feed_lists.assign_feeds,
        listed.subscriptions,
        operator,
        workspace=workspace,
        digest=digest,
    )
    for changed, new in done.added:
        print_message(f"«{changed.name}»: {format_count(len(new), 'new source')}.")
        if new and not (changed.destinations and changed.schedules):
            print_message(f"  «{changed.name}» has no destination or no schedule yet.")
    if done.known:
        print_message(f"{done.known} were sources already.")
    if listed.left_out:
        print_message(
            f"{listed.left_out} were left out: no readable address, or too many."
        )
    fresh = [source for _, some in done.added for source in some]
    if check and fresh:
        await _check_new_sources(application, fresh)


async def _read_opml_file(file: Path) -> "OpmlDocument":
    from bot.errors import ConfigurationError
    from digests.errors import DigestsError
    from digests.sources import opml
    from digests.sources.sandbox import Sandbox

    try:
        body = await asyncio.to_thread(file.read_bytes)
        async with Sandbox() as sandbox:
            return await sandbox.run(opml.parse_opml, body)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{file} cannot be read: {reason}.") from error
    except DigestsError as error:
        raise ConfigurationError(f"{file}: {error}") from error


async def _check_new_sources(application: "Application", new: list["Source"]) -> None:
    """Poll each new source once and report those that fail; they are kept."""
    from bot.storage import source_store

    at_once = asyncio.Semaphore(8)
    with show_progress("Reading", len(new)) as one_done:

        async def read(source: "Source") -> None:
            async with at_once:
                await application.publisher.ingestor.refresh([source], insist=True)
            one_done()

        await asyncio.gather(*(read(source) for source in new))
    for source in new:
        found = await application.db.read(source_store.find_source, source_id=source.id)
        if found is not None and found.problem:
            print_message(f"✗ {found.name}: {found.problem}")


@contextmanager
def show_progress(what: str, total: int) -> Iterator["Callable[[], None]"]:
    """Show a progress bar on stderr, at a terminal only; call the result per step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
