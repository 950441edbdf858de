"""`/news latest, when, discuss`: editions posted, coming, and their threads.

It names the message and the thread; the platform opens it, or finds it open. The same
edition in the same channel has one thread, whoever asks and however often.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.context import CommandContext, person_key, texts_for
from bot.configuration.diff import shorten_line
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.lookup import text_search
from bot.lookup.name_resolution import resolve_digest
from bot.model import (
    Command,
    CommandOption,
    Delivery,
    Digest,
    Discussion,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
    StoredEdition,
)
from bot.publishing.planning import (
    digest_zone,
    find_next_due,
    format_schedules,
    list_moments,
)
from bot.schedules.calendar import find_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import find_following_due
from bot.storage import delivery_store, edition_store


def build_latest(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        asked = invocation.args.get("edition", "").strip()
        if text_search.EDITION_ID.fullmatch(asked):
            return await _render_past_edition(context, invocation, asked)
        place = invocation.place
        if asked:
            digest = await _resolve_digest(context, invocation, asked)
            stored_edition = await context.db.read(
                edition_store.find_newest_edition_in,
                workspace_id=place.workspace.id,
                digest_id=digest.id,
            )
            awaited = [digest]
        else:
            stored_edition = await context.archive.newest(place)
            known = await context.archive.digests(place.workspace.id)
            awaited = [d for d in known if _is_posted_to(d, place.channel)]
        if stored_edition is None:
            return _explain_no_edition(awaited, context.clock.now(), texts)
        parts = await context.publisher.shown(
            stored_edition, invocation.place.workspace
        )
        return Reply(
            title=texts.say("The newest edition"),
            blocks=(RenderedEdition(parts=parts),),
        )

    return Command(
        path="news latest",
        description="The newest edition here, or an earlier one",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="edition",
                description="A digest's name, or an id such as e-7k3m9q",
                rest=True,
                completes="digest",
            ),
        ),
        examples=("/news latest", "/news latest Front page", "/news latest e-7k3m9q"),
    )


async def _resolve_digest(
    context: CommandContext, invocation: Invocation, asked: str
) -> Digest:
    """The digest with this name."""
    known = await context.archive.digests(invocation.place.workspace.id)
    try:
        return resolve_digest(known, asked)
    except UnknownName:
        names = ", ".join(f"«{digest.name}»" for digest in known)
        raise UnknownName(
            "«{asked}» is neither a digest here nor the ID of an edition, "
            "such as e-7k3m9q. Digests: {names}. /news search shows the IDs"
            " of past editions.",
            asked=asked[:60],
            names=names,
        ) from None


def _is_posted_to(digest: Digest, channel: str | None) -> bool:
    return any(there.channel == channel for there in digest.destinations)


def _explain_no_edition(
    awaited: Sequence[Digest], now: datetime, texts: Texts
) -> Reply:
    """That there is no edition yet, and when the first of these digests comes."""
    nothing = texts.say(
        "No edition has been posted here yet. An editor can post one with "
        "/newsdesk post."
    )
    due = [(at, d) for d in awaited if (at := find_next_due(d, now)) is not None]
    if not due:
        return Reply(blocks=(Paragraph(text=nothing),))
    at, digest = min(due, key=lambda pair: pair[0])
    first = texts.say(
        "The first one comes {when}: {digest}.",
        when=texts.moment(at, digest_zone(digest), now),
        digest=digest.name,
    )
    return Reply(blocks=(Paragraph(text=first), SmallPrint(text=nothing)))


async def _render_past_edition(
    context: CommandContext, invocation: Invocation, asked: str
) -> Reply:
    texts, workspace = texts_for(invocation), invocation.place.workspace
    stored_edition = await context.db.read(
        text_search.load_edition, **person_key(invocation), public_id=asked.split()[0]
    )
    parts = await context.publisher.shown(stored_edition, workspace)
    title = texts.say("The edition {id}", id=stored_edition.public_id)
    return Reply(title=title, blocks=(RenderedEdition(parts=parts),))


#: Moments that are named of each digest.
MAX_TIMES = 3


def build_when(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        place = invocation.place
        known = await context.archive.digests(place.workspace.id)
        here = [
            d for d in known if place.channel in {p.channel for p in d.destinations}
        ]
        zone = _parse_zone(invocation.args.get("zone", ""))
        own = await context.own_digest(invocation)
        shown = [*here, own] if own else here
        lines = tuple(
            _render_digest_times(context, digest, zone, texts) for digest in shown
        )
        title = texts.say("The next editions here")
        if not lines:
            nothing = texts.say("No digest is posted in this channel.")
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        return Reply(title=title, blocks=lines)

    return Command(
        path="news when",
        description="When the next editions come here",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="zone",
                description="Your zone, such as Europe/London",
                completes="zone",
            ),
        ),
        examples=("/news when", "/news when Europe/London"),
    )


def _parse_zone(said: str) -> str | None:
    return find_zone(said) if said.strip() else None


def _render_digest_times(
    context: CommandContext, digest: Digest, asked: str | None, texts: Texts
) -> ListItem:
    now, zone = context.clock.now(), asked or digest_zone(digest)
    moments = [] if digest.paused else _list_times(digest, now)
    if digest.paused:
        text = texts.say("It is paused.")
    elif not moments:
        text = texts.say("It has no schedule; editors post it by hand.")
    else:
        text = " · ".join(texts.moment(at, zone, now) for at in moments)
    left = texts.duration_until(moments[0], now) if moments else ""
    return ListItem(
        title=texts.say("Your digest") if digest.person else digest.name,
        text=text,
        note=" · ".join(
            filter(None, (left, asked, format_schedules(digest, texts) or zone))
        ),
    )


def _list_times(digest: Digest, now: datetime) -> list[datetime]:
    """The next moments, the stored one first: it knows what went out today."""
    stored = find_next_due(digest, now)
    found = {stored} if stored else set()
    for sentence in digest.schedules:
        try:
            rule = parse_schedule(sentence)
            first = find_following_due(rule, max(now, digest.next_due or now))
        except UserError:
            continue
        until, skips = digest.paused_until, digest.skips
        found |= {*list_moments(rule, first, MAX_TIMES, until=until, skips=skips)}
    return sorted(at for at in found if at > now)[:MAX_TIMES]


EDITION_OPTION = CommandOption(
    name="edition", description="Its id, e-…; without it the newest one here"
)


def build_discuss(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, place = texts_for(invocation), invocation.place
        title = texts.say("Discuss")
        platform = context.plugins[place.workspace.platform]
        if "thread" not in platform.post_options:
            nowhere = texts.say(
                "This page has no threads. On Discord and Slack an edition has one."
            )
            return Reply(title=title, blocks=(Paragraph(text=nowhere),))
        if place.of_person is not None:
            alone = texts.say("Your own editions have no thread: only you read them.")
            return Reply(title=title, blocks=(Paragraph(text=alone),))
        stored_edition = await _resolve_edition(context, invocation)
        first = await _find_first_message(context, invocation, stored_edition)
        how = texts.say(
            "Answer below the edition's first message, in its thread: point at the "
            "message and choose to reply in a thread."
        )
        return Reply(
            title=title,
            blocks=(Paragraph(text=how),),
            discussion=Discussion(
                channel=first.channel,
                message=first.message_id or "",
                name=_format_thread_name(stored_edition, first),
            ),
        )

    return Command(
        path="news discuss",
        description="A thread below an edition",
        permission=Permission.EVERYONE,
        run=run,
        options=(EDITION_OPTION,),
        examples=("/news discuss", "/news discuss e-7k3m9q"),
    )


async def _resolve_edition(
    context: CommandContext, invocation: Invocation
) -> StoredEdition:
    place, said = invocation.place, invocation.args.get("edition", "").strip()
    if said:
        stored_edition = await context.db.read(
            edition_store.find_edition_by_public_id,
            workspace_id=place.workspace.id,
            public_id=said,
        )
        if stored_edition is None:
            raise UnknownName(
                "There is no edition «{said}» here.", said=shorten_line(said)
            )
        return stored_edition
    newest = await context.archive.newest(place)
    if newest is None:
        raise UserError("No edition has been posted here yet.")
    return newest


async def _find_first_message(
    context: CommandContext, invocation: Invocation, stored_edition: StoredEdition
) -> Delivery:
    """The edition's first message in the channel or thread that was asked from."""
    place = invocation.place
    every = await context.db.read(
        delivery_store.list_deliveries,
        workspace_id=place.workspace.id,
        edition_id=stored_edition.id,
    )
    for one in every:
        there = one.operation == "post" and one.state == "sent" and one.message_id
        if there and _is_in_channel(one, place.channel or ""):
            return one
    raise UserError(
        "This edition was not posted in this channel. Ask for its "
        "thread where it was posted."
    )


def _is_in_channel(delivery: Delivery, channel: str) -> bool:
    """Whether it stands in the channel, or the channel is its thread."""
    message = delivery.message_id or ""
    return delivery.channel == channel or channel in message.split("/")


def _format_thread_name(stored_edition: StoredEdition, delivery: Delivery) -> str:
    stories = stored_edition.edition.stories
    if len(stories) == 1:
        return stories[0].headline.text
    return delivery.title or stored_edition.edition.title
