"""`/newsdesk home`: the control panel, from which everything can be reached.

    «»              problems first, then each digest, and what can be set up
    d12, d12:…      a digest, and what can be done with it
    d12:source:7    one of its sources
    p3, p3:…        a destination
    w               the workspace
    problems, held, reports, report:r-…, digests:2, places

Each page is the argument of the control `home`; see `commands.panel`. A page that is
open while somebody deletes what it shows answers with a sentence and the way back.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from bot.commands import (
    destination_pages,
    digest_pages,
    drafts,
    posting,
    problems,
    sources,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_pages import DIGESTS_PER_PAGE
from bot.commands.panel import (
    back_button,
    build_menu,
    build_page,
    build_problem,
    list_setting_options,
)
from bot.commands.presentation import Page, render_quotas
from bot.commands.setting_targets import find_target_by_key
from bot.errors import UnknownName, UserError
from bot.lookup.name_resolution import posts_to
from bot.model import (
    Block,
    Control,
    ControlMenu,
    Digest,
    FactTable,
    Form,
    ListItem,
    Reply,
)
from bot.model.quotas import NEAR_LIMIT
from bot.model.scope import MAX_KEY
from digests.language.normalization import parse_whole_number

#: Digests that the overview shows with a button each; of more, it has a menu.
MAX_LISTED: Final = 4

OpenPage = Callable[[CommandContext, str], Awaitable[Reply | Form]]
OpenDigestPage = Callable[[CommandContext, Digest, str], Awaitable[Reply | Form]]


@command("newsdesk home", "Control panel: what is wrong, and every setting")
async def show_home(context: CommandContext) -> Reply:
    """Show what needs attention, then each digest, then what else can be set up."""
    digests, found = await context.list_digests(), await problems.load_problems(context)
    blocks: list[Block | str] = []
    blocks += problems.render_problems(context, found, problems.MAX_FIRST)
    blocks += await drafts.render_waiting(context)
    blocks += await render_quotas(context, NEAR_LIMIT)
    menus: tuple[ControlMenu, ...] = ()
    controls: list[Control] = []
    only = _find_only_digest(context, digests)
    if not digests:
        blocks.append(
            context.say(
                "No digest is set up here yet. The first one takes a minute: what it "
                "reads, and when it is posted."
            )
        )
    shown = digests if len(digests) <= MAX_LISTED else [only] if only else []
    for digest in shown:
        blocks.append(await digest_pages.render_digest_line(context, digest))
    if digests and await _is_new_channel(context):
        title = context.say("This channel is not a destination yet.")
        add = context.button("Add this channel", "home", "here")
        blocks.append(ListItem(title=title, control=add))
    if len(digests) > MAX_LISTED:
        blocks.append(_render_count(context, len(digests)))
        first = digests[:DIGESTS_PER_PAGE]
        menus = await digest_pages.build_digest_choices(context, first)
    elif only is not None:
        named = len(digests) > 1
        menus = digest_pages.build_digest_menus(context, only, named=named)
        controls += digest_pages.build_first_buttons(context, only)
    controls += _build_buttons(context, is_empty=not digests)
    return build_page(context, context.say("Control panel"), blocks, controls, menus)


async def _is_new_channel(context: CommandContext) -> bool:
    """Check whether this is a channel that nothing can be posted to yet."""
    channel = context.place.channel
    if channel is None or context.place.of_person is not None:
        return False
    return all(one.channel != channel for one in await context.list_destinations())


def _render_count(context: CommandContext, count: int) -> ListItem:
    said = context.count("{n} digest", "{n} digests", count)
    if count <= DIGESTS_PER_PAGE:
        return ListItem(title=said)
    every = context.button("All digests", "home", "digests:1")
    return ListItem(title=said, control=every)


def _find_only_digest(
    context: CommandContext, digests: tuple[Digest, ...]
) -> Digest | None:
    """Find the only digest of the workspace, or the only one that posts here."""
    here = [one for one in digests if posts_to(one, context.place.channel)]
    few = digests if len(digests) == 1 else here
    return few[0] if len(few) == 1 else None


def _build_buttons(context: CommandContext, *, is_empty: bool) -> Iterator[Control]:
    yield context.button("New digest", "new", "digest", primary=is_empty)
    yield context.button("All destinations", "home", "places")
    yield context.button("Workspace", "home", "w")
    if not is_empty:
        yield context.button("History", "history")
        yield context.button("Status", "status")
    yield context.button("Doctor", "doctor")


show_home.control("again")(problems.send_again)
show_home.control("leave")(problems.leave_held)


# ── pages ──────────────────────────────────────────────────────────────────────


@show_home.control("page")
async def open_page(context: CommandContext, page: str) -> Reply | Form:
    """Open the page of this name."""
    try:
        return await _open_page(context, page)
    except UserError as error:
        # What it shows was deleted, or what was asked for cannot be done.
        above, _, _ = page.rpartition(":")
        gone = isinstance(error, UnknownName)
        return build_problem(context, error, "" if gone else above.partition(":")[0])


async def _open_page(context: CommandContext, page: str) -> Reply | Form:
    name, _, rest = page.partition(":")
    if name in _PAGES:
        return await _PAGES[name](context, rest)
    key = parse_whole_number(name[1:], MAX_KEY) or 0
    what, _, more = rest.partition(":")
    if name[:1] == "p":
        return await destination_pages.open_place(context, key, rest)
    if name[:1] == "d" and what in _DIGEST_PAGES:
        digest = await context.archive.digest(context.scope, key)
        if digest.person is not None:
            raise UnknownName("This digest no longer exists.")
        return await _DIGEST_PAGES[what](context, digest, more)
    raise UnknownName("This page no longer exists.")


async def _list_digests(context: CommandContext, number: str) -> Reply:
    digests = await context.list_digests()
    shown = Page.of(digests, number, DIGESTS_PER_PAGE)
    position = [text] if (text := shown.format_position(context)) else []
    return build_page(
        context,
        context.say("Digests"),
        [context.count("{n} digest", "{n} digests", len(digests)), *position],
        [*shown.build_turns(context, "home", "digests"), back_button(context)],
        await digest_pages.build_digest_choices(context, shown.items),
    )


async def _show_workspace(context: CommandContext, _: str) -> Reply:
    """Show the settings of the workspace, and what can be done with all of it."""
    target = await find_target_by_key(context, "w")
    options = list_setting_options(context, "w", target.settings, "when", "who")
    controls = [
        context.button("Who may edit", "access"),
        context.button("Export the set-up", "export"),
        context.button("Import feeds (OPML)", "import-feeds"),
        context.button("Export feeds (OPML)", "export-feeds"),
        context.button("Erase everything", "erasure"),
        back_button(context),
    ]
    blocks = [FactTable(rows=tuple((one.label, one.note) for one in options))]
    menus = build_menu(context.say("Settings of this workspace"), options)
    return build_page(context, context.workspace.name, blocks, controls, menus)


_PAGES: Final[Mapping[str, OpenPage]] = {
    "digests": _list_digests,
    "held": problems.show_held,
    "here": destination_pages.add_place,
    "places": destination_pages.list_places,
    "problems": problems.show_problems,
    "report": problems.answer_report,
    "reports": problems.show_reports,
    "w": _show_workspace,
}
_DIGEST_PAGES: Final[Mapping[str, OpenDigestPage]] = {
    "": digest_pages.show_digest,
    "copy": digest_pages.copy_digest,
    "delete": digest_pages.delete_digest,
    "post": posting.ask_to_post,
    "test": sources.ask_for_address,
    "sources": sources.list_sources,
    "source": sources.open_source,
}
