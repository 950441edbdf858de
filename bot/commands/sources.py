"""The pages of a digest's sources: how each is, and what can be done with it.

A digest may give a source a name of its own, which no other digest shows. What is kept
of a source in the settings is changed by the controls of `/newsdesk set`.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from bot.commands.changes import get_previews, propose_and_render
from bot.commands.context import CommandContext
from bot.commands.panel import (
    Answers,
    back_button,
    build_choice,
    build_form,
    build_menu,
    build_page,
    run_form,
)
from bot.commands.presentation import STATE_SIGNS, Page, join_notes
from bot.configuration.change_steps import request_edit
from bot.configuration.change_validation import FOLDER_ONLY_BY_FILE
from bot.configuration.diff import hide_folders, mask_source, shorten_line
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.validation import BY_SOURCE, SOME_SOURCES
from bot.errors import FieldError, UnknownName
from bot.ingest import addresses, source_health
from bot.ingest.polling import SourceTrial
from bot.lookup.name_resolution import format_source_name
from bot.model import (
    Block,
    Control,
    Digest,
    Form,
    FormField,
    ListItem,
    Reply,
    SettingsEntry,
    Source,
)
from bot.publishing.planning import digest_zone

#: Addresses that are tried at once, and articles shown of one.
MAX_ADDRESSES, MAX_NEWEST = 20, 3
#: Sources of one page, each with a choice of its menu.
SOURCES_PER_PAGE: Final = 20
#: Menus of the digests that a source can move to.
MAX_MENUS: Final = 4
#: (context, digest, source, rest of the page's name) → the page.
SourcePage = Callable[[CommandContext, Digest, Source, str], Awaitable[Reply | Form]]


async def list_sources(context: CommandContext, digest: Digest, number: str) -> Reply:
    """Show a page of the digest's sources, each with its health."""
    paused = frozenset(source.id for source in digest.paused_sources)
    rank = partial(_rank, context, paused)
    every = sorted(digest.all_sources, key=rank)
    shown = Page.of(every, number, SOURCES_PER_PAGE)
    pages = await source_health.load_page_counts(context.db, shown.items, context.now)
    lines: list[Block | str] = [
        _render_health(context, digest, source, pages.get(source.id))
        for source in shown.items
    ]
    if position := shown.format_position(context):
        lines.append(position)
    here = f"d{digest.id}"
    options = (
        build_choice(context, f"{here}:source:{source.id}", format_source_name(source))
        for source in shown.items
    )
    controls = [
        context.button("Add a source", "set", here, "sources", primary=True),
        context.button("Test an address", "home", f"{here}:test"),
        context.button("Import a list", "import-feeds", digest.name),
        context.button("Export a list", "export-feeds", digest.name),
        *shown.build_turns(context, "home", f"{here}:sources"),
        back_button(context, here),
    ]
    title = context.say("Sources of {name}", name=digest.name)
    menus = build_menu(context.say("Open a source"), options)
    return build_page(context, title, lines, controls, menus)


def _rank(context: CommandContext, paused: frozenset[int], source: Source) -> int:
    """Order sources: those that are gone, those with a problem, the others, paused."""
    if source.id in paused:
        return 3
    if source_health.is_dead(source, context.now):
        return 0
    return 1 if source.problem or source.notice else 2


def _render_health(
    context: CommandContext,
    digest: Digest,
    source: Source,
    pages: Mapping[str, int] | None,
) -> ListItem:
    """Render the health of a source of a digest."""
    if source in digest.paused_sources:
        sign, text = "–", context.say("not read for now; resume it in /newsdesk home")
    else:
        at = (context.now, digest_zone(digest), context.texts)
        health = source_health.describe_health(source, *at, pages)
        sign, text = STATE_SIGNS[health.state], hide_folders(health.text, (source,))
        if pages and health.fix:
            text = f"{text}; {health.fix}"
    name, address = format_source_name(source), mask_source(source.address)
    return ListItem(
        title=f"{sign} {name}",
        text=text,
        note="" if address == name else address,
    )


