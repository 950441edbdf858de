"""`/newsdesk digest`: create, list, clone and delete digests."""

import asyncio
from typing import Annotated

from bot.commands.arguments import named_digest
from bot.commands.changes import (
    propose_and_render,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_requests import (
    NewDestinations,
    NewName,
    NewSchedule,
    NewSettings,
    NewSources,
    request_digest,
    request_new_digest,
)
from bot.commands.presentation import format_channels, join_notes
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import shorten_line
from bot.model import (
    DEFAULT_DIGEST,
    Digest,
    ListItem,
    Reply,
)
from bot.publishing.planning import capitalize_first, format_schedule


@command(
    "newsdesk digest create",
    "A new digest for this channel",
    '"World" world schedule="daily at 7:00"',
    '"Tech" https://news.example/feed.xml',
)
async def create_digest(
    context: CommandContext,
    *,
    name: NewName,
    source: NewSources,
    schedule: NewSchedule = "",
    to: NewDestinations = (),
    settings: NewSettings,
) -> Reply:
    """Propose a new digest, with its destination and the workspace's zone."""
    requests = await request_new_digest(context, name, source, schedule, settings, to)
    later = context.small_print(
        "Its sources are read when it is saved; /newsdesk preview then shows the "
        "edition."
    )
    return await propose_and_render(context, *requests, more=[later])


@command("newsdesk digest list", "Every digest: what it reads, when, where it goes")
async def list_digests(context: CommandContext) -> Reply:
    """List the digests with their sources, length, schedules and destinations."""
    lines = []
    for digest in await context.list_digests():
        lines.append(_render_digest(context, digest))
        # Others are answered between two of a hundred digests.
        await asyncio.sleep(0)
    nothing = context.say("There is no digest yet. /newsdesk setup makes one.")
    return context.listing(context.say("Digests"), lines, nothing=nothing)


def _render_digest(context: CommandContext, digest: Digest) -> ListItem:
    when = context.say("paused") if digest.paused else context.format_next_due(digest)
    where = format_channels(digest.destinations) or context.say("no destination")
    schedules = (format_schedule(one, context.texts) for one in digest.schedules)
    text = join_notes(
        context.count("{n} source", "{n} sources", len(digest.sources)),
        context.count("{n} story", "{n} stories", digest.options.stories),
        digest.options.language,
        *(shorten_line(capitalize_first(one)) for one in schedules),
    )
    return ListItem(title=digest.name, text=text, note=f"{when} → {where}")


@command(
    "newsdesk digest clone",
    "A new digest with another one's settings",
    '"Morning brief" "Late brief"',
)
async def clone_digest(
    context: CommandContext,
    digest: Annotated[Digest, named_digest("The one that is copied")],
    name: NewName,
    to: NewDestinations = (),
) -> Reply:
    """Propose a copy of the digest, without its schedules and pauses."""
    entry = {**digest.settings.to_entry(), "name": name}
    for setting in ("schedule", "skip", "paused", "paused_until"):
        entry[setting] = DEFAULT_DIGEST[setting]
    if to:
        entry["destinations"] = list(to)
    left = context.small_print(
        "Its schedules are not copied, so that nothing is posted twice: "
        "/newsdesk home. It starts afresh: nothing counts as posted yet."
    )
    return await propose_and_render(context, request_digest(name, entry), more=[left])


@command("newsdesk digest delete", "Delete a digest; what it posted stays", "Evening")
async def delete_digest(
    context: CommandContext,
    digest: Annotated[Digest, named_digest("Its name", rest=True)],
) -> Reply:
    """Propose to delete the digest."""
    request = ChangeRequest(noun="digest", name=digest.name, edit=lambda _: None)
    stays = context.say(
        "It is no longer posted. What was posted stays, with its buttons, and it can "
        "be brought back with /newsdesk history."
    )
    return await propose_and_render(context, request, more=[stays])
