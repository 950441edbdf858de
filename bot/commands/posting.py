"""/newsdesk post: an edition now, after a confirm; the scheduled one still comes.

The confirm button carries a fresh number: however often it is pressed or sent again,
it orders one edition. With a topic or another channel it carries these, too, and they
are checked again when it is pressed.
"""

import secrets
from dataclasses import dataclass

from bot.commands.desk import Desk
from bot.commands.other_channel import channel_called, channel_numbered
from bot.commands.wording import texts_of
from bot.errors import UserError
from bot.orders import Order, Orders, words_of
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Digest,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Shown,
    Small,
)

#: Characters of a topic: a button has room for a hundred in all.
MOST = 40


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_of(invocation), invocation.args
        confirmed = args.get("confirmed")
        if confirmed:
            return await _confirmed(desk, invocation, confirmed, texts)
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        topic, to = _topic(args.get("topic")), args.get("to", "").strip()
        if not topic and not to:
            return _ask(desk, invocation, digest, texts)
        channel = await channel_called(desk, invocation, to) if to else None
        order = Order(digest=digest, topic=topic, to=channel)
        return await _show(desk, invocation, order, texts)

    return Command(
        path="newsdesk post",
        description="Post an edition now; the scheduled one still comes",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
            Option(
                name="topic",
                description="Only what has these words, as in /news search",
            ),
            Option(
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


def _topic(typed: str | None) -> str:
    """What the topic is, in one line.

    Raises:
        UserError: It is too long, or nothing to look for.
    """
    # What cannot be shown could not be carried by a button either.
    shown = "".join(c if c.isprintable() else " " for c in typed or "")
    topic = " ".join(shown.split())
    if len(topic) > MOST:
        raise UserError(
            "The topic has at most {most} characters. Keep the words that matter most.",
            most=MOST,
        )
    if topic:
        words_of(topic)
    return topic


def _names(order: Order) -> str:
    """Who gets it.

    Raises:
        UserError: Nobody would.
    """
    where = ", ".join(f"#{d.name}" for d in order.goes_to)
    if not where:
        raise UserError(
            "«{name}» has no destination to post to. Give it one: "
            "/newsdesk digest edit.",
            name=order.digest.name,
        )
    return where


def _ask(desk: Desk, invocation: Invocation, digest: Digest, texts: Texts) -> Reply:
    question = texts.say(
        "This posts «{digest}» to {where} now, with what was not told before.",
        digest=digest.name,
        where=_names(Order(digest=digest)),
    )
    control = _button(desk, invocation, texts, str(digest.id), secrets.token_hex(6))
    return Reply(blocks=(Paragraph(text=question),), controls=(control,))


async def _show(
    desk: Desk, invocation: Invocation, order: Order, texts: Texts
) -> Reply:
    """Who will get what, before anybody gets it."""
    question = _question(order, texts)
    platform = invocation.place.workspace.platform
    draft = await Orders(editions=desk.editions).draft(order, platform)
    carried = (
        str(order.digest.id),
        secrets.token_hex(6),
        str(order.to.id if order.to else 0),
        order.topic,
    )
    return Reply(
        blocks=(
            Paragraph(text=question),
            Shown(parts=draft.parts),
            Small(text=_afterwards(order, texts)),
        ),
        controls=(_button(desk, invocation, texts, *carried),),
    )


def _button(desk: Desk, invocation: Invocation, texts: Texts, *args: str) -> Control:
    workspace = invocation.place.workspace
    return Control(
        id=desk.controls.signed(workspace.id, "post", *args),
        label=texts.say("Post now"),
        primary=True,
    )


def _question(order: Order, texts: Texts) -> str:
    said = {"digest": order.digest.name, "where": _names(order)}
    if not order.topic:
        return texts.say(
            "This posts «{digest}» to {where} now, with what was not told there "
            "before:",
            **said,
        )
    return texts.say(
        "This posts to {where} now what «{digest}» has on «{topic}», as far as it was "
        "not told there before:",
        **said,
        topic=order.topic,
    )


def _afterwards(order: Order, texts: Texts) -> str:
    """What it means for what is posted later."""
    if order.among_own:
        return texts.say(
            "The next edition goes to all channels of the digest and may tell it "
            "there again."
        )
    if order.apart:
        return texts.say(
            "The digest's own channels get nothing of it and miss nothing: for them "
            "it stays news."
        )
    return texts.say("It then counts as told. The scheduled edition still comes.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Carried:
    """What the button carries."""

    digest: int
    once: str
    to: int
    topic: str


def _read(confirmed: str) -> _Carried:
    digest, _, rest = confirmed.partition(":")
    once, _, rest = rest.partition(":")
    to, _, topic = rest.partition(":")
    return _Carried(digest=int(digest), once=once, to=int(to or 0), topic=topic)


async def _confirmed(
    desk: Desk, invocation: Invocation, confirmed: str, texts: Texts
) -> Reply:
    carried = _read(confirmed)
    workspace_id = invocation.place.workspace.id
    digest = await desk.archive.digest(workspace_id, carried.digest)
    if not carried.to and not carried.topic:
        return await _post(desk, digest, carried.once, texts)
    to = carried.to
    channel = await channel_numbered(desk, invocation, to) if to else None
    order = Order(digest=digest, topic=carried.topic, to=channel)
    issue = await Orders(editions=desk.editions).post(order, f"post-{carried.once}")
    desk.wake()
    done = texts.count(
        "Posting «{digest}» to {where} with {n} story.",
        "Posting «{digest}» to {where} with {n} stories.",
        len(issue.edition.stories),
        digest=digest.name,
        where=_names(order),
    )
    return Reply(blocks=(Paragraph(text=done),))


async def _post(desk: Desk, digest: Digest, once: str, texts: Texts) -> Reply:
    outcome = await desk.editions.post_now(digest.workspace_id, digest, f"post-{once}")
    desk.wake()
    if outcome.issue is None:
        return Reply(blocks=(Paragraph(text=texts.retold(outcome.reason)),))
    count = len(outcome.issue.edition.stories)
    done = texts.count(
        "Posting «{digest}» with {n} story.",
        "Posting «{digest}» with {n} stories.",
        count,
        digest=digest.name,
    )
    return Reply(blocks=(Paragraph(text=done),))
