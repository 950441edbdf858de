"""The story that somebody means, told or not; it words nothing."""

from bot import untold
from bot.commands.desk import Desk
from bot.errors import UnknownName
from bot.types import Invocation, Option
from digests.types import EditionStory

#: How a command takes a story that is followed by something else.
WHICH = Option(
    name="story",
    description="Its number, its id, or a word of it",
    required=True,
    completes="story",
)


async def story_of(desk: Desk, invocation: Invocation, which: str) -> EditionStory:
    """A story by its number in the newest edition here, its id, or words of it.

    Raises:
        UserError: There is none.
    """
    which = which.strip()
    try:
        return (await desk.archive.story(invocation.place, which)).story
    except UnknownName:
        if not which.startswith("s-"):
            raise
        found = await untold.tell(
            desk.db,
            desk.editions.engine,
            invocation.place.workspace.id,
            which,
            desk.clock.now(),
        )
        if found is None:
            raise
        return found
