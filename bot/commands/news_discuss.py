"""/news discuss: a thread below the edition, where people talk about it.

It names the message and the thread; the platform opens it, or finds it open. The same
edition in the same channel has one thread, whoever asks and however often.
"""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.configuring.telling import cut
from bot.errors import UnknownName, UserError
from bot.manners import KNOWN
from bot.storage import deliveries, editions
from bot.types import (
    Command,
    Delivery,
    Discussion,
    Invocation,
    Issue,
    Option,
    Paragraph,
    Permission,
    Reply,
)

EDITION = Option(
    name="edition", description="Its id, e-…; without it the newest one here"
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, place = texts_of(invocation), invocation.place
        title = texts.say("Discuss")
        if "thread" not in KNOWN[place.workspace.platform]:
            nowhere = texts.say(
                "This page has no threads. On Discord and Slack an edition has one."
            )
            return Reply(title=title, blocks=(Paragraph(text=nowhere),))
        if place.of_person is not None:
            alone = texts.say("Your own editions have no thread: only you read them.")
            return Reply(title=title, blocks=(Paragraph(text=alone),))
        issue = await _meant(desk, invocation)
        first = await _stands(desk, invocation, issue)
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
                name=_called(issue, first),
            ),
        )

    return Command(
        path="news discuss",
        description="A thread below an edition",
        permission=Permission.EVERYONE,
        run=run,
        options=(EDITION,),
        examples=("/news discuss", "/news discuss e-7k3m9q"),
    )


async def _meant(desk: Desk, invocation: Invocation) -> Issue:
    place, said = invocation.place, invocation.args.get("edition", "").strip()
    if said:
        issue = await desk.db.read(
            editions.by_public_id, workspace_id=place.workspace.id, public_id=said
        )
        if issue is None:
            raise UnknownName("There is no edition «{said}» here.", said=cut(said))
        return issue
    newest = await desk.archive.newest(place)
    if newest is None:
        raise UserError("No edition has been posted here yet.")
    return newest


async def _stands(desk: Desk, invocation: Invocation, issue: Issue) -> Delivery:
    """The edition's first message in the channel or thread that was asked from."""
    place = invocation.place
    every = await desk.db.read(
        deliveries.of_edition, workspace_id=place.workspace.id, edition_id=issue.id
    )
    for one in every:
        there = one.operation == "post" and one.state == "sent" and one.message_id
        if there and _is_here(one, place.channel or ""):
            return one
    raise UserError(
        "This edition does not stand in this channel. Ask for its thread where it was "
        "posted."
    )


def _is_here(delivery: Delivery, channel: str) -> bool:
    """Whether it stands in the channel, or the channel is its thread."""
    message = delivery.message_id or ""
    return delivery.channel == channel or channel in message.split("/")


def _called(issue: Issue, delivery: Delivery) -> str:
    stories = issue.edition.stories
    if len(stories) == 1:
        return stories[0].headline.text
    return delivery.title or issue.edition.title
