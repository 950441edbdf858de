"""Check an installation and report each problem with its fix.

Three groups of checks: the machine (database, disk, time zones) and the platforms
(tokens, scopes, clocks, channels), both in `health_checks`; and here what is stored:
workspaces, digests, sources, deliveries. Each check has its own time limit; one that
fails or hangs is reported as a finding, and the others still run. All of them together
have one too.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Final

from bot.configuration.quota_checks import describe_use
from bot.delivery.card_pictures import DrawCard
from bot.i18n.translation import Texts
from bot.ingest import source_health
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
from bot.model.findings import CheckCode, mark_findings
from bot.model.quotas import DEFAULT_QUOTAS, Quotas
from bot.operations.health_checks import (
    CHECK_TIMEOUT,
    UNFINISHED,
    RunCheck,
    check_channels,
    check_database,
    check_drawing,
    check_jobs,
    check_platform,
    check_server_clock,
    check_zones,
    run_check,
    run_checks,
)
from bot.ports import Clock, Examinable, Examiner, Inspector, Platform, Plugins
from bot.publishing.planning import digest_zone, find_next_due, find_schedule_problems
from bot.storage import (
    Database,
    delivery_store,
    digest_store,
    quota_store,
    workspace_store,
)
from digests.cards.fonts import has_cjk_fonts
from digests.errors import DigestsError
from digests.language.words import primary_language
from digests.messages import Message
from digests.types import frozen, frozen_positional

#: Seconds for all checks together: what monitoring usually waits for.
EXAMINE_SECONDS: Final = 60.0
MORE_TIME: Final = "give the doctor more time: standfirst doctor --seconds 600"
RESTART: Final = "restart standfirst run"
#: Sources of a workspace that are read because their state is not known yet: a person
#: waits for the answer.
MAX_READ: Final = 20
#: Languages whose fonts are installed with the extra `cjk`.
_CJK: Final = frozenset({"ja", "ko", "zh"})
#: The operator reads English.
_ENGLISH: Final = Texts.of("en")


@frozen
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
    #: How much each workspace may have.
    quotas: Quotas = DEFAULT_QUOTAS
    #: Draws a quote as a picture; None = none are drawn.
    draw_card: DrawCard | None = None
    #: Where the pages of published editions are; None = nowhere.
    public_url: str | None = None

    async def examine(self, seconds: float = EXAMINE_SECONDS) -> tuple[Finding, ...]:
        """Run every check; findings go from the machine to the single delivery.

        Args:
            seconds: After this time, the workspaces that were not checked yet are
                counted in a finding.
        """
        ends = asyncio.get_running_loop().time() + seconds
        db, now = self.db, self.clock.now()
        database, *others = await asyncio.gather(
            _run_marked("database", "database", partial(check_database, db, now)),
            _run_marked("clock", "clock", partial(check_server_clock, db)),
            _run_marked("jobs", "jobs", partial(check_jobs, db, now)),
            _run_marked("time-zones", "time zones", self._check_zones),
            _run_marked("pictures", "pictures", self._check_drawing),
        )
        others.append(mark_findings("settings", self.check_settings()))
        others += await asyncio.gather(*map(self._check_platform, self.platforms))
        machine = (*database, *chain.from_iterable(others))
        if any(one.text.code == UNFINISHED for one in database):
            # What is stored there would not be read either.
            return machine
        left = max(0.0, ends - asyncio.get_running_loop().time())
        # Its own deadline comes first.
        workspaces = await run_check(
            "workspaces",
            partial(self._check_workspaces, ends),
            patience=left + CHECK_TIMEOUT,
        )
        return (*machine, *mark_findings("workspace", workspaces))

    async def examine_workspace(
        self, workspace: Workspace, texts: Texts
    ) -> tuple[Finding, ...]:
        """Check one workspace for its editors, without the machine's findings."""
        platform = await self._check_platform(workspace.platform)
        return (*platform, *await _WorkspaceChecks(self, workspace, texts).run())

    async def check_destinations(
        self, workspace: Workspace, places: Sequence[Destination]
    ) -> list[Finding]:
        """Check channels: known problems first, the others by asking the platform."""
        platform: object = self.platforms.get(workspace.platform)
        found: list[Finding] = []
        unknown: list[Destination] = []
        for place in places:
            known = len(found)
            if isinstance(platform, Inspector):
                for one in await platform.inspect(workspace.external_id, place):
                    build = Finding.problem if one.stops else Finding.warning
                    found.append(build(f"#{place.name}", one.text, one.fix))
            if len(found) == known:
                unknown.append(place)
        examiner = self.get_examiner(workspace.platform)
        more = await check_channels(examiner, workspace, unknown) if examiner else []
        return mark_findings("channel", [*found, *more])

    def get_examiner(self, platform: str) -> Examiner | None:
        """Return the platform's examiner; None if it is off or has no single token."""
        found: object = self.platforms.get(platform)
        return found.examiner if isinstance(found, Examinable) else None

    async def _check_platform(self, name: str) -> list[Finding]:
        examiner = self.get_examiner(name)
        return [] if not examiner else await check_platform(name, examiner, self.clock)

    async def _check_zones(self) -> Sequence[Finding]:
        kept = await self.db.read(workspace_store.list_workspaces)
        used = {workspace.zone for workspace in kept}
        used |= {digest_zone(digest) for digest in await self.archive.all_digests()}
        return check_zones(used, self.clock.now())

    async def _check_drawing(self) -> Sequence[Finding]:
        digests = await self.archive.all_digests()
        if self.draw_card is None or all(d.options.cards == "off" for d in digests):
            return []
        return await check_drawing(self.draw_card)

    async def _check_workspaces(self, ends: float) -> Sequence[Finding]:
        """Check one workspace after the other, until the loop's time `ends`."""
        kept = await self.db.read(workspace_store.list_workspaces)
        checked: list[list[Finding]] = []
        with suppress(TimeoutError):
            async with asyncio.timeout_at(ends):
                for workspace in kept:
                    run = _WorkspaceChecks(self, workspace, _ENGLISH).run
                    checked.append(await run())
        found = list(chain.from_iterable(checked))
        if missing := len(kept) - len(checked):
            text = f"not checked in time: {missing} of {len(kept)}"
            late = Finding.warning("workspaces", text, MORE_TIME)
            found += mark_findings("deadline", [late])
        if not found:
            fix = "standfirst apply FILE.toml, or standfirst demo to look around"
            found.append(Finding.warning("workspaces", "nothing is set up yet", fix))
        return found


