"""The pages of sources: what an address would give, how each source is, its repair.

An address can be of a feed, a page or a site, or of a list of feeds (OPML), whose text
can be pasted as well. It is read once and shown before it is added to a digest.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

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
from bot.configuration.change_steps import request_edit
from bot.configuration.diff import hide_folders, mask_source
from bot.configuration.feed_lists import (
    expand_addresses,
    request_feeds,
    sort_new_feeds,
)
from bot.configuration.validation import BY_SOURCE, SOME_SOURCES
from bot.errors import BotError, FieldError, UnknownName, UserError
from bot.ingest import source_health
from bot.ingest.polling import SourceTrial
from bot.ingest.source_health import SourceHealth
from bot.ingest.source_state import current_address
from bot.lookup.name_resolution import format_source_name
from bot.model import SettingsEntry, Source
from bot.model.scope import MAX_KEY, Scope
from bot.storage import Connection, digest_store, source_store
from bot.web.console.answers import view_blocks
from bot.web.console.changes import apply_requests, describe_saved
from bot.web.console.visits import Console, Visit, page_route
from digests.errors import DigestsError
from digests.language.normalization import normalize_text, parse_whole_number
from digests.sources.opml import Subscription
from digests.types import frozen

#: Sources of one page of the list.
PER_PAGE: Final = 50
#: Feeds of a list that are shown before they are added.
MAX_LISTED: Final = 100
#: Characters that are looked for in the list.
_MAX_QUERY: Final = 100
_OPML_ENDS: Final = (".opml", ".opml.xml")


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes."""
    one = "/sources/{source_id:int}"
    return [
        page_route(console, "/sources", list_sources),
        page_route(console, "/sources/try", show_readings, ("POST",)),
        page_route(console, "/sources/add", add_sources, ("POST",)),
        page_route(console, one, show_source),
        page_route(console, f"{one}/test", test_source, ("POST",)),
        page_route(console, f"{one}/replace", replace_source, ("POST",)),
        *(
            page_route(console, f"{one}/{name}", partial(_edit_source, edit), ("POST",))
            for name, edit in _EDITS.items()
        ),
    ]


# ── all sources ────────────────────────────────────────────────────────────────


@frozen
class SourceStatus:
    """A source in the list."""

    key: int
    name: str
    address: str
    health: SourceHealth


async def list_sources(console: Console, visit: Visit) -> Response:
    """List the sources of the workspace, those with problems first."""
    return await _render_list(console, visit)


async def _render_list(
    console: Console, visit: Visit, status: int = 200, **more: Any
) -> Response:
    query, now = visit.request.query_params, console.services.clock.now()
    asked = query.get("q", "")[:_MAX_QUERY]
    shown = await console.services.db.read(
        _load_page, visit.scope, asked, query.get("page", "1"), now
    )
    context = console.open_context(visit)
    values = {
        "typed": "",
        "error": "",
        "readings": None,
        "feeds": (),
        "feed_count": 0,
        "digests": await context.query(digest_store.list_digest_names)
        if "readings" in more
        else (),
    }
    return console.page(
        visit,
        "sources.html",
        status,
        asked=asked,
        list=shown,
        sources=[_view_line(console, visit, one) for one in shown.items],
        **(values | more),
    )


def _load_page(
    conn: Connection, scope: Scope, asked: str, page: str, now: datetime
) -> Page[Source]:
    """Find a page of the list; in a reader's thread, as there may be thousands."""
    wanted = normalize_text(asked).split()
    every = source_store.list_sources(conn, scope)
    found = [one for one in every if _has_words(one, wanted)]
    found.sort(key=lambda one: (_rank(one, now), one.name.casefold()))
    return Page.of(found, page, PER_PAGE)


def _has_words(source: Source, words: Sequence[str]) -> bool:
    said = normalize_text(f"{source.name} {mask_source(source.address)}")
    return all(word in said for word in words)


def _rank(source: Source, now: datetime) -> int:
    if source_health.is_dead(source, now):
        return 0
    return 1 if source.problem or source.notice or source.failures else 2


def _view_line(console: Console, visit: Visit, source: Source) -> SourceStatus:
    name, address = format_source_name(source), mask_source(source.address)
    return SourceStatus(
        key=source.id,
        name=name,
        address="" if address == name else address,
        health=_describe(console, visit, source),
    )


