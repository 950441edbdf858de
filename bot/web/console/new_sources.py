"""Add sources: from an address, a pasted list of feeds, or the file of one.

    try     read what was given once, and show it; nothing is stored
    add     add it to a digest, as one change
    added   what came of each source since

An address can be of a feed, a page or a site, or of a list of feeds (OPML). A file is
OPML, or has an address in each line. What it has is carried by the form that adds it,
so that nothing is kept here in between.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response
from starlette.routing import Route

from bot.commands.arguments import read_given_address
from bot.commands.context import CommandContext
from bot.commands.presentation import Page
from bot.commands.sources import (
    check_addresses,
    render_readings,
    try_addresses,
)
from bot.configuration.change_steps import (
    ChangeStep,
    ConfigurationChange,
    step_from_json,
)
from bot.configuration.diff import mask_source
from bot.configuration.feed_lists import (
    expand_addresses,
    request_feeds,
    sort_new_feeds,
)
from bot.errors import BotError, FieldError, UnknownName, UserError
from bot.ingest.polling import SourceTrial
from bot.model import Digest, Source
from bot.model.scope import MAX_KEY, Scope
from bot.storage import Connection, change_store, digest_store
from bot.web.console.answers import view_blocks
from bot.web.console.changes import apply_requests, describe_saved
from bot.web.console.source_pages import (
    PER_PAGE,
    is_unread,
    rank,
    render_list,
    view_line,
)
from bot.web.console.visits import Console, Visit, page_route
from digests.errors import DigestsError
from digests.extraction import validate_web_address
from digests.language.normalization import parse_whole_number
from digests.sources.opml import (
    MAX_SUBSCRIPTIONS,
    OpmlDocument,
    Subscription,
    write_opml,
)
from digests.types import frozen

#: Feeds of a list that are shown before they are added.
MAX_LISTED: Final = 100
_OPML_ENDS: Final = (".opml", ".opml.xml")


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes."""
    return [
        page_route(console, "/sources/try", show_readings, ("POST",)),
        page_route(console, "/sources/add", add_sources, ("POST",)),
        page_route(console, "/sources/added/{change}", show_added),
    ]


# ── what it would give ─────────────────────────────────────────────────────────


@frozen
class ListedFeed:
    """A feed of a list, before it is added."""

    title: str
    address: str
    #: Digests that read it already.
    digests: str = ""


@frozen
class GivenSources:
    """What somebody typed or uploaded, once it was read."""

    #: As the form that adds it carries it.
    typed: str
    #: None: it is no list but some addresses.
    listed: OpmlDocument | None = None
    tried: Sequence[SourceTrial] = field(default=())


async def show_readings(console: Console, visit: Visit) -> Response:
    """Read what was given once, and show it with the way to add it."""
    fields = await visit.read_form()
    context = console.open_context(visit)
    try:
        given = await _read_given(context, fields)
    except BotError as error:
        typed, said = _get_typed(fields), visit.texts.error(error)
        return await render_list(console, visit, 422, typed=typed, error=said)
    return await _render_given(console, visit, given)


async def _render_given(
    console: Console, visit: Visit, given: GivenSources, error: str = ""
) -> Response:
    context, texts = console.open_context(visit), visit.texts
    shown: dict[str, Any] = {"typed": given.typed, "error": error}
    status = 422 if error else 200
    if given.listed is None:
        found = render_readings(context, given.tried, context.zone)
        shown["readings"] = view_blocks(found, texts)
        return await render_list(console, visit, status, **shown)
    feeds = given.listed.subscriptions
    views = _view_feeds(feeds, await context.list_digests())
    known = sum(1 for one in views if one.digests)
    left_out, more = given.listed.left_out, len(feeds) - MAX_LISTED
    notes = [
        texts.count("{n} feed", "{n} feeds", len(feeds)),
        known
        and texts.count(
            "{n} was a source already.", "{n} were sources already.", known
        ),
        left_out
        and texts.count(
            "{n} was left out: no readable address, or too many.",
            "{n} were left out: no readable address, or too many.",
            left_out,
        ),
    ]
    return await render_list(
        console,
        visit,
        status,
        **shown,
        readings=(),
        feeds=views[:MAX_LISTED],
        more_feeds=texts.say("{n} more", n=more) if more > 0 else "",
        feed_notes=list(filter(None, notes)),
    )


def _view_feeds(
    feeds: Sequence[Subscription], digests: Sequence[Digest]
) -> list[ListedFeed]:
    readers: dict[str, list[str]] = {}
    for digest in digests:
        for source in digest.all_sources:
            readers.setdefault(source.address, []).append(digest.name)
    return [
        ListedFeed(
            title=one.title,
            address=mask_source(one.address),
            digests=", ".join(readers.get(one.address, ())),
        )
        for one in feeds
    ]


def _get_typed(fields: FormData) -> str:
    return str(fields.get("sources") or "").strip()


async def _read_given(context: CommandContext, fields: FormData) -> GivenSources:
    """Read the file, the list or the addresses of the form.

    Raises:
        BotError: There is nothing, or it cannot be read.
    """
    file, typed = fields.get("file"), _get_typed(fields)
    if isinstance(file, UploadFile) and file.filename:
        return await _read_file(context, await file.read())
    listed = await _read_list(context, typed)
    if listed is not None:
        return GivenSources(typed=typed, listed=listed)
    wanted = await asyncio.to_thread(expand_addresses, typed)
    if not wanted:
        raise FieldError("Paste an address or choose a file first.", field="sources")
    check_addresses(wanted)
    tried = await try_addresses(context, wanted)
    if len(wanted) == 1 and tried[0].problem:
        listed = await _read_list(context, typed, insist=True)
    return GivenSources(typed=typed, listed=listed, tried=tried)


