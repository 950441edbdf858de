"""A newsroom whose platform renders for Discord, and an article that is corrected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.platforms.discord.render import render
from bot.storage import corrections, deliveries
from bot.storage.corrections import Correction
from bot.types import Delivery, Part, RenderContext
from digests.types import Edition
from tests.bot.newsroom import BRIDGE, Newsroom
from tests.fakes import FakePlatform, Posted

#: The folder is read each minute; then the text must have stood for two.
SETTLED = timedelta(minutes=4)


class Rendering(FakePlatform):
    """A fake platform that shows editions as Discord does."""

    #: Messages more than Discord would need, once an edition was posted.
    spare = 0

    def render(self, edition: Edition, context: RenderContext) -> tuple[Part, ...]:
        parts = render(edition, context)
        more = [
            replace(parts[-1], key=str(len(parts) + n + 1)) for n in range(self.spare)
        ]
        return (*parts, *more)


def shown(desk: Newsroom) -> str:
    """All that stands in the channels."""
    return "\n".join(words(message) for message in desk.platform.messages)


def words(message: Posted) -> str:
    (container,) = message.payload["components"]
    texts: list[Any] = [c.get("content", "") for c in container["components"]]
    return "\n".join(filter(None, texts)).replace("\\", "")


async def correct(desk: Newsroom, *changes: tuple[str, str], text: str = BRIDGE) -> str:
    """The article is corrected, read again, and left to settle; its text."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    desk.publish("bridge", text)
    await reread(desk)
    await settle(desk)
    return text


async def reread(desk: Newsroom, by: timedelta = timedelta(minutes=2)) -> None:
    """After this time the folder is read once more."""
    desk.clock.advance(by)
    # Its own slot depends on where it lies.
    await desk.intake.refresh((await desk.digest()).sources, insist=True)


async def settle(desk: Newsroom, by: timedelta = SETTLED) -> None:
    """Time passes, and what is due is done."""
    desk.clock.advance(by)
    await desk.editions.corrections.run()
    await desk.outbox.drain()


async def listed(desk: Newsroom) -> tuple[Correction, ...]:
    """The corrections that are kept, the newest first."""
    digest = await desk.digest()
    return await desk.db.read(
        corrections.newest, workspace_id=digest.workspace_id, count=50
    )


async def edits(desk: Newsroom) -> list[Delivery]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [one for one in found if one.operation == "edit"]
