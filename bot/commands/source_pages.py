"""The pages of a digest's sources: how each is, and what can be done with it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from bot.commands.arguments import parse_page
from bot.commands.changes import (
    propose_and_render,
    request_edit,
)
from bot.commands.context import CommandContext
from bot.commands.panel import (
    Answers,
    back_button,
    build_form,
    build_menu,
    build_page,
    run_form,
    shorten_label,
)
from bot.commands.presentation import Page
from bot.commands.sources import (
    add_moved,
    check_addresses,
    check_not_last,
    remove_address,
    render_health,
    render_readings,
    try_addresses,
)
from bot.configuration.diff import shorten_line
from bot.configuration.feed_lists import expand_addresses
from bot.errors import UnknownName
from bot.ingest import addresses, source_health
from bot.model import (
    Block,
    Digest,
    Form,
    FormField,
    MenuOption,
    Reply,
    Source,
)
from bot.publishing.planning import digest_zone

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
    shown = Page.of(every, parse_page(context, number), SOURCES_PER_PAGE)
    pages = await source_health.load_page_counts(context.db, shown.items, context.now)
    lines: list[Block | str] = [
        render_health(context, digest, source, pages.get(source.id))
        for source in shown.items
    ]
    if position := shown.format_position(context):
        lines.append(position)
    here = f"d{digest.id}"
    options = (
        MenuOption(
            id=context.control_id("home", f"{here}:source:{source.id}"),
            label=shorten_label(_name_source(source), 60),
        )
        for source in shown.items
    )
    controls = [
        context.button("Add a source", "set", here, "sources", primary=True),
        context.button("Test an address", "home", f"{here}:test"),
        *shown.build_turns(context, f"{here}:sources"),
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


def _name_source(source: Source) -> str:
    return shorten_line(source.called or addresses.mask_secrets(source.name))


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
    controls = [
        context.button("Give it a name", "set", target, "source_names", key),
        context.button("Full texts", "set", target, "full_text", key),
    ]
    if source in digest.paused_sources:
        again = context.button("Read it again", "set", target, "paused_sources", key)
        controls.append(again)
    else:
        controls.append(context.button("Pause", "set", target, "paused_sources", key))
    if source.kind != "folder":
        controls.append(context.button("Test it now", "home", f"{here}:test"))
    controls += [
        context.button("Move", "home", f"{here}:move"),
        context.button("Remove", "set", target, "sources", key),
        back_button(context, f"d{digest.id}:sources:1"),
    ]
    line = render_health(context, digest, source, pages.get(source.id))
    return build_page(context, _name_source(source), [line], controls)


async def _test_source(
    context: CommandContext, digest: Digest, source: Source, _: str
) -> Reply:
    tried = await try_addresses(context, [source.address])
    readings = render_readings(context, tried, digest_zone(digest))
    back = back_button(context, f"d{digest.id}:source:{source.id}")
    return build_page(context, _name_source(source), readings, [back])


async def _move_source(
    context: CommandContext, digest: Digest, source: Source, key: str
) -> Reply:
    """Show the digests that it can move to; with one, propose the move."""
    others = [one for one in await context.list_digests() if one.id != digest.id]
    here = f"d{digest.id}:source:{source.id}"
    if not key:
        check_not_last(digest)
        options = (
            MenuOption(
                id=context.control_id("home", f"{here}:move:{one.id}"),
                label=shorten_label(one.name, 60),
            )
            for one in others
        )
        label = context.say("Choose the digest that reads it from now on")
        menus = build_menu(label, options)[:MAX_MENUS]
        said = label if others else context.say("There is no other digest here.")
        back = back_button(context, here)
        return build_page(context, _name_source(source), [said], [back], menus)
    to = next((one for one in others if str(one.id) == key), None)
    if to is None:
        raise UnknownName("This digest no longer exists.")
    check_not_last(digest)
    return await propose_and_render(
        context,
        request_edit(to, partial(add_moved, digest=digest, source=source)),
        request_edit(digest, partial(remove_address, address=source.address)),
    )


_ACTIONS: Final[Mapping[str, SourcePage]] = {
    "": _show_source,
    "move": _move_source,
    "test": _test_source,
}


# ── trials ────────────────────────────────────────────────────────────────


async def test_address(context: CommandContext, digest: Digest) -> Reply | Form:
    """Ask for an address; with it, show what would be read there."""

    async def show_readings(given: Answers) -> Reply:
        wanted = expand_addresses(given["sources"])
        check_addresses(wanted)
        tried = await try_addresses(context, wanted)
        readings = render_readings(context, tried, context.zone)
        return build_page(
            context,
            context.say("What would be read"),
            [*readings, context.small_print("Nothing was saved.")],
            [back_button(context, f"d{digest.id}:sources:1")],
        )

    title = context.say("Test an address")
    fields = [_ask_for_addresses(context)]
    form = build_form(context, f"d{digest.id}:test", title, fields)
    return await run_form(context, form, show_readings)


def _ask_for_addresses(context: CommandContext) -> FormField:
    return FormField(
        name="sources",
        label=context.say("Addresses"),
        description=context.say("Of feeds, pages or sites; or a pack such as world"),
        lines=True,
    )
