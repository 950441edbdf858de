"""Import and export lists of feeds (OPML), from the pages of the panel.

A folder of the list is imported as the digest of its name, which is created if it does
not exist; if a digest is given, it gets all feeds. Titles are kept as the digest's own
names of its sources. A feed that cannot be read at present is reported, but imported.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated

from bot.commands.arguments import (
    FILE,
    find_digest,
    named_digest,
    read_given_bytes,
)
from bot.commands.changes import get_previews, propose, render_proposal
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.presentation import STATE_SIGNS, render_excerpt_sources
from bot.configuration import feed_lists
from bot.configuration.change_preview import count_excerpt_sources
from bot.configuration.diff import mask_source, shorten_line
from bot.errors import FieldError, report_at_field
from bot.ingest.polling import SourceTrial
from bot.model import (
    Block,
    Digest,
    Document,
    ListItem,
    Reply,
    SmallPrint,
)
from digests.language.normalization import normalize_text
from digests.sources import opml
from digests.sources.opml import OpmlDocument, Subscription

#: New feeds that are read once before anything is saved, and seconds for all of them.
MAX_TRIED, TRYING_SECONDS = 60, 60.0
#: Problems that are shown one by one.
MAX_PROBLEMS = 25


@command(
    "newsdesk source import",
    "Import another reader's feeds (OPML)",
    "https://reader.example/feeds.opml",
    typed=False,
)
async def import_feeds(
    context: CommandContext,
    file: Annotated[
        bytes,
        Option(
            "The text of the OPML file, or its address",
            rest=True,
            lines=True,
            attachable=True,
            convert=read_given_bytes,
            settings=("sources", "name"),
        ),
    ],
    digest: Annotated[
        Digest | None, named_digest("All go to it; without it each folder is a digest")
    ] = None,
) -> Reply:
    """Propose the new feeds of the list, and check whether they can be read."""
    source_reader = context.publisher.ingestor.source_reader
    with report_at_field(FILE):
        listed = await source_reader.parse_opml(file)
    named = await _name_digests(context, digest, listed.subscriptions)
    new = feed_lists.sort_new_feeds(named, await context.list_digests())
    if not new:
        raise FieldError("It names no feed that is new here.", field=FILE)
    change = await propose(context, *feed_lists.request_feeds(new))
    feeds = [feed.address for some in new.values() for feed in some]
    tried = await get_previews(context).try_addresses(feeds[:MAX_TRIED], TRYING_SECONDS)
    summary = _render_import(context, listed, len(feeds), tuple(tried.values()))
    return render_proposal(context, change, *summary)


@command(
    "newsdesk source export",
    "The feeds as a list for other readers (OPML)",
    typed=False,
)
async def export_feeds(
    context: CommandContext,
    digest: Annotated[Digest | None, named_digest("Its name")] = None,
) -> Reply:
    """Export the feeds of one digest or of all as OPML, without secret addresses."""
    found, secret = await context.query(
        feed_lists.list_feeds, digest=digest.name if digest else None
    )
    if not found:
        return context.answer("There is no feed to list here.")
    body = await asyncio.to_thread(opml.write_opml, found, title="Standfirst")
    text = body.decode()
    hint = context.small_print(
        "Keep it as a file that ends in .opml; other readers take it, and so does "
        "/newsdesk home."
    )
    blocks: list[Block] = [Document(name="standfirst.opml", text=text), hint]
    if secret:
        left = context.count(
            "{n} source was left out: its address is a secret.",
            "{n} sources were left out: their addresses are secrets.",
            secret,
        )
        blocks.append(SmallPrint(text=left))
    back = context.button("Control panel", "home", "")
    title = context.say("Feeds")
    return context.reply(*blocks, title=title, controls=[back], in_place=True)


async def _name_digests(
    context: CommandContext, only: Digest | None, listed: Sequence[Subscription]
) -> list[tuple[str, Subscription]]:
    """Name the digest of each feed: the only one, that of its folder, or that here."""
    if only is not None:
        return [(only.name, one) for one in listed]
    known = await context.list_digests()
    names = [_get_folder_digest(one, known) for one in listed]
    default = "" if all(names) else await _get_default_digest(context, known)
    return [(name or default, one) for name, one in zip(names, listed, strict=True)]


def _get_folder_digest(one: Subscription, known: Sequence[Digest]) -> str:
    """Return the name of the innermost folder's digest, which may not exist."""
    if not one.folders:
        return ""
    folder = one.folders[-1]
    there = {normalize_text(digest.name): digest.name for digest in known}
    return there.get(normalize_text(folder), folder[:80].strip())


async def _get_default_digest(context: CommandContext, known: Sequence[Digest]) -> str:
    """Return the name of the digest for feeds without a folder."""
    if not known:
        return feed_lists.DEFAULT_DIGEST_NAME
    with report_at_field("digest"):
        return (await find_digest(context, "")).name


def _render_import(
    context: CommandContext,
    listed: OpmlDocument,
    new: int,
    tried: Sequence[SourceTrial],
) -> Iterator[Block]:
    bad = [one for one in tried if one.problem]
    yield ListItem(
        title=context.count("{n} new feed", "{n} new feeds", new),
        text=context.say(
            "{good} of {tried} that were tried can be read.",
            good=len(tried) - len(bad),
            tried=len(tried),
        ),
    )
    yield from render_excerpt_sources(context, count_excerpt_sources(tried))
    for one in bad[:MAX_PROBLEMS]:
        title = f"{STATE_SIGNS['problem']} {mask_source(one.shown)}"
        problem = shorten_line(context.message(one.problem))
        yield ListItem(title=title, text=problem)
    if len(bad) > MAX_PROBLEMS:
        yield context.small_print("{n} more", n=len(bad) - MAX_PROBLEMS)
    if bad:
        yield context.small_print(
            "Feeds that cannot be read stay in the list and are tried again; remove "
            "them in /newsdesk home."
        )
    known = len(listed.subscriptions) - new
    if known:
        had = context.count(
            "{n} was a source already.", "{n} were sources already.", known
        )
        yield SmallPrint(text=had)
    if listed.left_out:
        left = context.count(
            "{n} was left out: no readable address, or too many.",
            "{n} were left out: no readable address, or too many.",
            listed.left_out,
        )
        yield SmallPrint(text=left)
