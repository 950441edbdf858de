"""`/newsdesk post, undo`: an edition now, after a confirmation, and its withdrawal.

The confirm button carries a fresh number: however often it is pressed or sent again,
it orders one edition. With a topic or another channel it carries these, too, and they
are checked again when it is pressed.

The confirm button carries the edition that was asked about: pressed late or twice, it
takes back that one or nothing.

The bot must be able to post there, and whoever asks must be able to write there
themselves: a digest is no way into a channel that is not theirs. Both are asked of the
platform each time, when it is shown and again when it is confirmed; what cannot be
found out is refused. It posts nothing.
"""

import secrets
from dataclasses import dataclass

from bot.commands.context import CommandContext, texts_for
from bot.commands.destinations import find_destination, load_destinations
from bot.errors import Forbidden, SendError, UnknownName, UserError
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Control,
    Destination,
    Digest,
    Invocation,
    Paragraph,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.ports import WriteAccessChecker
from bot.publishing import manual
from bot.publishing.manual import ManualOrder, ManualPublisher, parse_topic

#: Characters of a topic: a button has room for a hundred in all.
MAX_TOPIC_LENGTH = 40


def build_post(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_for(invocation), invocation.args
        confirmed = args.get("confirmed")
        if confirmed:
            return await _post_confirmed(context, invocation, confirmed, texts)
        digest = await context.archive.named(invocation.place, args.get("digest"))
        topic, to = _parse_topic(args.get("topic")), args.get("to", "").strip()
        if not topic and not to:
            return _ask_to_post(context, invocation, digest, texts)
        channel = (
            await resolve_postable_destination(context, invocation, to) if to else None
        )
        order = ManualOrder(digest=digest, topic=topic, to=channel)
        return await _render_draft(context, invocation, order, texts)

    return Command(
        path="newsdesk post",
        description="Post an edition now; the scheduled one still comes",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
            CommandOption(
                name="topic",
                description="Only what has these words, as in /news search",
            ),
            CommandOption(
                name="to",
                description="Only to this destination, also one that is not its own",
                completes="destination",
            ),
        ),
        examples=(
            "/newsdesk post",
            "/newsdesk post Front page",
            '/newsdesk post topic="harbour bridge"',
            "/newsdesk post Front page to=breaking",
        ),
    )


def _parse_topic(typed: str | None) -> str:
    """What the topic is, in one line.

    Raises:
        UserError: It is too long, or nothing to look for.
    """
    # What cannot be shown could not be carried by a button either.
    shown = "".join(c if c.isprintable() else " " for c in typed or "")
    topic = " ".join(shown.split())
    if len(topic) > MAX_TOPIC_LENGTH:
        raise UserError(
            "The topic has at most {most} characters. Keep the words that matter most.",
            most=MAX_TOPIC_LENGTH,
        )
    if topic:
        parse_topic(topic)
    return topic


def _format_destinations(order: ManualOrder) -> str:
    """Who gets it.

    Raises:
        UserError: Nobody would.
    """
    where = ", ".join(f"#{d.name}" for d in order.destinations)
    if not where:
        raise UserError(
            "«{name}» has no destination to post to. Give it one: "
            "/newsdesk digest edit.",
            name=order.digest.name,
        )
    return where


def _ask_to_post(
    context: CommandContext, invocation: Invocation, digest: Digest, texts: Texts
) -> Reply:
    question = texts.say(
        "This posts «{digest}» to {where} now, with everything new "
        "since its last edition.",
        digest=digest.name,
        where=_format_destinations(ManualOrder(digest=digest)),
    )
    control = _build_post_control(
        context, invocation, texts, str(digest.id), secrets.token_hex(6)
    )
    return Reply(blocks=(Paragraph(text=question),), controls=(control,))


async def _render_draft(
    context: CommandContext, invocation: Invocation, order: ManualOrder, texts: Texts
) -> Reply:
    """Who will get what, before anybody gets it."""
    question = _format_question(order, texts)
    platform = invocation.place.workspace.platform
    draft = await ManualPublisher(publisher=context.publisher).draft(order, platform)
    carried = (
        str(order.digest.id),
        secrets.token_hex(6),
        str(order.to.id if order.to else 0),
        order.topic,
    )
    return Reply(
        blocks=(
            Paragraph(text=question),
            RenderedEdition(parts=draft.parts),
            SmallPrint(text=_describe_effect(order, texts)),
        ),
        controls=(_build_post_control(context, invocation, texts, *carried),),
    )


def _build_post_control(
    context: CommandContext, invocation: Invocation, texts: Texts, *args: str
) -> Control:
    workspace = invocation.place.workspace
    return Control(
        id=context.controls.signed(workspace.id, "post", *args),
        label=texts.say("Post now"),
        primary=True,
    )


def _format_question(order: ManualOrder, texts: Texts) -> str:
    said = {"digest": order.digest.name, "where": _format_destinations(order)}
    if not order.topic:
        return texts.say(
            "This posts «{digest}» to {where} now, with everything that was"
            " not posted there before:",
            **said,
        )
    return texts.say(
        "This posts the news of «{digest}» about «{topic}» to {where} "
        "now, as far as it was not posted there before:",
        **said,
        topic=order.topic,
    )