async def _read_file(context: CommandContext, body: bytes) -> GivenSources:
    """Read a file: OPML, or an address in each line."""
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        # The parser knows more encodings, and says what is wrong with what is no list.
        text = "<"
    if text.startswith("<"):
        listed = await _parse_list(context, body)
    else:
        listed = await asyncio.to_thread(_list_addresses, text)
    if not listed.subscriptions:
        raise FieldError("No feed is in this file.", field="sources")
    # In our own words: without what else the file has.
    carried = await asyncio.to_thread(write_opml, listed.subscriptions)
    return GivenSources(typed=carried.decode(), listed=listed)


def _list_addresses(text: str) -> OpmlDocument:
    found, left_out = dict[str, Subscription](), 0
    for written in expand_addresses(text):
        address = validate_web_address(written)
        if address is None or len(found) >= MAX_SUBSCRIPTIONS:
            left_out += 1
        else:
            found.setdefault(address, Subscription(address=address))
    return OpmlDocument(subscriptions=tuple(found.values()), left_out=left_out)


async def _parse_list(context: CommandContext, body: bytes) -> OpmlDocument:
    reader = context.publisher.ingestor.source_reader
    try:
        listed = await reader.parse_opml(body)
    except DigestsError as error:
        raise FieldError("{problem}", problem=error, field="sources") from None
    if not listed.subscriptions:
        raise FieldError("No feed is in this list.", field="sources")
    return listed


async def _read_list(
    context: CommandContext, typed: str, *, insist: bool = False
) -> OpmlDocument | None:
    """Read a list of feeds; None if it is no such list.

    With `insist`, an address is fetched even if its name does not end as that of one.
    """
    if typed.startswith("<"):
        return await _parse_list(context, typed.encode())
    if not insist and not typed.lower().endswith(_OPML_ENDS):
        return None
    try:
        return await _parse_list(context, await read_given_address(context, typed))
    except (DigestsError, BotError):
        return None


# ── adding it ──────────────────────────────────────────────────────────────────


async def add_sources(console: Console, visit: Visit) -> Response:
    """Add what was shown to a digest; where that fails, show it again."""
    fields = await visit.read_form()
    typed = _get_typed(fields)
    context = console.open_context(visit)
    key = parse_whole_number(str(fields.get("digest") or ""), MAX_KEY) or 0
    digest = await console.services.archive.digest(visit.scope, key)
    listed = await _read_list(context, typed)
    if listed is None and fields.get("list"):
        listed = await _read_list(context, typed, insist=True)
    if listed is not None:
        feeds = listed.subscriptions
    else:
        feeds = tuple(Subscription(address=one) for one in expand_addresses(typed))
    try:
        change = await _add_feeds(console, visit, digest, feeds)
    except UserError as error:
        given, said = GivenSources(typed=typed, listed=listed), visit.texts.error(error)
        return await _render_given(console, visit, given, said)
    here = f"/sources/added/{change.id}" if listed else f"/digests/{digest.id}"
    return console.go(visit, here, describe_saved(visit, change))


async def _add_feeds(
    console: Console, visit: Visit, digest: Digest, feeds: Sequence[Subscription]
) -> ConfigurationChange:
    new = sort_new_feeds(((digest.name, one) for one in feeds), [digest])
    if not new:
        raise UserError("«{digest}» reads all of this already.", digest=digest.name)
    return await apply_requests(console, visit, *request_feeds(new))


async def show_added(console: Console, visit: Visit) -> Response:
    """Show what came of each source that a change added to a digest."""
    change = str(visit.request.path_params["change"])
    read, texts = console.services.db.read, visit.texts
    digest, sources, removed = await read(_load_added, visit.scope, change)
    now = console.services.clock.now()
    waiting = [one for one in sources if is_unread(one)]
    bad = [one for one in sources if one not in waiting and rank(one, now) < 2]
    good = [one for one in sources if one not in waiting and one not in bad]
    page = visit.request.query_params.get("page", "1")
    shown = Page.of([*bad, *waiting, *good], page, PER_PAGE)
    done = len(bad) + len(good)
    counts: Mapping[str, int] = {"done": done, "all": len(sources)}
    return console.page(
        visit,
        "sources_added.html",
        digest=digest,
        counts=counts,
        said=[
            texts.say("{done} of {all} read.", **counts),
            bad and texts.count("{n} has a problem.", "{n} have a problem.", len(bad)),
            removed
            and texts.count(
                "{n} was removed again.", "{n} were removed again.", removed
            ),
        ],
        waits=bool(waiting),
        change=change,
        list=shown,
        sources=[view_line(console, visit, one) for one in shown.items],
    )


def _load_added(
    conn: Connection, scope: Scope, change: str
) -> tuple[Digest, Sequence[Source], int]:
    """Load the digest and its sources that a change added, and how many are gone.

    Raises:
        UnknownName: There is no such change, or the digest is gone.
    """
    stored = change_store.find_change(conn, scope, public_id=change)
    if stored is None or stored.made_at is None:
        raise UnknownName("There is no such change here. /newsdesk history lists them.")
    steps: list[ChangeStep] = list(map(step_from_json, stored.steps))
    step = next((one for one in steps if one.noun == "digest"), None)
    key = step.key if step else None
    digest = digest_store.find_digest(conn, scope, digest_id=key or 0)
    if step is None or digest is None:
        raise UnknownName("This digest no longer exists.")
    added = frozenset(step.list_added("sources"))
    sources = [one for one in digest.all_sources if one.address in added]
    return digest, sources, len(added) - len(sources)
