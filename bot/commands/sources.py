"""`/newsdesk source`: add, list, test, pause, remove, rename and move sources.

A name is the digest's own: the same feed may have another one elsewhere, and nobody
else sees it.

A source goes by the name it has here, by its own, and by its address as it is shown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.commands import files
from bot.commands.changes import DIGEST_OPTION, propose_and_render, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import request_edit
from bot.commands.forms import wrap_with_form
from bot.configuration.change_validation import FOLDER_ONLY_BY_FILE
from bot.configuration.diff import hide_folders, mask_source, shorten_line
from bot.configuration.feed_lists import expand_addresses
from bot.errors import FieldError, UnknownName, UserError
from bot.i18n.translation import Texts
from bot.ingest import addresses, source_state
from bot.ingest.polling import SourceTrial
from bot.model import (
    Block,
    Command,
    CommandHandler,
    CommandOption,
    Digest,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
    SmallPrint,
    Source,
)
from bot.publishing.planning import digest_zone
from digests.language.normalization import normalize_text
from digests.messages import Message

ADDRESS_OPTION = CommandOption(
    name="address",
    description="Of a feed, page or site; or a pack such as world",
    required=True,
    rest=True,
    completes="pack",
)
#: Addresses at once, articles shown of each, and sources of one page of the list.
MAX_ADDRESSES, MAX_NEWEST, PAGE_SIZE = 20, 3, 20


def build_sources(context: CommandContext) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (
        _build_add(context),
        _build_list(context),
        _build_test(context),
        _build_pause(context),
        _build_resume(context),
        _build_remove(context),
        build_rename(context),
        build_move(context),
        files.build_feed_import(context),
        files.build_feed_export(context),
    )


def _build_add(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        digest = await context.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        wanted = expand_addresses(invocation.args["address"])
        wish = request_edit(
            digest, lambda e: {**e, "sources": [*e["sources"], *wanted]}
        )
        # What cannot be a source is told before anything is dialled.
        change = await context.configuration.propose(invocation, wish)
        had = {source.address for source in (*digest.sources, *digest.paused_sources)}
        tried = await _try_addresses(context, [a for a in wanted if a not in had])
        if all(one.problem for one in tried):
            problems = " ".join(_format_problems(tried, texts))
            raise FieldError("{problems}", problems=problems, field="address")
        return render_proposal(
            context, change, texts, *_render_readings(tried, digest_zone(digest), texts)
        )

    return wrap_with_form(
        Command(
            path="newsdesk source add",
            description="Read one more feed, page or site",
            permission=Permission.EDITOR,
            run=run,
            options=(ADDRESS_OPTION, DIGEST_OPTION),
            examples=(
                "/newsdesk source add https://news.example/",
                '/newsdesk source add technology digest="Morning brief"',
            ),
        ),
        {"sources": "address"},
    )


def _build_test(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        wanted = expand_addresses(invocation.args["address"])
        for address in wanted:
            _check_is_address(address)
        tried = await _try_addresses(context, wanted)
        zone = invocation.place.workspace.zone
        last = SmallPrint(text=texts.say("Nothing was saved."))
        blocks = (*_render_readings(tried, zone, texts), last)
        return Reply(title=texts.say("What would be read"), blocks=blocks)

    return wrap_with_form(
        Command(
            path="newsdesk source test",
            description="What would be read there; nothing is saved",
            permission=Permission.EDITOR,
            run=run,
            options=(ADDRESS_OPTION,),
            examples=("/newsdesk source test https://news.example/feed.xml",),
        )
    )


def _check_is_address(address: str) -> None:
    if "://" not in address:
        raise FieldError(FOLDER_ONLY_BY_FILE, field="address")
    if addresses.is_masked(address):
        raise FieldError(
            "This address is shown without its secret. Write the whole address.",
            field="address",
        )


async def _try_addresses(
    context: CommandContext, wanted: Sequence[str]
) -> list[SourceTrial]:
    if len(wanted) > MAX_ADDRESSES:
        raise FieldError(
            "That is too many at once; at most {most}.",
            most=MAX_ADDRESSES,
            field="address",
        )
    return list(
        await asyncio.gather(*(context.previews.try_address(a) for a in wanted))
    )


def _render_readings(
    tried: Sequence[SourceTrial], zone: str, texts: Texts
) -> list[Block]:
    """What stands at each address: its title, how much, and the newest of it."""
    blocks: list[Block] = []
    for one in tried:
        if one.problem:
            blocks.append(
                ListItem(title=one.shown, text=f"✗ {texts.message(one.problem)}")
            )
            continue
        held = len(one.reading.articles) if one.reading else 0
        name = (one.reading and one.reading.title) or one.shown
        count = texts.count("{n} article", "{n} articles", held)
        blocks.append(
            ListItem(
                title=f"✓ {shorten_line(name)}",
                text=count,
                note=_format_feed_address(one, texts),
            )
        )
        blocks += [
            ListItem(
                title=shorten_line(article.title or article.text),
                note=texts.day_and_time(article.published, zone)
                if article.published
                else "",
                url=article.url,
            )
            for article in one.newest[: MAX_NEWEST if len(tried) == 1 else 1]
        ]
        if len(one.feeds) > 1:
            blocks.append(SmallPrint(text=_format_other_feeds(one, texts)))
    return blocks


def _format_feed_address(one: SourceTrial, texts: Texts) -> str:
    if one.read_at == one.shown:
        return one.shown
    return texts.say("read from its feed {address}", address=one.read_at)


def _format_other_feeds(one: SourceTrial, texts: Texts) -> str:
    others = [addresses.mask_secrets(a) for a in one.feeds if a != one.read_at][:5]
    return texts.say("It also names: {feeds}", feeds=", ".join(others))


def _format_problems(tried: Sequence[SourceTrial], texts: Texts) -> list[str]:
    return [
        f"{one.shown}: {texts.message(one.problem)}" for one in tried[:3] if one.problem
    ]


# ── what is read already ───────────────────────────────────────────────────────


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await context.archive.digests(invocation.place.workspace.id)
        wanted = invocation.args.get("digest")
        if wanted:
            known = (await context.archive.named(invocation.place, wanted),)
        lines = _render_health(context, known, texts)
        page = _parse_page(invocation.args.get("page", ""), len(lines), texts)
        blocks: list[Block] = list(lines[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        if len(lines) > PAGE_SIZE:
            pages = -(-len(lines) // PAGE_SIZE)
            text = texts.say("Page {page} of {pages}", page=page, pages=pages)
            blocks.append(SmallPrint(text=text))
        if not lines:
            nothing = texts.say(
                "No sources are read here yet. Start with /newsdesk setup."
            )
            blocks.append(Paragraph(text=nothing))
        return Reply(title=texts.say("Sources"), blocks=tuple(blocks))

    return Command(
        path="newsdesk source list",
        description="What is read, and how each source is",
        permission=Permission.EDITOR,
        run=run,
        options=(
            DIGEST_OPTION,
            CommandOption(name="page", description="Of the list: 1, 2 …"),
        ),
        examples=("/newsdesk source list", "/newsdesk source list page=2"),
    )


def _parse_page(said: str, count: int, texts: Texts) -> int:
    pages = max(1, -(-count // PAGE_SIZE))
    if not said.strip():
        return 1
    if not said.strip().isdecimal() or not 1 <= int(said.strip()[:6]) <= pages:
        raise UserError(texts.say("There are pages 1 to {pages}.", pages=pages))
    return int(said)


def _render_health(
    context: CommandContext, known: Sequence[Digest], texts: Texts
) -> list[ListItem]:
    signs = {"ok": "✓", "warning": "!", "problem": "✗"}
    now = context.clock.now()
    lines = []
    for digest in known:
        zone = digest_zone(digest)
        for source in digest.sources:
            how = source_state.describe_health(source, now, zone, texts)
            title = f"{signs[how.state]} {format_source_name(source)}"
            note = f"{digest.name} · {mask_source(source.address)}"
            text = hide_folders(how.text, (source,))
            lines.append(ListItem(title=title, text=text, note=note))
        for source in digest.paused_sources:
            note = f"{digest.name} · {mask_source(source.address)}"
            rests = texts.say("not read for now; /newsdesk source resume")
            lines.append(
                ListItem(title=f"– {format_source_name(source)}", text=rests, note=note)
            )
    return lines


# ── what is done with one of them ──────────────────────────────────────────────


def _build_pause(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await resolve_source(context, invocation)
        wish = request_edit(digest, lambda e: _set_paused(e, address, paused=True))
        return await propose_and_render(context, invocation, wish)

    return _build_source_command(
        "pause",
        "Pause a source",
        "/newsdesk source pause Hallin Courier",
        run,
    )


def _build_resume(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await resolve_source(context, invocation)
        wish = request_edit(digest, lambda e: _set_paused(e, address, paused=False))
        return await propose_and_render(context, invocation, wish)

    return _build_source_command(
        "resume",
        "Resume a paused source",
        "/newsdesk source resume Hallin Courier",
        run,
    )


def _build_remove(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest, address = await resolve_source(context, invocation)
        check_not_last_source(digest)
        wish = request_edit(digest, lambda e: remove_source(e, address))
        return await propose_and_render(context, invocation, wish)

    return _build_source_command(
        "remove",
        "Remove a source",
        "/newsdesk source remove https://news.example/feed.xml",
        run,
    )


def _build_source_command(
    name: str, description: str, example: str, run: CommandHandler
) -> Command:
    return wrap_with_form(
        Command(
            path=f"newsdesk source {name}",
            description=description,
            permission=Permission.EDITOR,
            run=run,
            options=(SOURCE_OPTION, DIGEST_OPTION),
            examples=(example,),
        ),
        {"sources": "source"},
    )


def _set_paused(entry: SettingsEntry, address: str, *, paused: bool) -> SettingsEntry:
    others = [a for a in entry["paused_sources"] if a != address]
    return {**entry, "paused_sources": [*others, address] if paused else others}


#: What stands for a source's own name.
OWN_NAME_SIGN = "-"


def build_rename(context: CommandContext) -> Command:
    """The command that says how a digest calls a source."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        digest, address = await resolve_source(context, invocation)
        name = " ".join(invocation.args["name"].split())
        wanted = "" if name == OWN_NAME_SIGN else name
        change = await context.configuration.propose(
            invocation,
            request_edit(digest, lambda e: _set_source_name(e, address, wanted)),
        )
        where = texts.say(
            "Lists call it so, and editions where its articles name no outlet."
        )
        return render_proposal(context, change, texts, SmallPrint(text=where))

    return wrap_with_form(
        Command(
            path="newsdesk source rename",
            description="Rename a source in a digest",
            permission=Permission.EDITOR,
            run=run,
            options=(
                replace(SOURCE_OPTION, rest=False),
                CommandOption(
                    name="name",
                    description="Its new name; - restores its own name",
                    required=True,
                    rest=True,
                ),
                DIGEST_OPTION,
            ),
            examples=('/newsdesk source rename "Hallin Courier" The Courier',),
        ),
        {"source_names": "name"},
    )