def _describe_effect(order: ManualOrder, texts: Texts) -> str:
    """What it means for what is posted later."""
    if order.among_own:
        return texts.say(
            "The next edition goes to all channels of the digest and may "
            "repeat it there."
        )
    if order.separate:
        return texts.say(
            "The digest's own channels do not get this post; for them it is still new."
        )
    return texts.say("It then counts as posted. The scheduled edition still comes.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _ButtonArguments:
    """What the button carries."""

    digest: int
    once: str
    to: int
    topic: str


def _parse_button(confirmed: str) -> _ButtonArguments:
    digest, _, rest = confirmed.partition(":")
    once, _, rest = rest.partition(":")
    to, _, topic = rest.partition(":")
    return _ButtonArguments(digest=int(digest), once=once, to=int(to or 0), topic=topic)


async def _post_confirmed(
    context: CommandContext, invocation: Invocation, confirmed: str, texts: Texts
) -> Reply:
    carried = _parse_button(confirmed)
    workspace_id = invocation.place.workspace.id
    digest = await context.archive.digest(workspace_id, carried.digest)
    if not carried.to and not carried.topic:
        return await _post_digest(context, digest, carried.once, texts)
    to = carried.to
    channel = await get_postable_destination(context, invocation, to) if to else None
    order = ManualOrder(digest=digest, topic=carried.topic, to=channel)
    stored_edition = await ManualPublisher(publisher=context.publisher).post(
        order, f"post-{carried.once}"
    )
    context.wake()
    done = texts.count(
        "Posting «{digest}» to {where} with {n} story.",
        "Posting «{digest}» to {where} with {n} stories.",
        len(stored_edition.edition.stories),
        digest=digest.name,
        where=_format_destinations(order),
    )
    return Reply(blocks=(Paragraph(text=done),))


async def _post_digest(
    context: CommandContext, digest: Digest, once: str, texts: Texts
) -> Reply:
    outcome = await context.publisher.post_now(
        digest.workspace_id, digest, f"post-{once}"
    )
    context.wake()
    if outcome.stored_edition is None:
        return Reply(blocks=(Paragraph(text=texts.message(outcome.reason)),))
    count = len(outcome.stored_edition.edition.stories)
    done = texts.count(
        "Posting «{digest}» with {n} story.",
        "Posting «{digest}» with {n} stories.",
        count,
        digest=digest.name,
    )
    return Reply(blocks=(Paragraph(text=done),))


def build_undo(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        confirmed = invocation.args.get("confirmed")
        if confirmed:
            return await _undo_edition(context, invocation, confirmed, texts)
        digest = await context.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        return await _ask_to_undo(context, invocation, digest, texts)

    return Command(
        path="newsdesk undo",
        description="Undo the newest edition, within ten minutes",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
        ),
        examples=("/newsdesk undo", "/newsdesk undo Front page"),
    )


async def _ask_to_undo(
    context: CommandContext, invocation: Invocation, digest: Digest, texts: Texts
) -> Reply:
    stored_edition = await context.db.read(
        manual.find_undoable_edition,
        workspace_id=digest.workspace_id,
        digest_id=digest.id,
        now=context.clock.now(),
    )
    question = texts.say(
        "This deletes the messages of the newest edition of «{digest}»."
        " Its stories can come again in the next one.",
        digest=digest.name,
    )
    control = Control(
        id=context.controls.signed(
            invocation.place.workspace.id, "undo", stored_edition.public_id
        ),
        label=texts.say("Take it back"),
        primary=True,
    )
    return Reply(blocks=(Paragraph(text=question),), controls=(control,))


async def _undo_edition(
    context: CommandContext, invocation: Invocation, public_id: str, texts: Texts
) -> Reply:
    place, person = invocation.place, invocation.person
    done = await context.db.write(
        manual.undo_edition,
        workspace_id=place.workspace.id,
        public_id=public_id,
        by=f"{person.name} ({person.id})",
        now=context.clock.now(),
    )
    context.wake()
    if done.before:
        said = texts.say("This edition was already removed.")
    else:
        said = texts.count(
            "Undone: {n} message is being deleted.",
            "Undone: {n} messages are being deleted.",
            done.deleted,
        )
    return Reply(blocks=(Paragraph(text=said),))


async def resolve_postable_destination(
    context: CommandContext, asked: Invocation, name: str
) -> Destination:
    """The destination of this name, where an edition may go for this person.

    Raises:
        UserError: There is no such destination, or not for them, or not at present.
    """
    found = find_destination(name, await load_destinations(context, asked.place))
    await _check_can_post(context, asked, found)
    return found


async def get_postable_destination(
    context: CommandContext, asked: Invocation, key: int
) -> Destination:
    """The same by its key, as a confirm button carries it."""
    known = await load_destinations(context, asked.place)
    found = next((place for place in known if place.id == key), None)
    if found is None:
        raise UnknownName("That channel is no longer a destination.")
    await _check_can_post(context, asked, found)
    return found


async def _check_can_post(
    context: CommandContext, asked: Invocation, place: Destination
) -> None:
    if place.paused is not None:
        raise UserError(
            "Posting to #{name} is paused: {why}",
            name=place.name,
            why=place.paused,
        )
    for finding in await context.doctor.of_place(asked.place.workspace, place):
        if finding.state == "problem":
            raise UserError(
                "The bot cannot post to #{name}: {text}. {fix}",
                name=place.name,
                text=finding.text,
                fix=finding.fix,
            )
    if not await _may_write(context, asked, place):
        raise Forbidden(
            "You cannot write in #{name}, so you cannot post an edition "
            "there. Ask somebody who can.",
            name=place.name,
        )


async def _may_write(
    context: CommandContext, asked: Invocation, place: Destination
) -> bool:
    workspace = asked.place.workspace
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
        return await platform.may_write(
            workspace.external_id, place.channel, asked.person.id
        )
    except SendError as error:
        raise UserError(
            "It could not be checked whether you may write in #{name}: "
            "{why} Try again in a minute.",
            name=place.name,
            why=str(error),
        ) from error
