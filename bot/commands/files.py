"""Configuration files and OPML lists in chat: read what is given, import, export.

It is no command, and understands nothing of what stands in the file. A file that was
attached is asked for where the platform keeps it and nowhere else, up to a size.

It takes what `/newsdesk export` gives. The change is one change: confirmed by a button,
kept in the history whole, and taken back whole.

A folder is a digest of its name, which is made where there is none; with a digest
named, all goes there. Titles stay, as the digest's own names of its sources. What
cannot be read at present is told, feed by feed, and stays in the list: tomorrow it may.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.commands.changes import DIGEST_OPTION, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.forms import wrap_with_form
from bot.configuration import feed_lists, file_export, file_import
from bot.configuration.change_steps import ChangeRequest, EntryEdit, InvalidChange
from bot.configuration.diff import mask_source, shorten_line
from bot.configuration.file_import import FileContext, build_requests
from bot.configuration.validation import find_name_problem
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.ingest.polling import SourceTrial
from bot.model import (
    ATTACHMENT_LIMIT,
    DEFAULT_DIGEST,
    Attachment,
    Block,
    Command,
    CommandOption,
    Digest,
    Document,
    Form,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
    SmallPrint,
)
from bot.storage import destination_store, workspace_store
from digests.errors import DigestsError
from digests.language.normalization import normalize_text
from digests.sources import opml
from digests.sources.opml import Subscription

#: Seconds that another machine may take to give a file.
DOWNLOAD_SECONDS = 20.0
_BOM = "\ufeff"


async def read_given_text(
    context: CommandContext, invocation: Invocation, option: str
) -> str:
    """The text, as UTF-8, with or without a byte order mark.

    Raises:
        Mistake: It cannot be had; about `option`.
    """
    given = _get_given(invocation, option)
    if isinstance(given, str) and not is_address(given):
        return given.removeprefix(_BOM)
    body = await read_given_bytes(context, invocation, option)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FieldError(
            "The file is not UTF-8 text. Save it as UTF-8 and give it again.",
            field=option,
        ) from None


async def read_given_bytes(
    context: CommandContext, invocation: Invocation, option: str
) -> bytes:
    """The bytes of the file.

    Raises:
        Mistake: As above.
    """
    given = _get_given(invocation, option)
    source_reader = context.publisher.ingestor.source_reader
    if isinstance(given, Attachment):
        _check_size(given, option)
        body = await _await_file(
            source_reader.fetch_attachment(given, most=ATTACHMENT_LIMIT), option
        )
        if len(body) != given.size:
            # Also what a platform shows in its place to whoever may not read it.
            raise FieldError(
                "The file did not arrive completely. Attach it again.", field=option
            )
        return body
    if not is_address(given):
        return given.encode("utf-8", "replace")
    return await _await_file(source_reader.fetch_file(given.strip()), option)


def is_address(given: str) -> bool:
    """Whether it is one address and nothing else."""
    said = given.strip()
    return said.lower().startswith(("https://", "http://")) and len(said.split()) == 1


def _get_given(invocation: Invocation, option: str) -> str | Attachment:
    text = invocation.args.get(option, "")
    file = invocation.attached.get(option)
    if file is not None and text.strip():
        raise FieldError("Give the text or a file, not both.", field=option)
    return text if file is None else file


def _check_size(file: Attachment, option: str) -> None:
    if file.size > ATTACHMENT_LIMIT:
        raise FieldError(
            "A file may have at most {most} KB; «{name}» has {size} KB. Give it in "
            "several parts.",
            most=ATTACHMENT_LIMIT // 1_000,
            name=file.name[:80],
            size=-(-file.size // 1_000),
            field=option,
        )


async def _await_file(work: Awaitable[bytes], option: str) -> bytes:
    try:
        return await asyncio.wait_for(work, DOWNLOAD_SECONDS)
    except TimeoutError:
        raise FieldError(
            "It did not come within {n} seconds. Try again, or give its text.",
            n=round(DOWNLOAD_SECONDS),
            field=option,
        ) from None
    except DigestsError as error:
        raise FieldError("{problem}", problem=error, field=option) from None


#: What `prune` takes.
PRUNE_YES, PRUNE_NO = "yes", "no"


def build_apply(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts, args = texts_for(invocation), invocation.args
        text = await read_given_text(context, invocation, "file")
        here = await _load_file_context(context, invocation.place)
        try:
            block = file_import.parse_workspace_block(text, here)
        except UserError as error:
            raise FieldError.of(error, field="file") from None
        wanted = build_requests(block, here, prune=args.get("prune") == PRUNE_YES)
        if not wanted:
            raise FieldError("It is empty.", field="file")
        try:
            change = await context.configuration.propose(invocation, *wanted)
        except InvalidChange as invalid:
            problems = [(one.location, one.problem) for one in invalid.problems]
            every = file_import.explain_problems(problems)
            raise FieldError.of(every, field="file") from None
        stays = texts.say(
            "What the file does not name stays as it is, unless prune says yes."
        )
        return render_proposal(context, change, texts, SmallPrint(text=stays))

    return wrap_with_form(
        Command(
            path="newsdesk apply",
            description="Apply a configuration file; the changes are shown first",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="file",
                    description="Its text as /newsdesk export gives it, or its address",
                    required=True,
                    rest=True,
                    lines=True,
                    attachable=True,
                ),
                CommandOption(
                    name="prune",
                    description="Also remove what the file does not name",
                    choices=(PRUNE_NO, PRUNE_YES),
                ),
            ),
            examples=("/newsdesk apply https://config.example/newsroom.toml",),
        )
    )


async def _load_file_context(context: CommandContext, place: Location) -> FileContext:
    key = place.workspace.id
    return FileContext(
        workspace=place.workspace,
        plugins=context.plugins,
        destinations=await context.db.read(
            destination_store.list_destinations, workspace_id=key
        ),
        digests=await context.archive.digests(key),
        grants=await context.db.read(workspace_store.list_grants, workspace_id=key),
        channel=place.channel,
        is_from_chat=True,
    )


def build_export(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        workspace = invocation.place.workspace
        toml = await context.db.read(
            file_export.dump_configuration, workspace_id=workspace.id, paths=False
        )
        hint = texts.say(
            "Keep it as a file; /newsdesk apply takes it back, and an operator's "
            "standfirst apply FILE. Secrets of addresses and places of folders are "
            "left out."
        )
        if not toml.strip():
            nothing = texts.say(
                "Nothing is set up here yet. Start with /newsdesk setup."
            )
            return Reply(blocks=(Paragraph(text=nothing),))
        file = Document(name="standfirst.toml", text=toml)
        return Reply(
            title=texts.say("Configuration"), blocks=(file, SmallPrint(text=hint))
        )

    return Command(
        path="newsdesk export",
        description="The set-up of this workspace as a file",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk export",),
    )


#: New feeds that are read once before anything is saved, so many at a time, within
#: so many seconds.
MAX_TRIED, TRIED_AT_ONCE, TRYING_SECONDS = 60, 8, 60.0
#: Troubles that are told one by one.
MAX_PROBLEMS = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedsByDigest:
    """A list of feeds, by the digests that get them."""

    #: Names of digests → what is new to each.
    new: Mapping[str, tuple[Subscription, ...]]
    known: int


def build_feed_import(context: CommandContext) -> Command:
    """The command that takes a list over."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        body = await read_given_bytes(context, invocation, "file")
        try:
            listed = await context.publisher.ingestor.source_reader.parse_opml(body)
        except DigestsError as error:
            raise FieldError("{problem}", problem=error, field="file") from None
        found = await _sort_by_digest(context, invocation, listed.subscriptions)
        if not found.new:
            raise FieldError("It names no feed that is new here.", field="file")
        change = await context.configuration.propose(
            invocation,
            *(
                ChangeRequest(noun="digest", name=name, edit=_add_feeds(name, feeds))
                for name, feeds in found.new.items()
            ),
        )
        tried = await _try_feeds(
            context, [f for feeds in found.new.values() for f in feeds]
        )
        summary = _render_import(found, listed.left_out, tried, texts)
        return render_proposal(context, change, texts, *summary)

    return wrap_with_form(
        Command(
            path="newsdesk source import",
            description="Import another reader's feeds (OPML)",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="file",
                    description="The text of the OPML file, or its address",
                    required=True,
                    rest=True,
                    lines=True,
                    attachable=True,
                ),
                CommandOption(
                    name="digest",
                    description="All go to it; without it each folder is a digest",
                    completes="digest",
                ),
            ),
            examples=("/newsdesk source import https://reader.example/feeds.opml",),
        ),
        {"sources": "file", "name": "file"},
    )


