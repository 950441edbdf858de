"""What the first set-up asks of the outside, each within its time; it asks nobody.

Every check is a loop of its own, so that Ctrl-C ends it like everything else here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.cli.instructions import NAME
from bot.errors import Unreached
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.connections import Connected
    from bot.findings import Finding, Identity
    from bot.intake.trying import Tried

T = TypeVar("T")
#: Seconds that a platform may take to answer.
PATIENCE = 20.0
WORKSPACE, CHANNEL = "local", "news"


class Checks:
    """The way out, for one set-up."""

    def identity(self, settings: Settings, platform: str) -> "Identity":
        """Who the platform says that the token is.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        from bot import connections

        name = cast("Connected", platform)
        return _within(lambda: connections.identified(settings, name))

    def reach(self, settings: Settings, platform: str) -> "Finding":
        """Whether the bot could hear what people do there.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        from bot import connections

        name = cast("Connected", platform)
        return _within(lambda: connections.reached(settings, name))

    def summary(self, settings: Settings, platform: str) -> tuple[Sequence[str], int]:
        """How it stands with a platform, in lines, and how many of them are problems.

        Raises:
            SendError: It refused the token, or could not be asked.
        """
        found = self.identity(settings, platform)
        findings = [*found.findings, self.reach(settings, platform)]
        lines = [known(found, platform), *map(shown, findings)]
        return lines, sum(one.state == "problem" for one in findings)

    def source(self, settings: Settings, address: str) -> "Tried":
        """What would be read at an address; a problem is told in it."""
        from bot.intake.outside import Outside
        from bot.intake.trying import try_out

        async def work() -> "Tried":
            async with Outside(settings.fetch_allow_private) as outside:
                return await try_out(address, outside=outside, now=self.now())

        return asyncio.run(work())

    def packs(self) -> Sequence[str]:
        """Names of the starter packs."""
        from bot.configuring import packs

        return packs.names()

    def manifest(self, settings: Settings) -> Mapping[str, Any]:
        """What the Slack app is made from."""
        from bot import app, connections

        async def work(elsewhere: Settings) -> Mapping[str, Any]:
            async with app.opened(elsewhere) as house:
                return connections.slack_manifest(
                    house.inbox.commands, "socket", "", rotation=False
                )

        # Only the commands are wanted: the real database is not made for that.
        with TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder).as_posix()}/none.db"
            return asyncio.run(work(settings.over(database_url=address)))

    def creation(self, manifest: Mapping[str, Any]) -> str:
        """Where Slack makes an app from it."""
        from bot import connections

        return connections.slack_creation(manifest)

    def scopes(self) -> Sequence[str]:
        """What the Slack app asks for, each with its reason."""
        from bot import connections

        return connections.slack_scopes("socket")

    def invitation(self, application: str) -> str:
        """Where the Discord bot is invited to a server."""
        from bot import connections

        return connections.discord_invitation(application)

    def permissions(self) -> Sequence[tuple[int, str, str]]:
        """What it asks for there: number, name, reason."""
        from bot import connections

        return connections.discord_permissions()

    def now(self) -> datetime:
        """The present instant."""
        from bot.app import SystemClock

        return SystemClock().now()

    def set_up(self, settings: Settings, source: str, schedule: str) -> bool:
        """Set the local page's first digest up; False where there is one already.

        Raises:
            ConfigurationError: The database is not as it must be.
        """
        from bot import app, config_file
        from bot.commands.founding import listed
        from bot.config_file.entries import FileEntry
        from bot.configuring import packs, terminal

        digest = {
            "name": NAME,
            "sources": listed(source),
            "destinations": [CHANNEL],
            "schedule": [schedule] if schedule else [],
            "language": packs.language_of(source) or "en",
        }
        entry = {
            "platform": "local",
            "id": WORKSPACE,
            "zone": _zone(schedule),
            "destination": [{"name": CHANNEL, "channel": CHANNEL}],
            "digest": [digest],
        }
        file = FileEntry.model_validate({"workspace": [entry]})

        async def work() -> bool:
            async with app.opened(settings) as house:
                _, rooms = await house.archive.local_rooms()
                if rooms:
                    return False
                await house.db.write(
                    terminal.apply,
                    config_file.Wanted(file=file, base=Path.cwd()),
                    prune=False,
                    now=house.clock.now(),
                    allow_private=settings.fetch_allow_private,
                )
                return True

        return asyncio.run(work())


def known(found: "Identity", platform: str) -> str:
    """«✓ Discord knows it as Standfirst, application 9001»."""
    of = f", application {found.application}" if found.application else ""
    where = ", ".join(found.places[:5]) or "no server yet"
    more = f" and {len(found.places) - 5} more" if len(found.places) > 5 else ""
    return f"✓ {platform.capitalize()} knows it as {found.bot}{of}; in: {where}{more}"


def shown(finding: "Finding") -> str:
    """A finding in one line, with its fix."""
    marks = {"ok": "✓", "warning": "!", "problem": "✗"}
    fix = f" → {finding.fix}" if finding.fix else ""
    return f"{marks[finding.state]} {finding.subject}: {finding.text}{fix}"


def _zone(schedule: str) -> str:
    from bot import schedules

    return schedules.parse(schedule).zone if schedule else "UTC"


def _within(work: Callable[[], Awaitable[T]]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(PATIENCE):
            return await work()

    try:
        return asyncio.run(bounded())
    except TimeoutError:
        raise Unreached(
            f"There was no answer for {PATIENCE:.0f} seconds. Look at the network."
        ) from None
