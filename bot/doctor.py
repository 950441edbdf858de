"""Looks at everything that can be wrong and says the fix; it must not mend anything.

Each check returns findings of its own; one check that fails is a finding, never the
end of the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.archive import Archive
from bot.due import next_due_of, troubles_of, zone_of
from bot.intake import Intake, health
from bot.storage import deliveries, workspaces
from bot.storage.database import Database
from bot.texts import Texts
from bot.types import Delivery, Digest, Source, Workspace
from digests.errors import DigestsError

#: How each platform is switched on.
_SWITCHED_ON: Final = {
    "discord": "set STANDFIRST_DISCORD_TOKEN to the bot's token",
    "slack": "set STANDFIRST_SLACK_BOT_TOKEN to the bot's token",
}

_POST_AGAIN = "look into the channel, then post again: standfirst digest post"
_STANDS = (
    "the message stays as it was; /news corrections says what is right, and whoever "
    "manages the channel can delete it"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and the fix."""

    subject: str
    state: Literal["ok", "warning", "problem"]
    text: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doctor:
    """The checks, over one database."""

    db: Database
    intake: Intake
    archive: Archive
    #: Platforms that are on.
    platforms: frozenset[str]

    async def examine(self) -> tuple[Finding, ...]:
        """All findings, in the order in which somebody would look."""
        checks: tuple[tuple[str, Callable[[], Awaitable[list[Finding]]]], ...] = (
            ("database", self._database),
            ("workspaces", self._workspaces),
        )
        found: list[Finding] = []
        for subject, check in checks:
            try:
                found += await check()
            except Exception as error:
                text = f"This check itself failed: {type(error).__name__}: {error}"
                found.append(Finding(subject=subject, state="problem", text=text))
        return tuple(found)

    async def look_into(self, workspace: Workspace) -> tuple[Finding, ...]:
        """The findings of one workspace, for its editors: nothing of the machine."""
        return tuple(await self._workspace(workspace))

    async def _database(self) -> list[Finding]:
        kept = await self.db.read(workspaces.every)
        text = f"{self.db.where}, {len(kept)} workspace(s)"
        return [Finding(subject="database", state="ok", text=text)]

    async def _workspaces(self) -> list[Finding]:
        found: list[Finding] = []
        for workspace in await self.db.read(workspaces.every):
            found += await self._workspace(workspace)
        if not found:
            fix = "standfirst apply FILE.toml, or standfirst demo to look around"
            text = "nothing is set up yet"
            found.append(
                Finding(subject="workspaces", state="warning", text=text, fix=fix)
            )
        return found

    async def _workspace(self, workspace: Workspace) -> list[Finding]:
        found = self._platform(workspace)
        for digest in await self.archive.digests(workspace.id):
            found += self._digest(digest, self.intake.clock.now())
            found += await self._sources(digest)
        return [*found, *await self._deliveries(workspace)]

    def _platform(self, workspace: Workspace) -> list[Finding]:
        if workspace.platform in self.platforms and workspace.stopped is None:
            return []
        if workspace.stopped is not None:
            return [
                Finding(
                    subject=f"{workspace.platform} {workspace.name}",
                    state="problem",
                    text=f"nothing is posted there: {workspace.stopped}",
                    fix="mend the cause; every start and every six hours one tries it",
                )
            ]
        return [
            Finding(
                subject=f"{workspace.platform} {workspace.name}",
                state="problem",
                text=f"{workspace.platform} is not connected; nothing is posted there",
                fix=_SWITCHED_ON.get(workspace.platform, "restart standfirst run"),
            )
        ]

    def _digest(self, digest: Digest, now: datetime) -> list[Finding]:
        subject = f"digest {digest.name}"
        stopped = [
            Finding(
                subject=f"#{place.name}",
                state="problem",
                text=f"nothing is posted there: {place.paused}",
                fix=(
                    "mend the cause; one message tries it again every six hours"
                    if place.retest_at
                    else "mend the cause, then say /newsdesk destination here in it"
                ),
            )
            for place in digest.destinations
            if place.paused
        ]
        if not digest.destinations:
            text = "it has no destination, so nobody sees it"
            fix = "say /newsdesk destination here, then /newsdesk digest edit"
            return [Finding(subject=subject, state="warning", text=text, fix=fix)]
        stopped += [
            Finding(
                subject=subject,
                state="problem",
                text=trouble,
                fix="mend its schedule: /newsdesk schedule edit, or in its file",
            )
            for trouble in troubles_of(digest)
        ]
        due = next_due_of(digest, now)
        text = f"next at {due:%Y-%m-%d %H:%M} UTC" if due else "not scheduled"
        if digest.paused:
            text = "paused"
        return [Finding(subject=subject, state="ok", text=text), *stopped]

    async def _sources(self, digest: Digest) -> list[Finding]:
        found: list[Finding] = []
        for source in digest.sources:
            # What was read before tells how it is; a folder and a newcomer are tried.
            if source.kind == "folder" or source.asked_at is None:
                found += await self._tried(source)
            else:
                found.append(self._as_kept(source, zone_of(digest)))
        return found

    def _as_kept(self, source: Source, zone: str) -> Finding:
        now, texts = self.intake.clock.now(), Texts.of("en")
        how = health.of(source, now, zone, texts)
        return Finding(
            subject=f"source {source.name}",
            state=how.state,
            text=how.text,
            fix=how.fix,
        )

    async def _tried(self, source: Source) -> list[Finding]:
        subject = f"source {source.name}"
        try:
            reading = await self.intake.look(source)
        except DigestsError as error:
            fix = "mend the source, or take it out of the digest"
            text = str(error)
            return [Finding(subject=subject, state="problem", text=text, fix=fix)]
        count = f"{len(reading.articles)} articles"
        return [
            Finding(subject=subject, state="ok", text=count),
            *(
                Finding(
                    subject=f"{subject}: {problem.where}",
                    state="warning",
                    text=problem.what,
                    fix=problem.remedy,
                )
                for problem in reading.problems
            ),
        ]

    async def _deliveries(self, workspace: Workspace) -> list[Finding]:
        newest = await self.db.read(
            deliveries.newest, workspace_id=workspace.id, count=20
        )
        return [
            Finding(
                subject=f"delivery to #{d.channel}",
                state="problem" if _is_lost(d) else "warning",
                text=f"{d.state}: {d.reason or 'no reason was kept'}",
                fix=_POST_AGAIN if d.operation == "post" else _STANDS,
            )
            for d in newest
            if d.state in ("failed", "held", "uncertain")
        ]


def _is_lost(delivery: Delivery) -> bool:
    """Whether nobody reads it: a message that could not be edited is still there."""
    return delivery.state == "failed" and delivery.operation == "post"
