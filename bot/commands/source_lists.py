"""/newsdesk source import, export: lists of feeds as other readers keep them (OPML).

A folder is a digest of its name, which is made where there is none; with a digest
named, all goes there. Titles stay, as the digest's own names of its sources. What
cannot be read at present is told, feed by feed, and stays in the list: tomorrow it may.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.files import read_bytes
from bot.commands.proposals import DIGEST, shown
from bot.commands.wording import texts_of
from bot.config_file import feed_lists
from bot.config_file.mistakes import name_mistake
from bot.configuring import NEW_DIGEST, Edit, Entry, Mistake, Wish
from bot.configuring.telling import cut, shown_source
from bot.errors import UserError
from bot.intake.trying import Tried
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Digest,
    Document,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Place,
    Reply,
    Small,
)
from digests.errors import DigestsError
from digests.language.fold import fold
from digests.sources import opml
from digests.sources.opml import Subscription

#: New feeds that are read once before anything is saved, so many at a time, within
#: so many seconds.
TRIED, AT_ONCE, PATIENCE = 60, 8, 60.0
#: Troubles that are told one by one.
TOLD = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """A list of feeds, by the digests that get them."""

    #: Names of digests → what is new to each.
    new: Mapping[str, tuple[Subscription, ...]]
    known: int


def bring_in(desk: Desk) -> Command:
    """The command that takes a list over."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        body = await read_bytes(desk, invocation, "file")
        try:
            listed = await desk.editions.intake.outside.feeds_in(body)
        except DigestsError as error:
            raise Mistake("{problem}", problem=error, field="file") from None
        found = await _sorted(desk, invocation, listed.subscriptions)
        if not found.new:
            raise Mistake("It names no feed that is new here.", field="file")
        change = await desk.configuring.propose(
            invocation,
            *(
                Wish(noun="digest", name=name, edit=_with(name, feeds))
                for name, feeds in found.new.items()
            ),
        )
        tried = await _tried(desk, [f for feeds in found.new.values() for f in feeds])
        told = _told(found, listed.left_out, tried, texts)
        return shown(desk, change, texts, *told)

    return asks_back(
        Command(
            path="newsdesk source import",
            description="Take over another reader's feeds (OPML)",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="file",
                    description="The text of the OPML file, or its address",
                    required=True,
                    rest=True,
                    lines=True,
                    attachable=True,
                ),
                Option(
                    name="digest",
                    description="All go to it; without it each folder is a digest",
                    completes="digest",
                ),
            ),
            examples=("/newsdesk source import https://reader.example/feeds.opml",),
        ),
        {"sources": "file", "name": "file"},
    )


def give_out(desk: Desk) -> Command:
    """The command that gives the list to other readers."""

    async def run(invocation: Invocation) -> Reply:
        texts, place = texts_of(invocation), invocation.place
        said = invocation.args.get("digest")
        one = (await desk.archive.named(place, said)).name if said else None
        found, secret = await desk.db.read(
            feed_lists.list_of, workspace_id=place.workspace.id, digest=one
        )
        if not found:
            nothing = texts.say("There is no feed to list here.")
            return Reply(blocks=(Paragraph(text=nothing),))
        text = opml.write(found, title="Standfirst").decode()
        hint = texts.say(
            "Keep it as a file that ends in .opml; other readers take it, and "
            "/newsdesk source import."
        )
        file = Document(name="standfirst.opml", text=text)
        blocks: list[Block] = [file, Small(text=hint)]
        if secret:
            left = texts.count(
                "{n} source was left out: its address is a secret.",
                "{n} sources were left out: their addresses are secrets.",
                secret,
            )
            blocks.append(Small(text=left))
        return Reply(title=texts.say("Feeds"), blocks=tuple(blocks))

    return Command(
        path="newsdesk source export",
        description="The feeds as a list for other readers (OPML)",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST,),
        examples=("/newsdesk source export",),
    )