def build_feed_export(context: CommandContext) -> Command:
    """The command that gives the list to other readers."""

    async def run(invocation: Invocation) -> Reply:
        texts, place = texts_for(invocation), invocation.place
        said = invocation.args.get("digest")
        one = (await context.archive.named(place, said)).name if said else None
        found, secret = await context.db.read(
            feed_lists.list_feeds, workspace_id=place.workspace.id, digest=one
        )
        if not found:
            nothing = texts.say("There is no feed to list here.")
            return Reply(blocks=(Paragraph(text=nothing),))
        text = opml.write_opml(found, title="Standfirst").decode()
        hint = texts.say(
            "Keep it as a file that ends in .opml; other readers take it, and "
            "/newsdesk source import."
        )
        file = Document(name="standfirst.opml", text=text)
        blocks: list[Block] = [file, SmallPrint(text=hint)]
        if secret:
            left = texts.count(
                "{n} source was left out: its address is a secret.",
                "{n} sources were left out: their addresses are secrets.",
                secret,
            )
            blocks.append(SmallPrint(text=left))
        return Reply(title=texts.say("Feeds"), blocks=tuple(blocks))

    return Command(
        path="newsdesk source export",
        description="The feeds as a list for other readers (OPML)",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST_OPTION,),
        examples=("/newsdesk source export",),
    )


