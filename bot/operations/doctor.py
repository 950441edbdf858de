"""Check an installation and report each problem with its fix.

Three groups of checks: the machine (database, disk, time zones) and the platforms
(tokens, scopes, clocks, channels), both in `health_checks`; and here what is stored:
workspaces, digests, sources, deliveries. Each check has its own time limit; one that
fails or hangs is reported as a finding, and the others still run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from bot.i18n.translation import Texts
from bot.ingest import source_state
from bot.ingest.polling import Ingestor
from bot.lookup.archive import Archive
from bot.model import (
    Delivery,
    Destination,
    Digest,
    Finding,
    PlatformCheck,
    Source,
    Workspace,
)
from bot.operations import health_checks
from bot.operations.health_checks import run_check, run_checks
from bot.ports import Clock, Examinable, Examiner, Inspector, Platform, Plugins
from bot.publishing.planning import digest_zone, find_next_due, find_schedule_problems
from bot.storage import Database, delivery_store, destination_store, workspace_store
from digests.errors import DigestsError
from digests.messages import Message

RESTART: Final = "restart standfirst run"
#: The operator reads English.
_ENGLISH: Final = Texts.of("en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Doctor:
    """Runs the checks over one database and the platforms that are switched on."""

    db: Database
    clock: Clock
    ingestor: Ingestor
    archive: Archive
    #: Those that are switched on, by name.
    platforms: Mapping[str, Platform]
    #: The platforms' own checks of a workspace, by platform.
    checks: Mapping[str, PlatformCheck] = field(default_factory=dict)
    #: Checks the settings of the process.
    check_settings: Callable[[], Iterable[Finding]] = tuple
    #: Descriptors of all platforms, switched on or not.
    plugins: Plugins = field(default_factory=dict)

    async def examine(self) -> tuple[Finding, ...]:
        """Run every check; findings go from the machine to the single delivery."""
        now = self.clock.now()
        found = await run_check(
            "database", lambda: health_checks.check_database(self.db, now)
        )
        found += await run_check("jobs", lambda: health_checks.check_jobs(self.db, now))
        found += await run_check("time zones", self._zones)
        found += self.check_settings()
        for name in self.platforms:
            if (examiner := self._examiner(name)) is not None:
                found += await health_checks.check_platform(name, examiner, self.clock)
        return (*found, *await run_check("workspaces", self._workspaces, patience=600))

    async def look_into(
        self, workspace: Workspace, texts: Texts
    ) -> tuple[Finding, ...]:
        """Check one workspace for its editors, without the machine's findings."""
        found: list[Finding] = []
        if (examiner := self._examiner(workspace.platform)) is not None:
            name = workspace.platform
            found += await health_checks.check_platform(name, examiner, self.clock)
        return (*found, *await self._workspace(workspace, texts))

    async def of_place(
        self, workspace: Workspace, place: Destination
    ) -> tuple[Finding, ...]:
        """Check one channel of the workspace on its platform."""
        found = await self._inspect_destinations(workspace, [place])
        examiner = self._examiner(workspace.platform)
        if found or examiner is None:
            return tuple(found)
        return tuple(await health_checks.check_channels(examiner, workspace, [place]))

    def _examiner(self, platform: str) -> Examiner | None:
        found: object = self.platforms.get(platform)
        return found.examiner if isinstance(found, Examinable) else None

    async def _zones(self) -> Sequence[Finding]:
        kept = await self.db.read(workspace_store.list_workspaces)
        used = {workspace.zone for workspace in kept}
        for digest in await self.archive.all_digests():
            used.add(digest_zone(digest))
        return health_checks.check_zones(used, self.clock.now())

    async def _workspaces(self) -> Sequence[Finding]:
        found: list[Finding] = []
        for workspace in await self.db.read(workspace_store.list_workspaces):
            found += await self._workspace(workspace, _ENGLISH)
        if not found:
            fix = "standfirst apply FILE.toml, or standfirst demo to look around"
            found.append(Finding.warning("workspaces", "nothing is set up yet", fix))
        return found

    async def _workspace(self, workspace: Workspace, texts: Texts) -> list[Finding]:
        found = [*self._platform(workspace, texts), *await self._asked(workspace)]
        for digest in await self.archive.digests(workspace.id):
            found += self._digest(digest, self.clock.now(), texts)
            found += await self._sources(digest, texts)
        return [*found, *await self._deliveries(workspace, texts)]

    async def _asked(self, workspace: Workspace) -> list[Finding]:
        """Ask the platform about the workspace and its channels."""
        name = workspace.platform
        if name not in self.platforms or workspace.stopped is not None:
            return []
        examiner = self._examiner(name)
        if examiner is None and name in self.checks:
            check = partial(self.checks[name], workspace.external_id)
            return await run_check(f"{name} {workspace.name}", check)
        places = await self._places(workspace)
        found = await self._inspect_destinations(workspace, places)
        if examiner is None:
            return found
        # A channel that the platform reported by itself is not asked about again.
        known = {finding.subject for finding in found}
        unknown = [place for place in places if f"#{place.name}" not in known]
        return [
            *found,
            *await health_checks.check_channels(examiner, workspace, unknown),
        ]

    async def _places(self, workspace: Workspace) -> list[Destination]:
        """The destinations that digests post to."""
        used = {
            place.id
            for digest in await self.archive.digests(workspace.id)
            for place in digest.destinations
        }
        kept = await self.db.read(
            destination_store.list_destinations, workspace_id=workspace.id
        )
        return [place for place in kept if place.id in used]

    async def _inspect_destinations(
        self, workspace: Workspace, places: Sequence[Destination]
    ) -> list[Finding]:
        """Problems that the platform knows of without a request."""
        inspector: object = self.platforms.get(workspace.platform)
        if not isinstance(inspector, Inspector):
            return []
        return [
            Finding(
                subject=f"#{place.name}",
                state="problem" if trouble.stops else "warning",
                text=trouble.text,
                fix=trouble.fix,
            )
            for place in places
            for trouble in await inspector.inspect(workspace.external_id, place)
        ]

    def _platform(self, workspace: Workspace, texts: Texts) -> list[Finding]:
        if workspace.platform in self.platforms and workspace.stopped is None:
            return []
        subject = f"{workspace.platform} {workspace.name}"
        if workspace.stopped is not None:
            text = _describe_stop(workspace.stopped, texts)
            fix = texts.say(
                "fix the cause; it is tried again at every start and every six hours"
            )
        else:
            text = texts.say(
                "{platform} is not connected; nothing is posted there",
                platform=workspace.platform,
            )
            plugin = self.plugins.get(workspace.platform)
            fix = texts.word((plugin and plugin.how_to_connect) or RESTART)
        return [Finding.problem(subject, text, fix)]

    def _digest(self, digest: Digest, now: datetime, texts: Texts) -> list[Finding]:
        subject = texts.say("digest {name}", name=digest.name)
        if not digest.destinations:
            text = texts.say("it has no destination, so nobody sees it")
            fix = texts.say(
                "run /newsdesk destination here, then /newsdesk digest edit"
            )
            return [Finding.warning(subject, text, fix)]
        stopped = [
            Finding.problem(
                f"#{place.name}",
                _describe_stop(place.paused, texts),
                _describe_destination_fix(place, texts),
            )
            for place in digest.destinations
            if place.paused
        ]
        fix = texts.say("correct its schedule: /newsdesk schedule edit, or in its file")
        stopped += [
            Finding.problem(subject, texts.error(trouble), fix)
            for trouble in find_schedule_problems(digest)
        ]
        text = (
            texts.word("paused")
            if digest.paused
            else _describe_next_due(digest, now, texts)
        )
        return [Finding.ok(subject, text), *stopped]

    async def _sources(self, digest: Digest, texts: Texts) -> list[Finding]:
        zone = digest_zone(digest)

        async def look(source: Source) -> Sequence[Finding]:
            # A source that is polled has a known state; others are read now.
            if source.kind == "folder" or source.requested_at is None:
                return await self._tried_source(source, texts)
            return (self._stored_source(source, zone, texts),)

        return await run_checks(
            [
                (texts.say("source {name}", name=source.name), partial(look, source))
                for source in digest.sources
            ]
        )

    def _stored_source(self, source: Source, zone: str, texts: Texts) -> Finding:
        how = source_state.describe_health(source, self.clock.now(), zone, texts)
        return Finding(
            subject=texts.say("source {name}", name=source.name),
            state=how.state,
            text=Message(how.text),
            fix=Message(how.fix),
        )

    async def _tried_source(self, source: Source, texts: Texts) -> list[Finding]:
        subject = texts.say("source {name}", name=source.name)
        try:
            reading = await self.ingestor.read_source(source)
        except DigestsError as error:
            fix = texts.say("fix the source, or remove it from the digest")
            return [Finding.problem(subject, error.message, fix)]
        held = len(reading.articles)
        count = texts.count("{n} article", "{n} articles", held)
        return [
            Finding.ok(subject, count),
            *(
                Finding.warning(
                    f"{subject}: {problem.where}",
                    problem.what,
                    problem.remedy,
                )
                for problem in reading.problems
            ),
        ]

    async def _deliveries(self, workspace: Workspace, texts: Texts) -> list[Finding]:
        newest = await self.db.read(
            delivery_store.list_newest_deliveries, workspace_id=workspace.id, count=20
        )
        return [
            (Finding.problem if _is_lost_post(d) else Finding.warning)(
                texts.say("delivery to #{channel}", channel=d.channel),
                f"{texts.word(d.state)}: {_describe_failure(d, texts)}",
                _describe_delivery_fix(d, texts),
            )
            for d in newest
            if d.state in ("failed", "held", "uncertain")
        ]


