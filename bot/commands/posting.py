"""`/newsdesk post, undo`: post an edition now, or delete it, after a confirmation.

The confirm button contains a fresh number: however often it is pressed or delivered, it
posts one edition. It also contains the topic and the other destination, which are
checked again when it is pressed. The button of `undo` contains the edition to delete:
pressed late or twice, it deletes that edition or nothing.

The bot must be able to post there, and the person must be able to write there
themselves: a digest must not open a channel that is closed to them. The platform is
asked for both when the edition is shown and again when it is confirmed; if that fails,
posting is refused.
"""

import secrets
from typing import Annotated

from bot.commands.arguments import DigestNameArgument
from bot.commands.context import CommandContext, Option, collapse_blanks
from bot.commands.declaration import command
from bot.commands.panel import back_button, build_page
from bot.commands.presentation import format_channels
from bot.errors import Forbidden, SendError, UnknownName, UserError
from bot.ingest.polling import describe_unread
from bot.lookup.name_resolution import resolve_destination
from bot.model import Destination, Digest, Reply, SmallPrint
from bot.model.scope import MAX_KEY
from bot.ports import WriteAccessChecker
from bot.publishing import manual
from bot.publishing.edition_inputs import EditionOrder
from bot.publishing.manual import ManualPublisher, parse_topic
from digests.language.normalization import parse_whole_number

#: Characters of a topic: a button's id has a hundred in all.
MAX_TOPIC_LENGTH = 40


def _convert_topic(context: CommandContext, typed: str) -> str:
    """Return the topic on one line.

    Raises:
        UserError: It is too long, or contains no word to search for.
    """
    # A button cannot carry unprintable characters.
    shown = "".join(c if c.isprintable() else " " for c in typed)
    topic = collapse_blanks(context, shown)
    if len(topic) > MAX_TOPIC_LENGTH:
        raise UserError(
            "The topic has at most {most} characters. Keep the words that matter most.",
            most=MAX_TOPIC_LENGTH,
        )
    if topic:
        parse_topic(topic)
    return topic


async def _convert_destination(context: CommandContext, typed: str) -> Destination:
    """Find the destination of this name, if the person may post an edition there."""
    found = resolve_destination(await context.list_destinations(), typed)
    await _check_can_post(context, found)
    return found


@command(
    "newsdesk post",
    "Post an edition now; the scheduled one still comes",
    "",
    "{digest}",
    "topic={topic}",
    "{digest} to={destination}",
)
async def post_edition(
    context: CommandContext,
    digest: DigestNameArgument,
    topic: Annotated[
        str,
        Option("Only what has these words, as in /news search", convert=_convert_topic),
    ] = "",
    to: Annotated[
        Destination | None,
        Option(
            "Only to this destination, also one that is not its own",
            completes="destination",
            convert=_convert_destination,
        ),
    ] = None,
) -> Reply:
    """Ask whether to post: everything new, or a draft for a topic or destination."""
    if not topic and to is None:
        return await ask_to_post(context, digest)
    order = EditionOrder(digest=digest, workspace=context.workspace, topic=topic, to=to)
    question = _format_question(context, order)
    carried = [str(digest.id), secrets.token_hex(6)]
    publisher = ManualPublisher(publisher=context.publisher)
    draft = await publisher.draft(order, context.workspace.platform)
    carried += [str(to.id if to else 0), topic]
    return context.reply(
        question,
        draft.rendered,
        SmallPrint(text=_describe_effect(context, order)),
        controls=[context.button("Post now", "post", *carried, primary=True)],
    )


async def ask_to_post(context: CommandContext, digest: Digest, _: str = "") -> Reply:
    """Ask whether to post what is new in the digest."""
    order = EditionOrder(digest=digest, workspace=context.workspace)
    carried = (str(digest.id), secrets.token_hex(6))
    post = context.button("Post now", "post", *carried, primary=True)
    back = back_button(context, f"d{digest.id}")
    return build_page(context, "", [_format_question(context, order)], [post, back])


def _format_destinations(order: EditionOrder) -> str:
    """Format the channels that get the edition.

    Raises:
        UserError: There is none.
    """
    where = format_channels(order.destinations)
    if not where:
        raise UserError(
            "«{name}» has no destination to post to. Give it one in /newsdesk home.",
            name=order.digest.name,
        )
    return where


def _format_question(context: CommandContext, order: EditionOrder) -> str:
    said = {"digest": order.digest.name, "where": _format_destinations(order)}
    if order.topic:
        return context.say(
            "This posts to {where} now what «{digest}» has on «{topic}» and has not "
            "posted there yet:",
            **said,
            topic=order.topic,
        )
    if order.to is not None:
        return context.say(
            "This posts «{digest}» to {where} now, with what has not been posted "
            "there yet:",
            **said,
        )
    return context.say(
        "This posts «{digest}» to {where} now, with what has not been posted yet.",
        **said,
    )


def _describe_effect(context: CommandContext, order: EditionOrder) -> str:
    """Describe the effect on later editions."""
    if order.among_own:
        return context.say(
            "The next edition goes to all channels of the digest and may repeat it "
            "there."
        )
    if order.separate:
        return context.say(
            "The digest's own channels do not get it; for them these stories stay new."
        )
    return context.say(
        "These stories then count as posted. The scheduled edition still comes."
    )