# ── one source ──────────────────────────────────────────────────────────────────


async def open_source(
    context: CommandContext, digest: Digest, rest: str
) -> Reply | Form:
    """Show one source of the digest, or what its button asks for.

    Raises:
        UnknownName: The digest does not read it any more.
    """
    key, _, action = rest.partition(":")
    found = (one for one in digest.all_sources if str(one.id) == key)
    source = next(found, None)
    action, _, more = action.partition(":")
    if source is None or action not in _ACTIONS:
        raise UnknownName("«{name}» does not read this any more.", name=digest.name)
    return await _ACTIONS[action](context, digest, source, more)


async def _show_source(
    context: CommandContext, digest: Digest, source: Source, _: str
) -> Reply:
    pages = await source_health.load_page_counts(context.db, [source], context.now)
    here = f"d{digest.id}:source:{source.id}"
    target, key = f"d{digest.id}", str(source.id)
    show, hide = context.say("Show pictures"), context.say("Hide pictures")
    pause, resume = context.say("Pause"), context.say("Resume")
    is_paused = source in digest.paused_sources
    labels = {
        "source_names": context.say("Rename"),
        "full_text": context.say("Full texts"),
        "pictures": hide if source.pictures else show,
        "paused_sources": resume if is_paused else pause,
    }
    controls = [
        Control(id=context.control_id("set", target, setting, key), label=label)
        for setting, label in labels.items()
    ]
    if source.kind != "folder":
        controls.append(context.button("Test it now", "home", f"{here}:test"))
    controls += [
        context.button("Move", "home", f"{here}:move"),
        context.button("Remove", "set", target, "sources", key),
        back_button(context, f"d{digest.id}:sources:1"),
    ]
    line = _render_health(context, digest, source, pages.get(source.id))
    return build_page(context, format_source_name(source), [line], controls)


async def _test_source(
    context: CommandContext, digest: Digest, source: Source, _: str
) -> Reply:
    """Show what would be read of it now."""
    title, here = format_source_name(source), f"d{digest.id}:source:{source.id}"
    return await _show_readings(context, title, [source.address], here)


async def _move_source(
    context: CommandContext, digest: Digest, source: Source, key: str
) -> Reply:
    """Show the digests that it can move to; with one, propose the move."""
    others = [one for one in await context.list_digests() if one.id != digest.id]
    here = f"d{digest.id}:source:{source.id}"
    if not key:
        options = (
            build_choice(context, f"{here}:move:{one.id}", one.name) for one in others
        )
        label = context.say("Choose the digest that reads it from now on")
        menus = build_menu(label, options)[:MAX_MENUS]
        said = label if others else context.say("There is no other digest here.")
        back = back_button(context, here)
        return build_page(context, format_source_name(source), [said], [back], menus)
    to = next((one for one in others if str(one.id) == key), None)
    if to is None:
        raise UnknownName("This digest no longer exists.")
    address = source.address

    def remove(entry: SettingsEntry) -> SettingsEntry:
        return {**entry, "sources": [a for a in entry["sources"] if a != address]}

    return await propose_and_render(
        context,
        request_edit("digest", to.name, partial(_add_moved, digest, source)),
        request_edit("digest", digest.name, remove),
    )


def _add_moved(digest: Digest, source: Source, entry: SettingsEntry) -> SettingsEntry:
    """Add a source of a digest to another, with its settings, paused as it was."""
    address, moved = source.address, digest.settings.to_entry()
    if address in entry["sources"]:
        return entry
    wanted = {**entry, "sources": [*entry["sources"], address]}
    for setting in SOME_SOURCES:
        if address in moved[setting]:
            wanted[setting] = [*entry[setting], address]
    for setting in BY_SOURCE:
        if address in moved[setting]:
            wanted[setting] = {**entry[setting], address: moved[setting][address]}
    return wanted


