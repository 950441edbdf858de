"""Another channel that somebody wants an edition in: whether it may go there.

The bot must be able to post there, and whoever asks must be able to write there
themselves: a digest is no way into a channel that is not theirs. Both are asked of the
platform each time, when it is shown and again when it is confirmed; what cannot be
found out is refused. It posts nothing.
"""

from bot.commands.desk import Desk
from bot.commands.destinations_here import called, known_here
from bot.errors import Forbidden, SendError, UnknownName, UserError
from bot.ports import Gatekeeping
from bot.types import Destination, Invocation


async def channel_called(desk: Desk, asked: Invocation, name: str) -> Destination:
    """The destination of this name, where an edition may go for this person.

    Raises:
        UserError: There is no such destination, or not for them, or not at present.
    """
    found = called(name, await known_here(desk, asked.place))
    await _let_post(desk, asked, found)
    return found


async def channel_numbered(desk: Desk, asked: Invocation, key: int) -> Destination:
    """The same by its key, as a confirm button carries it."""
    known = await known_here(desk, asked.place)
    found = next((place for place in known if place.id == key), None)
    if found is None:
        raise UnknownName("The channel that this was for is no destination any more.")
    await _let_post(desk, asked, found)
    return found


async def _let_post(desk: Desk, asked: Invocation, place: Destination) -> None:
    if place.paused is not None:
        raise UserError(
            "Nothing is posted to #{name} at present: {why}",
            name=place.name,
            why=place.paused,
        )
    for finding in await desk.doctor.of_place(asked.place.workspace, place):
        if finding.state == "problem":
            raise UserError(
                "The bot cannot post to #{name}: {text}. {fix}",
                name=place.name,
                text=finding.text,
                fix=finding.fix,
            )
    if not await _may_write(desk, asked, place):
        raise Forbidden(
            "You cannot write in #{name} yourself, so no edition can be posted there "
            "for you. Somebody who can may do it.",
            name=place.name,
        )


async def _may_write(desk: Desk, asked: Invocation, place: Destination) -> bool:
    workspace = asked.place.workspace
    platform: object = desk.editions.platforms.get(workspace.platform)
    if platform is None:
        raise UserError(
            "{platform} is not connected; nothing can be posted there. Whoever runs "
            "the bot sees why with «standfirst doctor».",
            platform=workspace.platform,
        )
    if not isinstance(platform, Gatekeeping):
        return True
    try:
        return await platform.may_write(
            workspace.external_id, place.channel, asked.person.id
        )
    except SendError as error:
        raise UserError(
            "Whether you may write in #{name} could not be found out: {why} Try again "
            "in a minute.",
            name=place.name,
            why=str(error),
        ) from error