@post_edition.control("confirmed")
async def post_confirmed(context: CommandContext, carried: str) -> Reply:
    """Post the confirmed edition: digest key, number, destination key and topic."""
    key, once, to, topic = (*carried.split(":", 3), "", "")[:4]
    digest_id = parse_whole_number(key, MAX_KEY) or 0
    digest = await context.archive.digest(context.scope, digest_id)
    place_id = parse_whole_number(to, MAX_KEY) or 0
    if not topic and not place_id:
        return await _post_digest(context, digest, f"post-{once}")
    place = None
    if place_id:
        known = {place.id: place for place in await context.list_destinations()}
        if place_id not in known:
            raise UnknownName("The channel this was for is no longer a destination.")
        place = known[place_id]
        await _check_can_post(context, place)
    order = EditionOrder(
        digest=digest, workspace=context.workspace, topic=topic, to=place
    )
    publisher = ManualPublisher(publisher=context.publisher)
    edition = await publisher.post(order, f"post-{once}")
    context.services.wake()
    said = context.count(
        "Posting «{digest}» to {where} with {n} story.",
        "Posting «{digest}» to {where} with {n} stories.",
        len(edition.edition.stories),
        digest=digest.name,
        where=_format_destinations(order),
    )
    return _render_outcome(context, digest, said)


async def _post_digest(context: CommandContext, digest: Digest, slot: str) -> Reply:
    outcome = await context.publisher.post_now(digest, slot)
    context.services.wake()
    edition, unread = outcome.stored_edition, list[str]()
    if outcome.unread:
        unread.append(context.message(describe_unread(outcome.unread)))
    if edition is None:
        return _render_outcome(
            context, digest, context.message(outcome.reason), *unread
        )
    said = context.count(
        "Posting «{digest}» with {n} story.",
        "Posting «{digest}» with {n} stories.",
        len(edition.edition.stories),
        digest=digest.name,
    )
    return _render_outcome(context, digest, said, *unread)


def _render_outcome(context: CommandContext, digest: Digest, *said: str) -> Reply:
    """Render what was done in the place of the question, with the way back."""
    return build_page(context, "", said, [back_button(context, f"d{digest.id}")])


@command("newsdesk undo", "Undo the newest edition, within ten minutes", "", "{digest}")
async def undo_edition(context: CommandContext, digest: DigestNameArgument) -> Reply:
    """Ask whether to delete the messages of the digest's newest edition."""
    edition = await context.db.read(
        manual.find_undoable_edition, digest.scope, digest_id=digest.id, now=context.now
    )
    question = context.say(
        "This deletes the messages of the newest edition of «{digest}». Its stories "
        "can come again in the next one.",
        digest=digest.name,
    )
    undo = context.button("Take it back", "undo", edition.public_id, primary=True)
    return context.reply(question, controls=[undo])


@undo_edition.control("confirmed")
async def undo_confirmed(context: CommandContext, public_id: str) -> Reply:
    """Delete the messages of this edition."""
    done = await context.db.write(
        manual.undo_edition,
        context.scope,
        public_id=public_id,
        by=context.signature,
        now=context.now,
    )
    context.services.wake()
    if done.before:
        return context.answer("This edition has already been taken back.")
    said = context.count(
        "Undone: {n} message is being deleted.",
        "Undone: {n} messages are being deleted.",
        done.deleted,
    )
    return context.reply(said)


async def _check_can_post(context: CommandContext, place: Destination) -> None:
    """Reject a destination that the bot or the person cannot post to.

    Raises:
        UserError: The bot cannot post there, or it could not be checked.
        Forbidden: The person cannot write there.
    """
    if place.paused is not None:
        raise UserError(
            "Posting to #{name} is paused: {why}", name=place.name, why=place.paused
        )
    doctor = context.services.doctor
    for found in await doctor.check_destinations(context.workspace, [place]):
        if found.state == "problem":
            raise UserError(
                "The bot cannot post to #{name}: {text}. {fix}",
                name=place.name,
                text=found.text,
                fix=found.fix,
            )
    if not await _may_write(context, place):
        raise Forbidden(
            "You cannot write in #{name}, so you cannot post an edition "
            "there. Ask somebody who can.",
            name=place.name,
        )


async def _may_write(context: CommandContext, place: Destination) -> bool:
    workspace = context.workspace
    platform: object = context.publisher.platforms.get(workspace.platform)
    if platform is None:
        raise UserError(
            "{platform} is not connected, so nothing can be posted there. "
            "«standfirst doctor» tells the operator why.",
            platform=workspace.platform,
        )
    if not isinstance(platform, WriteAccessChecker):
        return True
    try:
        person = context.person.id
        return await platform.may_write(workspace.external_id, place.channel, person)
    except SendError as error:
        raise UserError(
            "Could not check whether you may write in #{name}: {why} Try again in a "
            "minute.",
            name=place.name,
            why=str(error),
        ) from error
