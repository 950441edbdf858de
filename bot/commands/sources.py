"""`/newsdesk source`: add, list, test and move sources.

A digest may give a source a name of its own, which no other digest shows. People refer
to a source by that name, by the source's own name, or by its address as it is shown.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Annotated

from bot.commands.arguments import (
    DigestArgument,
    DigestsArgument,
    named_digest,
    parse_page,
    select_digests,
)
from bot.commands.changes import (
    get_previews,
    propose,
    propose_and_render,
    render_proposal,
    request_edit,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.presentation import STATE_SIGNS, Page, join_notes
from bot.configuration.change_validation import FOLDER_ONLY_BY_FILE
from bot.configuration.diff import hide_folders, mask_source, shorten_line
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.validation import BY_SOURCE
from bot.errors import (
    FieldError,
    UnknownName,
    UserError,
    quote_names,
    report_at_field,
)
from bot.ingest import addresses, source_health
from bot.ingest.polling import SourceTrial
from bot.model import (
    Block,
    Digest,
    ListItem,
    Reply,
    SettingsEntry,
    SmallPrint,
    Source,
)
from bot.publishing.planning import digest_zone
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.types import frozen

#: Addresses per command, articles shown of each, and sources per page of the list.
MAX_ADDRESSES, MAX_NEWEST, PAGE_SIZE = 20, 3, 20


AddressesArgument = Annotated[
    Sequence[str],
    Option(
        "Of a feed, page or site; or a pack such as world",
        rest=True,
        completes="pack",
        settings=("sources",),
        convert=lambda _, typed: expand_addresses(typed),
    ),
]


@command(
    "newsdesk source add",
    "Read one more feed, page or site",
    "https://news.example/",
    'technology digest="Morning brief"',
)
async def add_sources(
    context: CommandContext, address: AddressesArgument, digest: DigestArgument
) -> Reply:
    """Propose more sources, and show what can be read there now."""
    # Invalid addresses are refused before any of them is fetched.
    change = await propose(
        context,
        request_edit(digest, lambda e: {**e, "sources": [*e["sources"], *address]}),
    )
    had = {source.address for source in digest.all_sources}
    tried = await try_addresses(context, [a for a in address if a not in had])
    if all(one.problem for one in tried):
        problems = " ".join(
            f"{one.shown}: {context.message(one.problem)}" for one in tried[:3]
        )
        raise FieldError("{problems}", problems=problems, field="address")
    readings = render_readings(context, tried, digest_zone(digest))
    return render_proposal(context, change, *readings)


@command(
    "newsdesk source test",
    "What would be read there; nothing is saved",
    "https://news.example/feed.xml",
)
async def try_sources(context: CommandContext, address: AddressesArgument) -> Reply:
    """Show what can be read at the addresses, without saving anything."""
    with report_at_field("address"):
        check_addresses(address)
    tried = await try_addresses(context, address)
    return context.reply(
        *render_readings(context, tried, context.zone),
        context.small_print("Nothing was saved."),
        title=context.say("What would be read"),
    )


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


# ── the list ───────────────────────────────────────────────────────────────────


@command("newsdesk source list", "What is read, and how each source is", "", "page=2")
async def list_sources(
    context: CommandContext,
    digest: DigestsArgument,
    page: Annotated[int, Option("Of the list: 1, 2 …", convert=parse_page)] = 1,
) -> Reply:
    """List the sources of one digest or of all, each with its health."""
    total = sum(len(one.all_sources) for one in digest)
    shown = Page.of(range(total), page, PAGE_SIZE)
    pairs = ((one, source) for one in digest for source in one.all_sources)
    some = [*islice(pairs, shown.first - 1, shown.first - 1 + len(shown.items))]
    pages = await source_health.load_page_counts(
        context.db, [source for _, source in some], context.now
    )
    lines = [
        render_health(context, one, source, pages.get(source.id))
        for one, source in some
    ]
    position = SmallPrint(text=shown.format_position(context))
    more = [position] if shown.pages > 1 else []
    nothing = context.say("No sources are read here yet. Start with /newsdesk setup.")
    return context.listing(context.say("Sources"), lines, *more, nothing=nothing)


def render_health(
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
    return ListItem(
        title=f"{sign} {_format_source_name(source)}",
        text=text,
        note=f"{digest.name} · {mask_source(source.address)}",
    )


# ── one source of a digest ─────────────────────────────────────────────────────


@frozen
class DigestSource:
    """A source of one digest."""

    digest: Digest
    source: Source

    @property
    def address(self) -> str:
        """The whole address, secrets included."""
        return self.source.address


async def _find_source(context: CommandContext, typed: str) -> DigestSource:
    """Find a source in the digest of the option `digest`, or in any digest.

    Raises:
        UserError: The words match none of the sources here, or several.
    """
    named = context.invocation.args.get("digest", "").strip()
    said = normalize_text(typed).strip()
    pairs = [
        DigestSource(digest=digest, source=source)
        for digest in await select_digests(context, named)
        for source in digest.all_sources
    ]
    # In a thread: a workspace may have thousands of sources.
    near = await asyncio.to_thread(_match_sources, pairs, said)
    if len(near) == 1:
        return near[0]
    if not near:
        raise UnknownName(
            "«{source}» is not a source here. There are: {names}.",
            source=shorten_line(typed),
            names=_join_names(pairs) or Message("none"),
        )
    if len({one.address for one in near}) == 1:
        raise UserError(
            "Several digests read it: choose one with digest= ({names}).",
            names=quote_names(one.digest.name for one in near),
        )
    raise UserError(
        "«{source}» matches several: {names}.",
        source=shorten_line(typed),
        names=_join_names(near),
    )


def _match_sources(pairs: Sequence[DigestSource], said: str) -> list[DigestSource]:
    """List the sources of this name; without one, those whose name contains it."""
    named = [(one, _list_names(one.source)) for one in pairs]
    return [one for one, names in named if said in names] or [
        one for one, names in named if any(said in name for name in names)
    ]


def _join_names(found: Sequence[DigestSource]) -> str:
    return quote_names(_format_source_name(one.source) for one in found[:10])


def _list_names(source: Source) -> frozenset[str]:
    """List the names of a source; a secret address also as it is shown."""
    address, called = source.address, source.called or source.name
    forms = (source.name, called, address, mask_source(address))
    return frozenset(normalize_text(form).strip() for form in forms)


def _format_source_name(source: Source) -> str:
    """Format the name that the digest shows for the source."""
    return shorten_line(source.called or addresses.mask_secrets(source.name))


_SOURCE_OPTION = Option(
    "Its name or address",
    rest=True,
    completes="source",
    settings=("sources",),
    convert=_find_source,
)
SourceArgument = Annotated[DigestSource, _SOURCE_OPTION]
#: The same, if another argument follows.
FollowedSourceArgument = Annotated[DigestSource, replace(_SOURCE_OPTION, rest=False)]


def remove_address(entry: SettingsEntry, address: str) -> SettingsEntry:
    """Remove a source from the settings of a digest."""
    kinds = ("sources", "paused_sources")
    return {**entry, **{k: [a for a in entry[k] if a != address] for k in kinds}}


def check_not_last(digest: Digest) -> None:
    """Refuse to remove the only source of a digest.

    Raises:
        UserError: It is the only source.
    """
    if len(digest.all_sources) == 1:
        raise UserError(
            "It is the only source of «{name}». Add another first, or "
            "delete the digest: /newsdesk digest delete.",
            name=digest.name,
        )


def set_of_source(
    entry: SettingsEntry, setting: str, address: str, value: str
) -> SettingsEntry:
    """Set a value that the settings keep by source; "" removes it."""
    others = {a: v for a, v in entry[setting].items() if a != address}
    return {**entry, setting: others | ({address: value} if value else {})}


@command(
    "newsdesk source move",
    "Move a source to another digest",
    '"Hallin Courier" Evening',
)
async def move_source(
    context: CommandContext,
    source: FollowedSourceArgument,
    to: Annotated[Digest, named_digest("The digest that reads it from now on")],
    digest: Annotated[
        str, Option("The digest that reads it now", completes="digest")
    ] = "",
) -> Reply:
    """Propose to move the source to another digest, under its name here."""
    if to.id == source.digest.id:
        raise FieldError(
            "«{name}» already reads it. Name another digest.", name=to.name, field="to"
        )
    check_not_last(source.digest)
    return await propose_and_render(
        context,
        request_edit(
            to, partial(add_moved, digest=source.digest, source=source.source)
        ),
        request_edit(source.digest, partial(remove_address, address=source.address)),
    )


def add_moved(entry: SettingsEntry, digest: Digest, source: Source) -> SettingsEntry:
    """Add a source of another digest, with its settings there, paused as it was."""
    address, present = source.address, digest.settings
    if address in entry["sources"]:
        return entry
    lists = ["sources"]
    if source in digest.paused_sources:
        lists.append("paused_sources")
    changed = {name: [*entry[name], address] for name in lists}
    wanted: SettingsEntry = {**entry, **changed}
    for setting in BY_SOURCE:
        value = getattr(present, setting).get(address, "")
        wanted = set_of_source(wanted, setting, address, value)
    return wanted