def _describe(
    console: Console,
    visit: Visit,
    source: Source,
    pages: Mapping[str, int] | None = None,
) -> SourceHealth:
    now, zone = console.services.clock.now(), visit.workspace.zone
    found = source_health.describe_health(source, now, zone, visit.texts, pages)
    text = hide_folders(found.text, (source,))
    return SourceHealth(state=found.state, text=text, fix=found.fix)


# ── what an address would give ─────────────────────────────────────────────────


async def show_readings(console: Console, visit: Visit) -> Response:
    """Read what was pasted once, and show it with the way to add it."""
    fields = await visit.read_form()
    typed = str(fields.get("sources") or "").strip()
    context = console.open_context(visit)
    tried: Sequence[SourceTrial] = ()
    try:
        feeds = await _read_list(context, typed)
        if feeds is None:
            wanted = expand_addresses(typed)
            if not wanted:
                raise FieldError("Paste an address first.", field="sources")
            check_addresses(wanted)
            tried = await try_addresses(context, wanted)
            if len(wanted) == 1 and tried[0].problem:
                feeds = await _read_list(context, typed, insist=True)
    except BotError as error:
        said = visit.texts.error(error)
        return await _render_list(console, visit, 422, typed=typed, error=said)
    if feeds is not None:
        return await _render_list(
            console,
            visit,
            typed=typed,
            readings=(),
            feeds=feeds[:MAX_LISTED],
            feed_count=len(feeds),
        )
    readings = view_blocks(render_readings(context, tried, context.zone), visit.texts)
    return await _render_list(console, visit, typed=typed, readings=readings)


async def _read_list(
    context: CommandContext, typed: str, *, insist: bool = False
) -> tuple[Subscription, ...] | None:
    """Read a list of feeds; None if it is no such list.

    With `insist`, an address is fetched even if its name does not end as that of one.
    """
    reader = context.publisher.ingestor.source_reader
    is_text = typed.startswith("<")
    if not is_text and not insist and not typed.lower().endswith(_OPML_ENDS):
        return None
    try:
        body = typed.encode() if is_text else await read_given_address(context, typed)
        listed = await reader.parse_opml(body)
        if listed.subscriptions:
            return listed.subscriptions
        raise UserError("No feed is in this list.")
    except (DigestsError, BotError) as error:
        if is_text:
            raise FieldError("{problem}", problem=error, field="sources") from None
        return None


async def add_sources(console: Console, visit: Visit) -> Response:
    """Add what was shown to a digest."""
    fields = await visit.read_form()
    typed = str(fields.get("sources") or "").strip()
    context = console.open_context(visit)
    key = parse_whole_number(str(fields.get("digest") or ""), MAX_KEY) or 0
    digest = await console.services.archive.digest(visit.scope, key)
    listed = await _read_list(context, typed)
    if listed is None and fields.get("list"):
        listed = await _read_list(context, typed, insist=True)
    if listed is None:
        listed = tuple(Subscription(address=one) for one in expand_addresses(typed))
    new = sort_new_feeds(((digest.name, one) for one in listed), [digest])
    if not new:
        raise UserError("«{digest}» reads all of this already.", digest=digest.name)
    change = await apply_requests(console, visit, *request_feeds(new))
    return console.go(visit, f"/digests/{digest.id}", describe_saved(visit, change))


# ── one source ─────────────────────────────────────────────────────────────────


async def _find_source(console: Console, visit: Visit) -> Source:
    """Find the source of the address.

    Raises:
        UnknownName: The workspace reads no such source.
    """
    key, read = visit.request.path_params["source_id"], console.services.db.read
    found = None
    if key <= MAX_KEY and await read(source_store.list_source_ids, visit.scope, [key]):
        found = await read(source_store.find_source, key)
    if found is None:
        raise UnknownName("This workspace does not read this source any more.")
    return found


async def show_source(console: Console, visit: Visit) -> Response:
    """Show how a source is, which digests read it, and what can be done."""
    return await _render_source(console, visit, await _find_source(console, visit))


