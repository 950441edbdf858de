"""A newsroom whose platform renders for Discord, and an article that is corrected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.model import Delivery, MessagePart, RenderContext
from bot.model.scope import Scope
from bot.platforms.discord.render import render
from bot.storage import correction_store, delivery_store
from bot.storage.correction_store import Correction
from digests.types import Edition
from tests.bot.harness import BRIDGE, BotHarness
from tests.fakes import FakePlatform, Posted

#: The folder is read each minute; then the text must be unchanged for two.
STABLE_AFTER = timedelta(minutes=4)


class Rendering(FakePlatform):
    """A fake platform that renders editions as Discord does."""

    #: Extra messages beyond what Discord needs, once an edition was posted.
    spare = 0

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        parts = render(edition, context)
        more = [
            replace(parts[-1], key=str(len(parts) + n + 1)) for n in range(self.spare)
        ]
        return (*parts, *more)


def shown(harness: BotHarness) -> str:
    """All text in the channels."""
    return "\n".join(words(message) for message in harness.platform.messages)


def words(message: Posted) -> str:
    (container,) = message.payload["components"]
    texts: list[Any] = [c.get("content", "") for c in container["components"]]
    return "\n".join(filter(None, texts)).replace("\\", "")


async def correct(
    harness: BotHarness,
    *changes: tuple[str, str],
    text: str = BRIDGE,
    article: str = "bridge",
) -> str:
    """Correct the article, read it again, and let it settle; return its text."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    harness.publish(article, text)
    await reread(harness)
    await pass_time(harness)
    return text


async def reread(harness: BotHarness, by: timedelta = timedelta(minutes=2)) -> None:
    """Read the folder once more after this time."""
    harness.clock.advance(by)
    # Its slot depends on its path.
    await harness.ingestor.refresh((await harness.digest()).sources, insist=True)


async def pass_time(harness: BotHarness, by: timedelta = STABLE_AFTER) -> None:
    """Advance the clock, and do what is due."""
    harness.clock.advance(by)
    await harness.corrections.run()
    await harness.outbox.drain()


async def listed(harness: BotHarness) -> tuple[Correction, ...]:
    """The stored corrections, newest first."""
    digest = await harness.digest()
    return await harness.db.read(
        correction_store.list_newest_corrections,
        Scope(digest.workspace_id),
        count=50,
    )


async def edits(harness: BotHarness) -> list[Delivery]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries,
        Scope(digest.workspace_id),
        count=50,
    )
    return [one for one in found if one.operation == "edit"]