async def _sort_by_digest(
    context: CommandContext, invocation: Invocation, listed: Sequence[Subscription]
) -> FeedsByDigest:
    place, said = invocation.place, invocation.args.get("digest", "").strip()
    known = await context.archive.digests(place.workspace.id)
    only = (await context.archive.named(place, said)).name if said else None
    had = {d.name: {s.address for s in (*d.sources, *d.paused_sources)} for d in known}
    new: dict[str, list[Subscription]] = defaultdict(list)
    for one in listed:
        name = (
            only
            or _get_folder_digest(one, known)
            or await _get_default_digest(context, place)
        )
        if one.address not in had.get(name, ()):
            new[name].append(one)
    count = sum(map(len, new.values()))
    return FeedsByDigest(
        new={name: tuple(feeds) for name, feeds in new.items()},
        known=len(listed) - count,
    )


def _get_folder_digest(one: Subscription, known: Sequence[Digest]) -> str | None:
    """The digest that the innermost folder names, there or not."""
    if not one.folders:
        return None
    folder = one.folders[-1]
    there = {normalize_text(digest.name): digest.name for digest in known}
    return there.get(normalize_text(folder), folder[:80].strip())


async def _get_default_digest(context: CommandContext, place: Location) -> str:
    """Where feeds without a folder go."""
    if not await context.archive.digests(place.workspace.id):
        return feed_lists.DEFAULT_DIGEST_NAME
    try:
        return (await context.archive.named(place, None)).name
    except UserError as error:
        raise FieldError.of(error, field="digest") from None


def _add_feeds(name: str, feeds: Sequence[Subscription]) -> EntryEdit:
    def edit(before: SettingsEntry | None) -> SettingsEntry:
        entry = before or {**DEFAULT_DIGEST, "name": name}
        titles = {f.address: f.title[:80].strip() for f in feeds if _is_usable_title(f)}
        return {
            **entry,
            "sources": [*entry["sources"], *(f.address for f in feeds)],
            "source_names": {**entry["source_names"], **titles},
        }

    return edit


def _is_usable_title(feed: Subscription) -> bool:
    title = feed.title[:80].strip()
    return bool(title) and title != feed.address and find_name_problem(title) is None


# ── whether they can be read ───────────────────────────────────────────────────


async def _try_feeds(
    context: CommandContext, feeds: Sequence[Subscription]
) -> tuple[SourceTrial, ...]:
    """What could be found out of the first of them within a minute."""
    places = asyncio.Semaphore(TRIED_AT_ONCE)

    async def one(address: str) -> SourceTrial:
        async with places:
            return await context.previews.try_address(address)

    tasks = [asyncio.ensure_future(one(f.address)) for f in feeds[:MAX_TRIED]]
    try:
        done, _ = await asyncio.wait(tasks, timeout=TRYING_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
    return tuple(task.result() for task in tasks if task in done)


def _render_import(
    found: FeedsByDigest, left_out: int, tried: Sequence[SourceTrial], texts: Texts
) -> Iterator[Block]:
    count = sum(map(len, found.new.values()))
    bad = [one for one in tried if one.problem]
    yield ListItem(
        title=texts.count("{n} new feed", "{n} new feeds", count),
        text=texts.say(
            "{good} of {tried} that were tried can be read.",
            good=len(tried) - len(bad),
            tried=len(tried),
        ),
    )
    for one in bad[:MAX_PROBLEMS]:
        trouble = shorten_line(texts.message(one.problem))
        yield ListItem(title=f"✗ {mask_source(one.shown)}", text=trouble)
    if len(bad) > MAX_PROBLEMS:
        yield SmallPrint(text=texts.say("{n} more", n=len(bad) - MAX_PROBLEMS))
    if bad:
        stay = texts.say(
            "What cannot be read stays in the list and is tried again; /newsdesk "
            "source remove takes it out."
        )
        yield SmallPrint(text=stay)
    if found.known:
        had = texts.count(
            "{n} was a source already.", "{n} were sources already.", found.known
        )
        yield SmallPrint(text=had)
    if left_out:
        left = texts.count(
            "{n} was left out: no readable address, or too many.",
            "{n} were left out: no readable address, or too many.",
            left_out,
        )
        yield SmallPrint(text=left)