async def _run_marked(code: CheckCode, subject: str, check: RunCheck) -> list[Finding]:
    return mark_findings(code, await run_check(subject, check))


@frozen_positional
class _WorkspaceChecks:
    """Checks what is stored of one workspace; the findings are in its language."""

    doctor: Doctor
    workspace: Workspace
    texts: Texts

    async def run(self) -> list[Finding]:
        digests = await self.doctor.db.read(
            digest_store.list_digests, self.workspace.scope
        )
        found = await self._check_connection(digests)
        found += mark_findings("quota", await self._check_quotas())
        unread = [s.id for one in digests for s in one.sources if _is_unread(s)]
        for digest in digests:
            found += mark_findings("digest", self._check_digest(digest))
            sources = await self._check_sources(digest, unread[:MAX_READ])
            found += mark_findings("source", sources)
        return [*found, *mark_findings("delivery", await self._check_deliveries())]

    async def _check_connection(self, digests: Sequence[Digest]) -> list[Finding]:
        """Check that the platform is on and posts; then the channels in use."""
        doctor, workspace = self.doctor, self.workspace
        name, subject = workspace.platform, f"{workspace.platform} {workspace.name}"
        if workspace.stopped is not None:
            text = Message("posting there is paused: {why}", why=workspace.stopped)
            fix = Message(
                "fix the cause; it is tried again at every start and every six hours"
            )
            return [Finding.problem(subject, text, fix)]
        if name not in doctor.platforms:
            plugin = doctor.plugins.get(name)
            fix = Message((plugin and plugin.how_to_connect) or RESTART)
            text = Message(
                "{platform} is not connected; nothing is posted there", platform=name
            )
            return [Finding.problem(subject, text, fix)]
        if doctor.get_examiner(name) is None and name in doctor.checks:
            check = partial(doctor.checks[name], workspace.external_id)
            return await run_check(subject, check)
        used = {one.id: one for digest in digests for one in digest.destinations}
        return await doctor.check_destinations(workspace, list(used.values()))

    async def _check_quotas(self) -> list[Finding]:
        uses = await self.doctor.db.read(
            quota_store.list_uses, self.workspace.scope, self.doctor.quotas
        )
        subject = f"{self.workspace.platform} {self.workspace.name}"
        return [
            Finding.warning(subject, describe_use(use)) for use in uses if use.is_near
        ]

    def _check_digest(self, digest: Digest) -> list[Finding]:
        subject = self.texts.say("digest {name}", name=digest.name)
        if not digest.destinations:
            text = Message("it has no destination, so nobody sees it")
            fix = Message("choose its destinations in /newsdesk home")
            return [Finding.warning(subject, text, fix)]
        due = describe_next_due(digest, self.doctor.clock.now(), self.texts)
        found = [Finding.ok(subject, due)]
        for place in digest.destinations:
            fix = Message("fix the cause; one message tries it again every six hours")
            if not place.retest_at:
                fix = Message("fix the cause, then run /newsdesk home in the channel")
            if place.paused:
                text = Message("posting there is paused: {why}", why=place.paused)
                paused = Finding.problem(f"#{place.name}", text, fix)
                found += mark_findings("channel", [paused])
        fix = Message("correct its schedule in /newsdesk home or in its file")
        if _lacks_fonts(digest):
            found.append(Finding.warning(subject, Message("card.no_cjk_fonts")))
        if digest.options.web != "off" and self.doctor.public_url is None:
            text = Message("its editions have no pages: there is no public address")
            fix = Message(
                "set STANDFIRST_PUBLIC_URL to the address of your proxy, or the "
                "digest's pages on the web to «off»"
            )
            found.append(Finding.warning(subject, text, fix))
        problems = find_schedule_problems(digest)
        return [*found, *(Finding.problem(subject, p.message, fix) for p in problems)]

    async def _check_sources(
        self, digest: Digest, to_read: Collection[int]
    ) -> list[Finding]:
        now, zone = self.doctor.clock.now(), digest_zone(digest)
        pages = await source_health.load_page_counts(
            self.doctor.db, digest.sources, now
        )

        async def check(source: Source, subject: str) -> Sequence[Finding]:
            # A source that is polled has a known state; others are read now.
            if source.id in to_read:
                return await self._read_source(source, subject)
            health = source_health.describe_health(
                source, now, zone, self.texts, pages.get(source.id)
            )
            text, fix = Message(health.text), Message(health.fix)
            return (Finding(subject=subject, state=health.state, text=text, fix=fix),)

        checks: list[tuple[str, RunCheck]] = []
        for source in digest.sources:
            subject = self.texts.say("source {name}", name=source.name)
            checks.append((subject, partial(check, source, subject)))
        return await run_checks(checks)

    async def _read_source(self, source: Source, subject: str) -> list[Finding]:
        try:
            reading = await self.doctor.ingestor.read_source(source)
        except DigestsError as error:
            fix = Message("fix the source, or remove it from the digest")
            return [Finding.problem(subject, error.message, fix)]
        count = self.texts.count("{n} article", "{n} articles", len(reading.articles))
        return [
            Finding.ok(subject, count),
            *(
                Finding.warning(f"{subject}: {one.where}", one.what, one.remedy)
                for one in reading.problems
            ),
        ]

    async def _check_deliveries(self) -> list[Finding]:
        newest = await self.doctor.db.read(
            delivery_store.list_newest_deliveries, self.workspace.scope, count=20
        )
        return [
            self._describe_delivery(delivery)
            for delivery in newest
            if delivery.state in ("failed", "held", "uncertain")
        ]

    def _describe_delivery(self, delivery: Delivery) -> Finding:
        say, is_post = self.texts.say, delivery.operation == "post"
        # Readers miss a post; a message that could not be edited is still there.
        build = Finding.warning
        if is_post and delivery.state == "failed":
            build = Finding.problem
        why = self.texts.message(delivery.reason) or say("no reason was recorded")
        fix = say("check the channel, then post again: standfirst digest post")
        if not is_post:
            fix = say(
                "the message stays as it was; /news latest, Corrections says what is "
                "right, and anybody who manages the channel can delete it"
            )
        subject = say("delivery to #{channel}", channel=delivery.channel)
        return build(subject, f"{self.texts.word(delivery.state)}: {why}", fix)


def _lacks_fonts(digest: Digest) -> bool:
    """Check whether its quotes are in a language whose fonts are not installed."""
    draws, language = digest.options.cards != "off", digest.options.language
    return draws and primary_language(language) in _CJK and not has_cjk_fonts()


def _is_unread(source: Source) -> bool:
    return source.kind == "folder" or source.requested_at is None


def describe_next_due(digest: Digest, now: datetime, texts: Texts) -> str:
    """Format when a digest is due: «next today 08:30 (Europe/Berlin)», or why never."""
    due, zone = find_next_due(digest, now), digest_zone(digest)
    if due is None:
        return texts.word("paused") if digest.paused else texts.say("not scheduled")
    when = texts.moment(due, zone, now)
    return texts.say("next {when} ({zone})", when=when, zone=zone)