async def _sorted(
    desk: Desk, invocation: Invocation, listed: Sequence[Subscription]
) -> Sorted:
    place, said = invocation.place, invocation.args.get("digest", "").strip()
    known = await desk.archive.digests(place.workspace.id)
    only = (await desk.archive.named(place, said)).name if said else None
    had = {d.name: {s.address for s in (*d.sources, *d.paused_sources)} for d in known}
    new: dict[str, list[Subscription]] = defaultdict(list)
    for one in listed:
        name = only or _folder(one, known) or await _here(desk, place)
        if one.address not in had.get(name, ()):
            new[name].append(one)
    count = sum(map(len, new.values()))
    return Sorted(
        new={name: tuple(feeds) for name, feeds in new.items()},
        known=len(listed) - count,
    )


def _folder(one: Subscription, known: Sequence[Digest]) -> str | None:
    """The digest that the innermost folder names, there or not."""
    if not one.folders:
        return None
    folder = one.folders[-1]
    there = {fold(digest.name): digest.name for digest in known}
    return there.get(fold(folder), folder[:80].strip())


async def _here(desk: Desk, place: Place) -> str:
    """Where feeds without a folder go."""
    if not await desk.archive.digests(place.workspace.id):
        return feed_lists.FIRST_DIGEST
    try:
        return (await desk.archive.named(place, None)).name
    except UserError as error:
        raise Mistake.of(error, field="digest") from None


def _with(name: str, feeds: Sequence[Subscription]) -> Edit:
    def edit(before: Entry | None) -> Entry:
        entry = before or {**NEW_DIGEST, "name": name}
        titles = {f.address: f.title[:80].strip() for f in feeds if _is_name(f)}
        return {
            **entry,
            "sources": [*entry["sources"], *(f.address for f in feeds)],
            "source_names": {**entry["source_names"], **titles},
        }

    return edit


def _is_name(feed: Subscription) -> bool:
    title = feed.title[:80].strip()
    return bool(title) and title != feed.address and name_mistake(title) is None


# ── whether they can be read ───────────────────────────────────────────────────


async def _tried(desk: Desk, feeds: Sequence[Subscription]) -> tuple[Tried, ...]:
    """What could be found out of the first of them within a minute."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(address: str) -> Tried:
        async with places:
            return await desk.previews.tried(address)

    tasks = [asyncio.ensure_future(one(f.address)) for f in feeds[:TRIED]]
    try:
        done, _ = await asyncio.wait(tasks, timeout=PATIENCE)
    finally:
        for task in tasks:
            task.cancel()
    return tuple(task.result() for task in tasks if task in done)


def _told(
    found: Sorted, left_out: int, tried: Sequence[Tried], texts: Texts
) -> Iterator[Block]:
    count = sum(map(len, found.new.values()))
    bad = [one for one in tried if one.problem]
    yield Line(
        title=texts.count("{n} new feed", "{n} new feeds", count),
        text=texts.say(
            "{good} of {tried} that were tried can be read.",
            good=len(tried) - len(bad),
            tried=len(tried),
        ),
    )
    for one in bad[:TOLD]:
        trouble = cut(texts.retold(one.problem))
        yield Line(title=f"✗ {shown_source(one.shown)}", text=trouble)
    if len(bad) > TOLD:
        yield Small(text=texts.say("{n} more", n=len(bad) - TOLD))
    if bad:
        stay = texts.say(
            "What cannot be read stays in the list and is tried again; /newsdesk "
            "source remove takes it out."
        )
        yield Small(text=stay)
    if found.known:
        had = texts.count(
            "{n} was a source already.", "{n} were sources already.", found.known
        )
        yield Small(text=had)
    if left_out:
        left = texts.count(
            "{n} was left out: no readable address, or too many.",
            "{n} were left out: no readable address, or too many.",
            left_out,
        )
        yield Small(text=left)
