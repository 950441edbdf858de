"""`/news latest, when, discuss`: posted editions, coming ones, and their threads.

`discuss` returns the message and the thread's name; the platform opens the thread or
finds it. An edition has one thread per channel, however often it is requested.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated

from bot.commands.arguments import parse_zone
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.presentation import join_notes
from bot.configuration.diff import shorten_line
from bot.errors import UnknownName, UserError, quote_names
from bot.lookup import text_search
from bot.lookup.name_resolution import EDITION_ID, resolve_digest
from bot.model import (
    Delivery,
    Digest,
    Discussion,
    ListItem,
    RenderedEdition,
    Reply,
    SmallPrint,
    StoredEdition,
)
from bot.publishing.planning import (
    digest_zone,
    find_next_due,
    format_schedules,
    list_next_dues,
)
from bot.storage import delivery_store, edition_store


@command(
    "news latest",
    "The newest edition here, or an earlier one",
    "",
    "{digest}",
    "{edition}",
)
async def show_latest(
    context: CommandContext,
    edition: Annotated[
        str,
        Option(
            "A digest's name, or an id such as e-7k3m9q", rest=True, completes="digest"
        ),
    ] = "",
) -> Reply:
    """Show the newest edition of this channel or a digest, or the one with this id."""
    title, found = context.say("The newest edition"), None
    awaited: Sequence[Digest] = ()
    if named := EDITION_ID.fullmatch(edition):
        found = await context.query(
            text_search.load_edition,
            public_id=named[1],
            person_id=context.person.id,
        )
        title = context.say("The edition {id}", id=found.public_id)
    elif edition:
        awaited = [await _resolve_digest(context, edition)]
        find_newest = edition_store.find_newest_edition_in
        found = await context.query(find_newest, digest_id=awaited[0].id)
    else:
        found = await context.archive.newest(context.place)
        awaited = await context.list_digests_here()
    if found is None:
        return _explain_no_edition(context, awaited)
    parts = await context.publisher.shown(found, context.workspace)
    return context.reply(RenderedEdition(parts=parts), title=title)


async def _resolve_digest(context: CommandContext, asked: str) -> Digest:
    known = await context.list_digests()
    try:
        return resolve_digest(known, asked)
    except UnknownName:
        raise UnknownName(
            "«{asked}» is neither a digest here nor the id of an edition such as "
            "e-7k3m9q. Digests: {names}. /news search shows the ids of past editions.",
            asked=asked[:60],
            names=quote_names(digest.name for digest in known),
        ) from None


def _explain_no_edition(context: CommandContext, awaited: Sequence[Digest]) -> Reply:
    """Explain that there is no edition yet, and when the first one is posted."""
    nothing = context.say(
        "No edition has been posted here yet. An editor can post one with "
        "/newsdesk post."
    )
    due = [(at, d) for d in awaited if (at := find_next_due(d, context.now))]
    if not due:
        return context.reply(nothing)
    at, digest = min(due, key=itemgetter(0))
    when = context.format_moment(at, digest_zone(digest))
    first = context.say(
        "The first one comes {when}: {digest}.", when=when, digest=digest.name
    )
    return context.reply(first, SmallPrint(text=nothing))


#: Coming times that are shown of each digest.
MAX_TIMES = 3


@command("news when", "When the next editions come here", "", "Europe/London")
async def show_next_editions(
    context: CommandContext,
    zone: Annotated[
        str,
        Option(
            "Your zone, such as Europe/London", completes="zone", convert=parse_zone
        ),
    ] = "",
) -> Reply:
    """Show the next times of each digest of this channel, and of the reader's own."""
    shown = (*await context.list_digests_here(), await context.find_own_digest())
    return context.listing(
        context.say("The next editions here"),
        [_render_digest_times(context, digest, zone) for digest in shown if digest],
        nothing=context.say("No digest is posted in this channel."),
    )


def _render_digest_times(
    context: CommandContext, digest: Digest, asked: str
) -> ListItem:
    zone = asked or digest_zone(digest)
    moments = list_next_dues(digest, context.now, MAX_TIMES)
    if digest.paused:
        text = context.say("It is paused.")
    elif not moments:
        text = context.say("It has no schedule; editors post it by hand.")
    else:
        text = join_notes(*(context.format_moment(at, zone) for at in moments))
    texts = context.texts
    left = texts.duration_until(moments[0], context.now) if moments else ""
    note = join_notes(left, asked, format_schedules(digest, texts) or zone)
    title = context.say("Your digest") if digest.person else digest.name
    return ListItem(title=title, text=text, note=note)


@command("news discuss", "A thread below an edition", "", "e-7k3m9q")
async def open_discussion(
    context: CommandContext,
    edition: Annotated[str, Option("Its id, e-…; without it the newest one here")] = "",
) -> Reply:
    """Request the thread of the edition's first message in this channel."""
    title = context.say("Discuss")
    platform = context.services.plugins[context.workspace.platform]
    if "thread" not in platform.post_options:
        return context.answer(
            "This page has no threads. On Discord and Slack an edition has one.",
            title=title,
        )
    if context.place.of_person is not None:
        return context.answer(
            "Your own editions have no thread: only you read them.", title=title
        )
    found = await _resolve_edition(context, edition)
    first = await _find_first_message(context, found)
    how = context.say(
        "Answer below the edition's first message, in its thread: point at the "
        "message and choose to reply in a thread."
    )
    name, stories = first.title or found.edition.title, found.edition.stories
    if len(stories) == 1:
        name = stories[0].headline.text
    discussion = Discussion(
        channel=first.channel, message=first.message_id or "", name=name
    )
    return context.reply(how, title=title, discussion=discussion)


async def _resolve_edition(context: CommandContext, public_id: str) -> StoredEdition:
    if not public_id:
        newest = await context.archive.newest(context.place)
        if newest is None:
            raise UserError("No edition has been posted here yet.")
        return newest
    find_edition = edition_store.find_edition_by_public_id
    found = await context.query(find_edition, public_id=public_id)
    if found is None:
        said = shorten_line(public_id)
        raise UnknownName("There is no edition «{said}» here.", said=said)
    return found


async def _find_first_message(
    context: CommandContext, edition: StoredEdition
) -> Delivery:
    """Find the edition's first message in the channel or thread of the call."""
    every = await context.query(delivery_store.list_deliveries, edition_id=edition.id)
    channel = context.place.channel or ""
    for one in every:
        message = one.message_id or ""
        # The channel of the call may be the message's thread.
        here = one.channel == channel or channel in message.split("/")
        if here and message and one.operation == "post" and one.state == "sent":
            return one
    raise UserError(
        "This edition was not posted in this channel. Ask for its thread where it was "
        "posted."
    )