async def _render_source(
    console: Console, visit: Visit, source: Source, **more: Any
) -> Response:
    db, now = console.services.db, console.services.clock.now()
    pages = await source_health.load_page_counts(db, [source], now)
    list_using = digest_store.list_source_uses
    using = await db.read(list_using, visit.scope, source_id=source.id)
    moved = current_address(source)
    values: dict[str, Any] = {"readings": None, "error": "", "typed": ""}
    return console.page(
        visit,
        "source.html",
        source=source,
        name=format_source_name(source),
        address=mask_source(source.address),
        health=_describe(console, visit, source, pages.get(source.id)),
        problem=hide_folders(visit.texts.message(source.problem), (source,)),
        moved=mask_source(moved) if moved != source.address else "",
        is_site=source.kind == "site",
        can_test=source.kind != "folder",
        using=using,
        **(values | more),
    )


async def test_source(console: Console, visit: Visit) -> Response:
    """Read the source once, and show what it gives now."""
    source = await _find_source(console, visit)
    context = console.open_context(visit)
    tried = await try_addresses(context, [source.address])
    found = render_readings(context, tried, context.zone)
    readings = view_blocks(found, visit.texts)
    return await _render_source(console, visit, source, readings=readings)


async def replace_source(console: Console, visit: Visit) -> Response:
    """Read another address in place of this source, in all digests that have it."""
    source = await _find_source(console, visit)
    fields = await visit.read_form()
    typed = str(fields.get("address") or "").strip()
    # The address that it moved to may have a secret, which no page shows.
    new = current_address(source) if fields.get("moved") else ""
    if not new:
        wanted = expand_addresses(typed)
        if len(wanted) != 1:
            raise UserError("Write one address.")
        check_addresses(wanted)
        new = wanted[0]
    read = console.services.db.read
    using = await read(
        digest_store.list_digests_with_source, visit.scope, source_id=source.id
    )
    change = await apply_requests(
        console,
        visit,
        *(
            request_edit(
                "digest",
                digest.name,
                partial(replace_address, old=source.address, new=new),
            )
            for digest in using
        ),
    )
    return console.go(visit, "/sources", describe_saved(visit, change))


def replace_address(entry: SettingsEntry, *, old: str, new: str) -> SettingsEntry:
    """Replace an address in a digest, with all that is set of it."""

    def replace_in(listed: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(new if one == old else one for one in listed))

    lists = {name: replace_in(entry[name]) for name in ("sources", *SOME_SOURCES)}
    by_source = {
        name: {new if key == old else key: value for key, value in entry[name].items()}
        for name in BY_SOURCE
    }
    return {**entry, **lists, **by_source}


# ── in one digest ──────────────────────────────────────────────────────────────

#: (settings of a digest, address of a source) → the settings.
SourceEdit = Callable[[SettingsEntry, str], SettingsEntry]


async def _edit_source(edit: SourceEdit, console: Console, visit: Visit) -> Response:
    """Change a source in the digest that the form names."""
    source = await _find_source(console, visit)
    fields = await visit.read_form()
    key = parse_whole_number(str(fields.get("digest") or ""), MAX_KEY) or 0
    digest = await console.services.archive.digest(visit.scope, key)
    request = request_edit(
        "digest", digest.name, lambda entry: edit(entry, source.address)
    )
    change = await apply_requests(console, visit, request)
    here = f"/sources/{source.id}"
    if edit is _remove and not await _is_read(console, visit, source):
        here = "/sources"
    return console.go(visit, here, describe_saved(visit, change))


async def _is_read(console: Console, visit: Visit, source: Source) -> bool:
    list_ids = source_store.list_source_ids
    return bool(await console.services.db.read(list_ids, visit.scope, [source.id]))


def _pause(entry: SettingsEntry, address: str) -> SettingsEntry:
    return {**entry, "paused_sources": [*entry["paused_sources"], address]}


def _resume(entry: SettingsEntry, address: str) -> SettingsEntry:
    kept = [one for one in entry["paused_sources"] if one != address]
    return {**entry, "paused_sources": kept}


def _remove(entry: SettingsEntry, address: str) -> SettingsEntry:
    return {**entry, "sources": [one for one in entry["sources"] if one != address]}


_EDITS: Final[Mapping[str, SourceEdit]] = {
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
}