def _set_source_name(entry: SettingsEntry, address: str, name: str) -> SettingsEntry:
    others = {a: n for a, n in entry["source_names"].items() if a != address}
    return {**entry, "source_names": others | ({address: name} if name else {})}


def build_move(context: CommandContext) -> Command:
    """The command that gives a source to another digest."""

    async def run(invocation: Invocation) -> Reply:
        digest, address = await resolve_source(context, invocation)
        target = await context.archive.named(invocation.place, invocation.args["to"])
        if target.id == digest.id:
            raise FieldError(
                "«{name}» already reads it. Name another digest.",
                name=target.name,
                field="to",
            )
        check_not_last_source(digest)
        every = (*digest.sources, *digest.paused_sources)
        source = next(one for one in every if one.address == address)
        rests = source in digest.paused_sources
        return await propose_and_render(
            context,
            invocation,
            request_edit(
                target, lambda e: _add_source(e, address, source.called, rests=rests)
            ),
            request_edit(digest, lambda e: remove_source(e, address)),
        )

    return wrap_with_form(
        Command(
            path="newsdesk source move",
            description="Move a source to another digest",
            permission=Permission.EDITOR,
            run=run,
            options=(
                replace(SOURCE_OPTION, rest=False),
                CommandOption(
                    name="to",
                    description="The digest that reads it from now on",
                    required=True,
                    completes="digest",
                ),
                replace(DIGEST_OPTION, description="The digest that reads it now"),
            ),
            examples=('/newsdesk source move "Hallin Courier" Evening',),
        ),
        {"sources": "source"},
    )


