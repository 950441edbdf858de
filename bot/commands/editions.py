"""`/news latest`: posted editions, the coming ones, and the threads of posted ones.

The button «Discuss» returns the message and the thread's name; the platform opens the
thread or finds it. An edition has one thread per channel, however often it is pressed.
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Annotated

from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.presentation import has_thread, join_notes, render_article_line
from bot.errors import UnknownName, UserError, quote_names
from bot.lookup import text_search
from bot.lookup.name_resolution import parse_story_name, resolve_digest
from bot.model import (
    Block,
    Control,
    Delivery,
    Digest,
    Discussion,
    ListItem,
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
from bot.storage import decision_store, delivery_store, edition_store


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
    if named := parse_story_name(edition).edition:
        found = await context.query(
            text_search.load_edition,
            public_id=named,
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
    return context.reply(
        await context.publisher.show(found, context.workspace),
        title=title,
        controls=[
            context.button("What was left out", "missing", found.public_id),
            context.button("Next editions", "next", found.public_id),
            context.button("Corrections", "corrections", "7"),
            context.button("Saved stories", "saved", "1"),
        ],
        in_place=True,
    )


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


@show_latest.control("next")
async def show_next_editions(context: CommandContext, edition: str) -> Reply:
    """Show the next times of each digest of this channel, and of the reader's own."""
    zone = await context.get_own_zone()
    shown = (*await context.list_digests_here(), await context.find_own_digest())
    lines = [_render_digest_times(context, one, zone) for one in shown if one]
    return context.reply(
        *(lines or (context.say("No digest is posted in this channel."),)),
        title=context.say("The next editions here"),
        controls=[build_back_to_edition(context, edition)],
        in_place=True,
    )


def build_back_to_edition(context: CommandContext, edition: str) -> Control:
    """Build the button of a page that leads back to the edition with this id."""
    return context.button("Back to the edition", "latest", edition)


def _render_digest_times(
    context: CommandContext, digest: Digest, reader_zone: str
) -> ListItem:
    """Render its coming times, in its own zone and, if it differs, the reader's."""
    zone, texts = digest_zone(digest), context.texts
    moments = list_next_dues(digest, context.now, MAX_TIMES)
    if digest.paused:
        text = context.say("It is paused.")
    elif not moments:
        text = context.say("It has no schedule; editors post it by hand.")
    else:
        text = join_notes(*(context.format_moment(at, zone) for at in moments))
    left = texts.duration_until(moments[0], context.now) if moments else ""
    theirs = ""
    if moments and reader_zone != zone:
        at = context.format_moment(moments[0], reader_zone)
        theirs = context.say("{when} in {zone}", when=at, zone=reader_zone)
    note = join_notes(left, format_schedules(digest, texts) or zone, theirs)
    title = context.say("Your digest") if digest.person else digest.name
    return ListItem(title=title, text=text, note=note)


# ── what is not in it ──────────────────────────────────────────────────────────

#: Articles that are listed.
MAX_MISSING = 12


@show_latest.control("missing")
async def show_missing_stories(context: CommandContext, edition: str) -> Reply:
    """Show what was read for the edition and is not in it, each with the reason."""
    found = await context.query(
        text_search.load_edition, public_id=edition, person_id=context.person.id
    )
    left_out = await context.query(
        decision_store.list_left_out,
        digest_id=found.digest_id,
        occurrence_id=found.occurrence_id,
    )
    lines: list[Block | str] = []
    for decision in left_out[:MAX_MISSING]:
        article = await context.archive.article(context.scope, int(decision.article))
        if article is not None:
            line = render_article_line(context, article)
            lines.append(replace(line, text=context.message(decision.reason)))
    more = len(left_out) - MAX_MISSING
    if more > 0:
        said = context.count("{n} more was left out", "{n} more were left out", more)
        lines.append(SmallPrint(text=said))
    if not lines:
        lines = [context.say("Nothing that was read for it was left out.")]
    return context.reply(
        *lines,
        context.small_print(
            "About anything else: /news why, then words of its headline."
        ),
        title=context.say("Left out of the edition {id}", id=found.public_id),
        controls=[build_back_to_edition(context, edition)],
        in_place=True,
    )


# ── threads ────────────────────────────────────────────────────────────────────


@show_latest.control("discuss")
async def open_discussion(context: CommandContext, edition: str) -> Reply:
    """Request the thread of the edition's first message in this channel."""
    title = context.say("Discuss")
    if context.place.of_person is not None:
        return context.answer(
            "Your own editions have no thread: only you read them.", title=title
        )
    if not has_thread(context):
        return context.answer(
            "This page has no threads. On Discord and Slack an edition has one.",
            title=title,
        )
    found = await context.archive.edition(context.place, edition)
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
