"""Checks of the setup wizard against platforms, sources and the database.

Each check runs in an event loop of its own, so that Ctrl-C ends it like the questions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from bot.cli.console import ApplicationFactory, format_finding
from bot.errors import SendNotReceived
from bot.schedules.parsing import parse_schedule
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.ingest.polling import SourceTrial
    from bot.model import Command, Finding, PlatformIdentity
    from bot.ports import Examiner, PlatformPlugin, Plugins

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

    @property
    def plugins(self) -> "Plugins":
        """Every platform by name, in the order in which they are offered."""
        return self.factory.list_platforms()

    def identity(self, settings: Settings, platform: str) -> "PlatformIdentity":
        """Fetch the account that the token belongs to; raises `SendError`."""
        return self._ask(settings, platform, lambda examiner: examiner.identity())

    def reach(self, settings: Settings, platform: str) -> "Finding":
        """Check that events on the platform can reach the bot; raises `SendError`."""
        return self._ask(settings, platform, lambda examiner: examiner.reach())

    def _ask(
        self,
        settings: Settings,
        platform: str,
        question: "Callable[[Examiner], Awaitable[T]]",
    ) -> T:
        async def ask() -> T:
            async with (
                asyncio.timeout(PLATFORM_TIMEOUT),
                self.factory.open_examiner(settings, platform) as examiner,
            ):
                return await question(examiner)

        try:
            return asyncio.run(ask())
        except TimeoutError:
            raise SendNotReceived(
                f"There was no answer for {PLATFORM_TIMEOUT:.0f} seconds. "
                "Look at the network."
            ) from None

    def summary(self, settings: Settings, platform: str) -> tuple[Sequence[str], int]:
        """Check a platform: the result in lines, and the number of problems.

        Raises:
            SendError: The token was refused, or the platform could not be queried.
        """
        found = self.identity(settings, platform)
        findings = [*found.findings, self.reach(settings, platform)]
        lines = [
            format_identity(found, self.plugins[platform]),
            *map(format_finding, findings),
        ]
        return lines, sum(one.state == "problem" for one in findings)

    def source(self, settings: Settings, address: str) -> "SourceTrial":
        """Read a source once; the result also says why it could not be read."""
        from bot.ingest.polling import try_source
        from bot.ingest.source_reader import SourceReader

        async def read() -> "SourceTrial":
            async with SourceReader(settings.fetch_allow_private) as source_reader:
                return await try_source(
                    address, source_reader=source_reader, now=self.now()
                )

        return asyncio.run(read())

    def packs(self) -> Sequence[str]:
        """Names of the starter packs."""
        from bot.configuration import feed_lists

        return feed_lists.list_packs()

    def commands(self, settings: Settings) -> "Sequence[Command]":
        """The registered commands, which an app's manifest lists."""

        async def build(elsewhere: Settings) -> "Sequence[Command]":
            async with self.factory.open_application(elsewhere) as application:
                return application.inbox.commands

        # Over a temporary database: the real one is created only after the last answer.
        with TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder).as_posix()}/none.db"
            return asyncio.run(build(settings.over(database_url=address)))

    def now(self) -> datetime:
        """The current time."""
        return self.factory.get_clock().now()

    def set_up(
        self, settings: Settings, platform: str, source: str, schedule: str
    ) -> bool:
        """Set up a first digest on a platform that needs no account.

        Returns:
            False if there is a digest already.

        Raises:
            ConfigurationError: The database cannot be used.
        """
        from bot.configuration import feed_lists, file_import
        from bot.configuration.feed_lists import expand_addresses
        from bot.configuration.file_import import ConfigurationFile

        digest = {
            "name": FIRST_DIGEST_NAME,
            "sources": expand_addresses(source),
            "destinations": [FIRST_CHANNEL],
            "schedule": [schedule] if schedule else [],
            "language": feed_lists.get_pack_language(source) or "en",
        }
        entry = {
            "platform": platform,
            "id": platform,
            "zone": parse_schedule(schedule).zone if schedule else "UTC",
            "destination": [{"name": FIRST_CHANNEL, "channel": FIRST_CHANNEL}],
            "digest": [digest],
        }
        file = ConfigurationFile(
            data={"workspace": [entry]}, plugins=self.plugins, base=Path.cwd()
        )

        async def save() -> bool:
            async with self.factory.open_application(settings) as application:
                _, known = await application.archive.local_destinations()
                if known:
                    return False
                await application.db.write(
                    file_import.apply_file,
                    file,
                    prune=False,
                    now=application.clock.now(),
                    allow_private=settings.fetch_allow_private,
                    recorded=True,
                )
                return True

        return asyncio.run(save())


def format_identity(found: "PlatformIdentity", plugin: "PlatformPlugin") -> str:
    """Format «✓ Discord knows it as Standfirst, application 9001; in: Newsroom»."""
    of = f", application {found.application}" if found.application else ""
    where = ", ".join(found.places[:5]) or "no server yet"
    more = f" and {len(found.places) - 5} more" if len(found.places) > 5 else ""
    return f"✓ {plugin.title} knows it as {found.bot}{of}; in: {where}{more}"
