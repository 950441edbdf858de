"""Looks at everything that can be wrong and says the fix; it must not mend anything.

Each check returns findings of its own and has its time; one that fails, or does not
end, is a finding, and never the end of the others.

    machine     the database, its disk, the rules of time zones: the operator's
    connected   tokens, scopes, intents, clocks, channels: asked of the platforms
    (here)      workspaces, digests, sources, deliveries: by what was kept
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from bot.archive import Archive
from bot.doctor import connected, machine
from bot.doctor.bounded import all_of, bounded
from bot.due import next_due_of, troubles_of, zone_of
from bot.findings import Finding
from bot.intake import Intake, health
from bot.ports import Examinable, Examiner, Platform
from bot.storage import deliveries, destinations, workspaces
from bot.storage.database import Database
from bot.texts import Texts
from bot.types import Digest, Source, Workspace
from digests.errors import DigestsError

#: How each platform is switched on.
_SWITCHED_ON: Final = {
    "discord": "set STANDFIRST_DISCORD_TOKEN to the bot's token",
    "slack": "set STANDFIRST_SLACK_BOT_TOKEN to the bot's token",
}


__all__ = ["Doctor", "Finding"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Doctor:
    """The checks, over one database."""

    db: Database
    intake: Intake
    archive: Archive
    #: Those that are on.
    platforms: Mapping[str, Platform]

    async def examine(self) -> tuple[Finding, ...]:
        """All findings, in the order in which somebody would look."""
        found = await bounded("database", lambda: machine.database(self.db))
        found += await bounded("time zones", self._zones)
        for name in self.platforms:
            if (examiner := self._examiner(name)) is not None:
                clock = self.intake.clock
                found += await connected.platform(name, examiner, clock)
        return (*found, *await bounded("workspaces", self._workspaces, patience=600))

    async def look_into(self, workspace: Workspace) -> tuple[Finding, ...]:
        """The findings of one workspace, for its editors: nothing of the machine."""
        found: list[Finding] = []
        if (examiner := self._examiner(workspace.platform)) is not None:
            clock, name = self.intake.clock, workspace.platform
            found += await connected.platform(name, examiner, clock)
        return (*found, *await self._workspace(workspace))

    def _examiner(self, platform: str) -> Examiner | None:
        found: object = self.platforms.get(platform)
        return found.examiner if isinstance(found, Examinable) else None

    async def _zones(self) -> Sequence[Finding]:
        kept = await self.db.read(workspaces.every)
        used = {workspace.zone for workspace in kept}
        for digest in await self.archive.all_digests():
            used.add(zone_of(digest))
        return machine.zones(used, self.intake.clock.now())

    async def _workspaces(self) -> Sequence[Finding]:
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
        found += await self._channels(workspace)
        for digest in await self.archive.digests(workspace.id):
            found += self._digest(digest, self.intake.clock.now())
            found += await self._sources(digest)
        return [*found, *await self._deliveries(workspace)]

    async def _channels(self, workspace: Workspace) -> list[Finding]:
        """Those that digests post to, where the platform can be asked."""
        examiner = self._examiner(workspace.platform)
        if examiner is None or workspace.stopped is not None:
            return []
        used = {
            place.id
            for digest in await self.archive.digests(workspace.id)
            for place in digest.destinations
        }
        kept = await self.db.read(destinations.in_workspace, workspace_id=workspace.id)
        places = [place for place in kept if place.id in used]
        return await connected.channels(examiner, workspace, places)

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
        zone = zone_of(digest)

        async def look(source: Source) -> Sequence[Finding]:
            # What was read before tells how it is; a folder and a newcomer are tried.
            if source.kind == "folder" or source.asked_at is None:
                return await self._tried(source)
            return (self._as_kept(source, zone),)

        return await all_of(
            [
                (f"source {source.name}", partial(look, source))
                for source in digest.sources
            ]
        )

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
                state="problem" if d.state == "failed" else "warning",
                text=f"{d.state}: {d.reason or 'no reason was kept'}",
                fix="look into the channel, then post again: standfirst digest post",
            )
            for d in newest
            if d.state in ("failed", "held", "uncertain")
        ]