_ACTIONS: Final[Mapping[str, SourcePage]] = {
    "": _show_source,
    "move": _move_source,
    "test": _test_source,
}


# ── what can be read ────────────────────────────────────────────────────────────────


async def ask_for_address(
    context: CommandContext, digest: Digest, _: str
) -> Reply | Form:
    """Ask for an address; with it, show what would be read there."""

    async def show_readings(given: Answers) -> Reply:
        wanted = expand_addresses(given["sources"])
        check_addresses(wanted)
        title = context.say("What would be read")
        return await _show_readings(context, title, wanted, f"d{digest.id}:sources:1")

    asked = FormField(
        name="sources",
        label=context.say("Addresses"),
        description=context.say("Of feeds, pages or sites; or a pack such as world"),
        lines=True,
    )
    title = context.say("Test an address")
    form = build_form(context, f"d{digest.id}:test", title, [asked])
    return await run_form(context, form, show_readings)


async def _show_readings(
    context: CommandContext, title: str, wanted: Sequence[str], back: str
) -> Reply:
    """Show what would be read at the addresses, with the way back to a page."""
    tried = await try_addresses(context, wanted)
    readings = render_readings(context, tried, context.zone)
    note = context.small_print("Nothing was saved.")
    return build_page(context, title, [*readings, note], [back_button(context, back)])


def check_addresses(wanted: Sequence[str]) -> None:
    """Refuse what nobody may read from chat, or what cannot be read.

    Raises:
        FieldError: One is a folder, or is written without its secret.
    """
    for one in wanted:
        if "://" not in one:
            raise FieldError(FOLDER_ONLY_BY_FILE, field="sources")
        if addresses.is_masked(one):
            raise FieldError(
                "This address is shown without its secret. Write the address whole.",
                field="sources",
            )


async def try_addresses(
    context: CommandContext, wanted: Sequence[str]
) -> list[SourceTrial]:
    """Read some addresses once.

    Raises:
        FieldError: There are too many.
    """
    if len(wanted) > MAX_ADDRESSES:
        most = MAX_ADDRESSES
        raise FieldError(
            "That is too many at once; at most {most}.", most=most, field="sources"
        )
    return list((await get_previews(context).try_addresses(wanted)).values())


def render_readings(
    context: CommandContext, tried: Sequence[SourceTrial], zone: str
) -> Iterator[Block]:
    """Render each address: its title, its number of articles, and the newest ones."""
    for one in tried:
        if one.problem:
            problem = context.message(one.problem)
            yield ListItem(title=one.shown, text=f"{STATE_SIGNS['problem']} {problem}")
            continue
        held, name, note, whole = 0, one.shown, one.shown, ""
        if one.reading:
            held, name = len(one.reading.articles), one.reading.title or name
            whole = source_health.describe_trial(one.reading, context.texts)
        if one.read_at != one.shown:
            note = context.say("read from its feed {address}", address=one.read_at)
        yield ListItem(
            title=f"{STATE_SIGNS['ok']} {shorten_line(name)}",
            text=join_notes(context.count("{n} article", "{n} articles", held), whole),
            note=note,
        )
        for article in one.newest[: MAX_NEWEST if len(tried) == 1 else 1]:
            at = article.published
            yield ListItem(
                title=shorten_line(article.title or article.text),
                note=context.texts.day_and_time(at, zone) if at else "",
                url=article.url,
            )
        if one.instead_of:
            yield context.small_print(
                "Another feed of this site, {feed}, has only excerpts of the same.",
                feed=one.instead_of,
            )
        named = [addresses.mask_secrets(feed) for feed in one.feeds]
        others = [feed for feed in named if feed not in (one.read_at, one.instead_of)]
        if others:
            feeds = ", ".join(others[:5])
            yield context.small_print("It also names: {feeds}", feeds=feeds)