def _describe_stop(why: Message | None, texts: Texts) -> str:
    return texts.say("posting there is paused: {why}", why=texts.message(why))


def _describe_destination_fix(place: Destination, texts: Texts) -> str:
    if place.retest_at:
        return texts.say("fix the cause; one message tries it again every six hours")
    return texts.say(
        "fix the cause, then run /newsdesk destination here in the channel"
    )


def _describe_next_due(digest: Digest, now: datetime, texts: Texts) -> str:
    due = find_next_due(digest, now)
    if due is None:
        return texts.say("not scheduled")
    zone = digest_zone(digest)
    return texts.say(
        "next {when} ({zone})", when=texts.moment(due, zone, now), zone=zone
    )


def _describe_failure(delivery: Delivery, texts: Texts) -> str:
    return texts.message(delivery.reason) or texts.say("no reason was recorded")


def _is_lost_post(delivery: Delivery) -> bool:
    """Whether readers miss it: a message that could not be edited is still there."""
    return delivery.state == "failed" and delivery.operation == "post"


def _describe_delivery_fix(delivery: Delivery, texts: Texts) -> str:
    if delivery.operation == "post":
        return texts.say("check the channel, then post again: standfirst digest post")
    return texts.say(
        "the message stays as it was; /news corrections says what is right, and "
        "whoever manages the channel can delete it"
    )
