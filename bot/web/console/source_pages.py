"""The pages of sources: how each is, its repair, its place in digests."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.presentation import Page
from bot.commands.sources import (
    check_addresses,
    render_readings,
    try_addresses,
)
from bot.configuration.change_steps import request_edit
from bot.configuration.diff import hide_folders, mask_source
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.validation import BY_SOURCE, SOME_SOURCES
from bot.errors import UnknownName, UserError
from bot.ingest import source_health
from bot.ingest.source_health import SourceHealth
from bot.ingest.source_state import current_address
from bot.lookup.name_resolution import format_source_name
from bot.model import SettingsEntry, Source
from bot.model.scope import MAX_KEY, Scope
from bot.storage import Connection, digest_store, source_store
from bot.web.console.answers import view_blocks
from bot.web.console.changes import apply_requests, describe_saved
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import normalize_text, parse_whole_number
from digests.types import frozen

#: Sources of one page of the list.
PER_PAGE: Final = 50
#: Characters that are looked for in the list.
_MAX_QUERY: Final = 100


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes."""
    one = "/sources/{source_id:int}"
    return [
        page_route(console, "/sources", list_sources),
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
    is_unread: bool


async def list_sources(console: Console, visit: Visit) -> Response:
    """List the sources of the workspace, those with problems first."""
    return await render_list(console, visit)


async def render_list(
    console: Console, visit: Visit, status: int = 200, **more: Any
) -> Response:
    """Render the list; with what an address would give, if that is among `more`."""
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
        sources=[view_line(console, visit, one) for one in shown.items],
        **(values | more),
    )


def _load_page(
    conn: Connection, scope: Scope, asked: str, page: str, now: datetime
) -> Page[Source]:
    """Find a page of the list; in a reader's thread, as there may be thousands."""
    wanted = normalize_text(asked).split()
    every = source_store.list_sources(conn, scope)
    found = [one for one in every if _has_words(one, wanted)]
    found.sort(key=lambda one: (rank(one, now), one.name.casefold()))
    return Page.of(found, page, PER_PAGE)


def _has_words(source: Source, words: Sequence[str]) -> bool:
    said = normalize_text(f"{source.name} {mask_source(source.address)}")
    return all(word in said for word in words)


def rank(source: Source, now: datetime) -> int:
    """Rank sources by how much they need somebody: 0 is dead."""
    if source_health.is_dead(source, now):
        return 0
    return 1 if source.problem or source.notice or source.failures else 2


def view_line(console: Console, visit: Visit, source: Source) -> SourceStatus:
    """Describe a source for a list."""
    name, address = format_source_name(source), mask_source(source.address)
    return SourceStatus(
        key=source.id,
        name=name,
        address="" if address == name else address,
        health=_describe(console, visit, source),
        is_unread=is_unread(source),
    )


def is_unread(source: Source) -> bool:
    """Whether it was not read so far, with or without success."""
    return source.last_success_at is None and not source.failures and not source.stopped


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
