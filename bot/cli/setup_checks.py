"""Checks of the setup wizard against platforms, sources and the database.

Each check runs in an event loop of its own, so that Ctrl-C ends it like the questions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeVar

from bot.cli.arguments import ApplicationFactory
from bot.cli.console import format_finding
from bot.cli.source import read_once
from bot.configuration import file_import
from bot.configuration.feed_lists import expand_addresses, get_pack_language
from bot.configuration.file_import import ConfigurationFile
from bot.errors import SendNotReceived
from bot.ingest.polling import SourceTrial
from bot.model import Command, Finding, PlatformIdentity
from bot.ports import Examiner, PlatformPlugin, Plugins, TokenStep
from bot.schedules.parsing import parse_schedule
from bot.settings import Settings

T = TypeVar("T")

#: Name of the digest that the wizard sets up.
FIRST_DIGEST_NAME = "News brief"
#: Channel of that digest, on a platform where channels are created on first use.
FIRST_CHANNEL = "news"
#: Seconds that a platform may take to answer.
PLATFORM_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class SetupChecks:
    """The wizard's access to platforms, sources and the database."""

    factory: ApplicationFactory
    settings: Settings

    def has_token(self, plugin: PlatformPlugin, step: TokenStep) -> bool:
        """Check whether the settings have the token of this step."""
        group = self.settings.get_group(plugin.settings)
        return getattr(group, step.setting) is not None

    def with_token(self, plugin: PlatformPlugin, step: TokenStep, token: str) -> Self:
        """Return a copy whose settings have this token."""
        group = self.settings.get_group(plugin.settings)
        given = plugin.settings.model_validate({step.setting: token})
        update = {step.setting: getattr(given, step.setting)}
        platforms = dict(self.settings.platforms)
        platforms[plugin.name] = group.model_copy(update=update)
        return replace(self, settings=self.settings.over(platforms=platforms))

    @property
    def plugins(self) -> Plugins:
        """Every platform by name, in the order in which they are offered."""
        return self.factory.list_platforms()

    def identity(self, platform: str) -> PlatformIdentity:
        """Fetch the account that the token belongs to; raises `SendError`."""
        return self._ask(platform, lambda examiner: examiner.identity())

    def reach(self, platform: str) -> Finding:
        """Check that events on the platform can reach the bot; raises `SendError`."""
        return self._ask(platform, lambda examiner: examiner.reach())

    def _ask(self, platform: str, question: Callable[[Examiner], Awaitable[T]]) -> T:
        async def ask() -> T:
            async with (
                asyncio.timeout(PLATFORM_TIMEOUT),
                self.factory.open_examiner(self.settings, platform) as examiner,
            ):
                return await question(examiner)

        try:
            return asyncio.run(ask())
        except TimeoutError:
            raise SendNotReceived(
                f"There was no answer for {PLATFORM_TIMEOUT:.0f} seconds. "
                "Check the network."
            ) from None

    def examine(
        self, platform: str, *, reach: bool
    ) -> tuple[PlatformIdentity, list[Finding]]:
        """Fetch the account, and check its permissions and whether events arrive.

        Raises:
            SendError: The token was refused, or the platform could not be queried.
        """
        found = self.identity(platform)
        more = [self.reach(platform)] if reach else []
        return found, [*found.findings, *more]

    def source(self, address: str) -> SourceTrial:
        """Read a source once; the result also says why it could not be read."""
        return asyncio.run(read_once(address, self.settings, self.now()))

    def commands(self) -> Sequence[Command]:
        """The registered commands, which an app's manifest lists."""

        async def build(elsewhere: Settings) -> Sequence[Command]:
            async with self.factory.open_application(elsewhere) as app:
                return app.inbox.commands

        # Over a temporary database: the real one is created only after the last answer.
        with TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder).as_posix()}/none.db"
            return asyncio.run(build(self.settings.over(database_url=address)))

    def now(self) -> datetime:
        """The current time."""
        return self.factory.get_clock().now()

    def set_up(self, platform: str, source: str, schedule: str) -> bool:
        """Set up a first digest on a platform that needs no account.

        Returns:
            False if there is a digest already.

        Raises:
            ConfigurationError: The database cannot be used.
        """
        digest = {
            "name": FIRST_DIGEST_NAME,
            "sources": expand_addresses(source),
            "destinations": [FIRST_CHANNEL],
            "schedule": [schedule] if schedule else [],
            "language": get_pack_language(source) or "en",
        }
        entry = {
            "platform": platform,
            "id": platform,
            "zone": parse_schedule(schedule).zone if schedule else "UTC",
            "destination": [{"name": FIRST_CHANNEL, "channel": FIRST_CHANNEL}],
            "digest": [digest],
        }
        data = {"workspace": [entry]}
        file = ConfigurationFile(data=data, plugins=self.plugins, base=Path.cwd())

        async def save() -> bool:
            async with self.factory.open_application(self.settings) as app:
                _, known = await app.archive.local_destinations()
                if known:
                    return False
                await app.db.write(
                    file_import.apply_file,
                    file,
                    prune=False,
                    now=app.clock.now(),
                    allow_private=self.settings.fetch_allow_private,
                    recorded=True,
                )
                return True

        return asyncio.run(save())


def format_examination(
    plugin: PlatformPlugin, found: PlatformIdentity, findings: Sequence[Finding]
) -> str:
    """Format the findings below a line that names the account.

    The line is «✓ Discord knows it as Standfirst, application 9001; in: Newsroom».
    """
    of = f", application {found.application}" if found.application else ""
    where = ", ".join(found.places[:5]) or "no server yet"
    more = f" and {len(found.places) - 5} more" if len(found.places) > 5 else ""
    known = f"✓ {plugin.title} knows it as {found.bot}{of}; in: {where}{more}"
    return "\n".join([known, *map(format_finding, findings)])
