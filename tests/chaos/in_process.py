"""A bot in this process, over a world: for trials without kills and with many steps.

Everything is real except the clock, which is the world's and is advanced where nothing
is due.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from bot.platforms.plugins import load_plugins
from bot.ports import Platform, PlatformContext
from tests.bot.harness import BotHarness, open_harness
from tests.builders import some_settings
from tests.chaos.child import pacing
from tests.chaos.world import World

#: More wake-ups than a correct bot needs until a moment.
WAKES = 3000


@dataclass(frozen=True, kw_only=True)
class InProcessBot:
    """The bot, and its world."""

    world: World
    harness: BotHarness
    platform: Any

    async def until(self, moment: datetime) -> None:
        """Do what is due by then, each thing at its time."""
        clock = self.world.clock
        for _ in range(WAKES):
            following = await self.harness.wake()
            if following is None or following > moment:
                break
            if following > clock.now():
                clock.set(following)
        else:
            raise AssertionError(f"{self.world.name}: no rest in {WAKES} wake-ups")
        if clock.now() < moment:
            clock.set(moment)

    async def round(self, size: Any = 1) -> None:
        """Let one edition come due, and run until everything about it is done."""
        self.world.begin_round(size)
        await self.until(self.world.due + timedelta(minutes=40))

    def states(self) -> list[str]:
        rows = self.world.rows("SELECT state FROM deliveries ORDER BY id")
        return [row["state"] for row in rows]

    async def status(self) -> str:
        """The answer to an admin's status command."""
        from bot.model import Invocation, Location, Permission, Person
        from bot.storage import workspace_store

        workspace = await self.harness.db.read(
            workspace_store.find_workspace_by_external_id,
            platform=self.world.wire.name,
            external_id=self.world.wire.workspace,
        )
        assert workspace is not None
        invocation = Invocation(
            key=f"status-{self.world.clock.now().timestamp()}",
            place=Location(workspace=workspace, channel=None),
            person=Person(id="p", name="P", permission=Permission.EDITOR),
            path="newsdesk status",
            args={},
        )
        return str(await self.harness.inbox.dispatch(invocation))


def platform_of(world: World, **changes: Any) -> Platform:
    """The real platform, connected to its server's address."""
    settings = some_settings(**world.wire.settings, **changes)
    name = world.wire.name
    context = PlatformContext(settings=settings, clock=cast(Any, world.clock))
    platform: Any = load_plugins()[name].build(context).platform
    pacing(platform, world.clock, leaps=True)
    return cast(Platform, platform)


@asynccontextmanager
async def in_process_bot(
    world: World, *, connected: bool = False, platform: Any = None
) -> AsyncIterator[InProcessBot]:
    """Open the bot over this world; opening it again is a restart."""
    platform = platform or platform_of(world)
    url = f"sqlite:///{world.database}"
    clock = cast(Any, world.clock)
    async with open_harness(url, world.folder, platform, clock=clock) as harness:
        built = InProcessBot(world=world, harness=harness, platform=platform)
        running = (
            asyncio.create_task(platform.run(harness.inbox)) if connected else None
        )
        try:
            if running is not None:
                for _ in range(2000):
                    if platform.state == "ok":
                        break
                    await asyncio.sleep(0.01)
            yield built
        finally:
            if running is not None:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            close = getattr(platform, "close", None)
            if close is not None:
                await close()
