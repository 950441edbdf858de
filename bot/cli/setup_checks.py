"""Checks of the setup wizard against platforms, sources and the database.

Every check is a loop of its own, so that Ctrl-C ends it like everything else here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.cli.console import format_finding
from bot.errors import SendNotReceived
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import RemotePlatformName
    from bot.ingest.polling import SourceTrial
    from bot.model import Finding, PlatformIdentity


#: What the digest is called that the first set-up makes.
FIRST_DIGEST_NAME = "News brief"

T = TypeVar("T")
#: Seconds that a platform may take to answer.
PLATFORM_TIMEOUT = 20.0
LOCAL_WORKSPACE, LOCAL_CHANNEL = "local", "news"


class SetupChecks:
    """The way out, for one set-up."""

    def identity(self, settings: Settings, platform: str) -> "PlatformIdentity":
        """Who the platform says that the token is.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        from bot import app

        name = cast("RemotePlatformName", platform)
        return _run_within_timeout(lambda: app.fetch_identity(settings, name))

    def reach(self, settings: Settings, platform: str) -> "Finding":
        """Whether the bot could hear what people do there.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        from bot import app

        name = cast("RemotePlatformName", platform)
        return _run_within_timeout(lambda: app.check_reachability(settings, name))

    def summary(self, settings: Settings, platform: str) -> tuple[Sequence[str], int]:
        """How it stands with a platform, in lines, and how many of them are problems.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        found = self.identity(settings, platform)
        findings = [*found.findings, self.reach(settings, platform)]
        lines = [format_identity(found, platform), *map(format_finding, findings)]
        return lines, sum(one.state == "problem" for one in findings)

    def source(self, settings: Settings, address: str) -> "SourceTrial":
        """What would be read at an address; a problem is told in it."""
        from bot.ingest.polling import try_source
        from bot.ingest.source_reader import SourceReader

        async def work() -> "SourceTrial":
            async with SourceReader(settings.fetch_allow_private) as source_reader:
                return await try_source(
                    address, source_reader=source_reader, now=self.now()
                )

        return asyncio.run(work())

    def packs(self) -> Sequence[str]:
        """Names of the starter packs."""
        from bot.configuration import feed_lists

        return feed_lists.list_packs()

    def manifest(self, settings: Settings) -> Mapping[str, Any]:
        """What the Slack app is made from."""
        from bot import app

        async def work(elsewhere: Settings) -> Mapping[str, Any]:
            async with app.open_application(elsewhere) as application:
                return app.build_slack_manifest(
                    application.inbox.commands, "socket", "", rotation=False
                )

        # Only the commands are wanted: the real database is not made for that.
        with TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder).as_posix()}/none.db"
            return asyncio.run(work(settings.over(database_url=address)))

    def creation(self, manifest: Mapping[str, Any]) -> str:
        """Where Slack makes an app from it."""
        from bot import app

        return app.slack_creation_url(manifest)

    def scopes(self) -> Sequence[str]:
        """What the Slack app asks for, each with its reason."""
        from bot import app

        return app.list_slack_scopes("socket")

    def invitation(self, application: str) -> str:
        """Where the Discord bot is invited to a server."""
        from bot import app

        return app.discord_invitation_url(application)

    def permissions(self) -> Sequence[tuple[int, str, str]]:
        """What it asks for there: number, name, reason."""
        from bot import app

        return app.list_discord_permissions()

    def now(self) -> datetime:
        """The present instant."""
        from bot.app import SystemClock

        return SystemClock().now()

    def set_up(self, settings: Settings, source: str, schedule: str) -> bool:
        """Set the local page's first digest up; False where there is one already.

        Raises:
            ConfigurationError: The database is not as it must be.
        """
        from bot import app
        from bot.configuration import feed_lists, operator_changes
        from bot.configuration.feed_lists import expand_addresses
        from bot.configuration.settings import CheckedFile, FileEntry

        digest = {
            "name": FIRST_DIGEST_NAME,
            "sources": expand_addresses(source),
            "destinations": [LOCAL_CHANNEL],
            "schedule": [schedule] if schedule else [],
            "language": feed_lists.get_pack_language(source) or "en",
        }
        entry = {
            "platform": "local",
            "id": LOCAL_WORKSPACE,
            "zone": _find_zone(schedule),
            "destination": [{"name": LOCAL_CHANNEL, "channel": LOCAL_CHANNEL}],
            "digest": [digest],
        }
        file = FileEntry.model_validate({"workspace": [entry]})

        async def work() -> bool:
            async with app.open_application(settings) as application:
                _, rooms = await application.archive.local_destinations()
                if rooms:
                    return False
                await application.db.write(
                    operator_changes.apply_and_record,
                    CheckedFile(file=file, base=Path.cwd()),
                    prune=False,
                    now=application.clock.now(),
                    allow_private=settings.fetch_allow_private,
                )
                return True

        return asyncio.run(work())


def format_identity(found: "PlatformIdentity", platform: str) -> str:
    """«✓ Discord knows it as Standfirst, application 9001»."""
    of = f", application {found.application}" if found.application else ""
    where = ", ".join(found.places[:5]) or "no server yet"
    more = f" and {len(found.places) - 5} more" if len(found.places) > 5 else ""
    return f"✓ {platform.capitalize()} knows it as {found.bot}{of}; in: {where}{more}"


def _find_zone(schedule: str) -> str:
    from bot.schedules.parsing import parse_schedule

    return parse_schedule(schedule).zone if schedule else "UTC"


def _run_within_timeout(work: Callable[[], Awaitable[T]]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(PLATFORM_TIMEOUT):
            return await work()

    try:
        return asyncio.run(bounded())
    except TimeoutError:
        raise SendNotReceived(
            f"There was no answer for {PLATFORM_TIMEOUT:.0f} seconds. "
            "Look at the network."
        ) from None