def _add_source(
    entry: SettingsEntry, address: str, name: str | None, *, rests: bool
) -> SettingsEntry:
    """The digest with the source, as it was called and whether it rested."""
    if address in entry["sources"]:
        return entry
    wanted = {**entry, "sources": [*entry["sources"], address]}
    if rests:
        wanted["paused_sources"] = [*entry["paused_sources"], address]
    return _set_source_name(wanted, address, name) if name else wanted


#: How every command takes a source.
SOURCE_OPTION = CommandOption(
    name="source",
    description="Its name or address",
    required=True,
    rest=True,
    completes="source",
)


async def resolve_source(
    context: CommandContext, invocation: Invocation
) -> tuple[Digest, str]:
    """The digest, and the whole address of the source that is meant.

    Raises:
        UserError: The words fit none of what is read here, or several.
    """
    args, place = invocation.args, invocation.place
    if args.get("digest"):
        known: tuple[Digest, ...] = (
            await context.archive.named(place, args["digest"]),
        )
    else:
        known = await context.archive.digests(place.workspace.id)
    said = normalize_text(args["source"]).strip()
    pairs = [(d, s) for d in known for s in (*d.sources, *d.paused_sources)]
    exact = [(d, s) for d, s in pairs if said in _list_source_names(s)]
    near = exact or [
        (d, s) for d, s in pairs if any(said in n for n in _list_source_names(s))
    ]
    if len(near) == 1:
        return near[0][0], near[0][1].address
    if not near:
        names = ", ".join(
            f"«{format_source_name(s)}»" for _, s in pairs[:10]
        ) or Message("none")
        raise UnknownName(
            "«{source}» is no source here. There are: {names}.",
            source=shorten_line(args["source"]),
            names=names,
        )
    if len({s.address for _, s in near}) == 1:
        names = ", ".join(f"«{d.name}»" for d, _ in near)
        raise UserError(
            "Several digests read it: choose one with digest= ({names}).", names=names
        )
    names = ", ".join(f"«{format_source_name(s)}»" for _, s in near[:10])
    raise UserError(
        "«{source}» matches several: {names}.",
        source=shorten_line(args["source"]),
        names=names,
    )


def _list_source_names(source: Source) -> frozenset[str]:
    """What a source goes by; a secret address also by how it is shown."""
    forms = [source.name, source.address, mask_source(source.address)]
    forms += [source.called] if source.called else []
    return frozenset(normalize_text(form).strip() for form in forms)


def format_source_name(source: Source) -> str:
    """How people know the source here."""
    return shorten_line(source.called or addresses.mask_secrets(source.name))


def remove_source(entry: SettingsEntry, address: str) -> SettingsEntry:
    """The digest without this source."""
    kinds = ("sources", "paused_sources")
    return {**entry, **{k: [a for a in entry[k] if a != address] for k in kinds}}


def check_not_last_source(digest: Digest) -> None:
    """Raise `UserError` where the digest has only one source, which cannot go."""
    if len(digest.sources) + len(digest.paused_sources) == 1:
        raise UserError(
            "It is the only source of «{name}». Add another first, or "
            "delete the digest: /newsdesk digest delete.",
            name=digest.name,
        )
