"""What a change would do to what people read: tried out, and nothing of it is kept.

`draft` composes the next edition as a digest would tell it, from stored articles where
the workspace has the source, and from a look at the address where it is new. `trial`
says what a filter would have done to the newest articles.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import schedules
from bot.at_hand import FRESH
from bot.configuring import laying_out
from bot.configuring.steps import Entry, Step
from bot.configuring.telling import shown_source
from bot.editions import Editions
from bot.intake.trying import Tried, try_out
from bot.looks import of_settings
from bot.storage import articles, sources
from bot.storage import editions as issues
from bot.styles import told_as
from bot.types import Digest, Part, RenderContext, Source, Workspace
from digests.compose import compose
from digests.stories import filters
from digests.types import Article, Edition, Style, Told

#: How long one address may take before the preview goes on without it, in seconds.
PATIENCE = 20.0
#: Addresses that are looked at for one preview, and at once.
MOST, AT_ONCE = 20, 6
#: A trial of a filter is over so many of the newest articles, of this time.
NEWEST, SPAN = 40, timedelta(days=30)
#: What of a digest decides about what its edition tells.
_MADE_BY = (
    "sources", "paused_sources", "stories", "include", "exclude", "language",
    "summary", "quotes", "figures", "brief",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An edition that would be posted, and what could not be read for it."""

    edition: Edition
    parts: tuple[Part, ...]
    #: A source as it is shown, and why nothing came of it.
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sketch:
    """An edition as a change would lay it out."""

    parts: tuple[Part, ...]
    #: It was posted already, otherwise laid out: there is nothing new to tell.
    posted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a change does to an edition."""

    before: Edition
    after: Edition
    #: Nothing is new: both tell again what came in lately.
    again: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What a filter would have done to the newest articles."""

    #: So many were looked at.
    of: int
    matching: tuple[Article, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Previews:
    """The trials, over the makers of editions."""

    editions: Editions

    async def draft(
        self, workspace: Workspace, entry: Entry, digest_id: int | None
    ) -> Draft:
        """The next edition of a digest that is as `entry` says.

        Args:
            workspace: Whose sources are known, and which platform shows it.
            entry: The digest in the configuration file's words, with its name.
            digest_id: Whose readers were told things before; None = a new digest.
        """
        resting = set(entry["paused_sources"])
        wanted = [a for a in entry["sources"] if a not in resting]
        known = await self._known(workspace)
        stored = [known[a] for a in wanted if a in known]
        tried = await self._tried([a for a in wanted if a not in known])
        held = await self._held(stored)
        seen = [article for one in tried.values() for article in one.newest]
        told = await self._told(workspace, digest_id)
        edition = await self._composed((*held, *seen), told, entry)
        problems = tuple(
            (shown_source(address), one.problem)
            for address, one in tried.items()
            if one.problem
        )
        parts = self._rendered(workspace, entry, edition)
        return Draft(edition=edition, parts=parts, problems=problems)

    async def effect(self, workspace: Workspace, step: Step) -> Effect | None:
        """The next edition without and with a change of a digest, from what is stored.

        Where nothing is new, what came in lately is told again for it. None: the step
        changes nothing that an edition is made by, or reads something that nothing is
        stored of.
        """
        if step.noun != "digest" or step.before is None or step.after is None:
            return None
        added = set(step.after["sources"]) - set(step.before["sources"])
        if added or all(step.before[name] == step.after[name] for name in _MADE_BY):
            return None
        told = await self._told(workspace, step.key)
        for untold in (told, Told()):
            before, after = [
                await self._of_stored(workspace, entry, untold)
                for entry in (step.before, step.after)
            ]
            if before.stories or after.stories:
                return Effect(before=before, after=after, again=untold is not told)
        return None

    async def sketch(self, workspace: Workspace, step: Step) -> Sketch | None:
        """How a change of a digest would look, from what is stored.

        None: it changes nothing of how editions are laid out, or there is nothing to
        show yet.
        """
        before, after = step.before, step.after
        if before is None or after is None or not laying_out.changed(before, after):
            return None
        told = await self._told(workspace, step.key)
        edition = await self._of_stored(workspace, after, told)
        if edition.stories:
            return Sketch(parts=self._rendered(workspace, after, edition))
        last = await self.editions.db.read(
            issues.newest_of, workspace_id=workspace.id, digest_id=step.key or 0
        )
        if last is None:
            return None
        chosen = of_settings(after).sections
        edition = replace(last.edition, sections=chosen)
        return Sketch(parts=self._rendered(workspace, after, edition), posted=True)

    async def _of_stored(
        self, workspace: Workspace, entry: Entry, told: Told
    ) -> Edition:
        known, resting = await self._known(workspace), set(entry["paused_sources"])
        read = [a for a in entry["sources"] if a not in resting and a in known]
        held = await self._stored([known[address] for address in read])
        return await self._composed(held, told, entry)

    async def trial(self, digest: Digest, written: str) -> Trial:
        """What the filter would have matched of what the digest's sources gave.

        Raises:
            InputError: It cannot be a filter.
        """
        clock = self.editions.clock
        held = await self.editions.db.read(
            articles.fresh,
            source_ids=[source.id for source in digest.sources],
            since=clock.now() - SPAN,
        )
        newest = held[:NEWEST]
        found = await self.editions.engine.run(_matching, newest, written)
        return Trial(of=len(newest), matching=found)

    async def _known(self, workspace: Workspace) -> Mapping[str, Source]:
        """The workspace's sources that were read at least once, by address."""
        mine = await self.editions.db.read(
            sources.in_workspace, workspace_id=workspace.id
        )
        return {s.address: s for s in mine if s.last_good or s.kind == "folder"}

    async def _held(self, stored: Sequence[Source]) -> tuple[Article, ...]:
        if not stored:
            return ()
        await self.editions.intake.refresh(stored)
        return await self._stored(stored)

    async def _stored(self, stored: Sequence[Source]) -> tuple[Article, ...]:
        since = self.editions.clock.now() - FRESH
        ids = [source.id for source in stored]
        return await self.editions.db.read(articles.fresh, source_ids=ids, since=since)

    async def tried(self, address: str) -> Tried:
        """What stands at an address at present, or why that cannot be said."""
        outside, now = self.editions.intake.outside, self.editions.clock.now()
        look = try_out(address, outside=outside, now=now)
        try:
            return await asyncio.wait_for(look, PATIENCE)
        except TimeoutError:
            slow = f"It did not answer within {PATIENCE:.0f} seconds."
            shown = shown_source(address)
            return Tried(shown=shown, read_at=shown, problem=slow)

    async def _tried(self, wanted: Sequence[str]) -> Mapping[str, Tried]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(address: str) -> Tried:
            async with places:
                return await self.tried(address)

        few = wanted[:MOST]
        found = await asyncio.gather(*(one(address) for address in few))
        return dict(zip(few, found, strict=True))

    async def _composed(
        self, held: Sequence[Article], told: Told, entry: Entry
    ) -> Edition:
        now = self.editions.clock.now()
        return await self.editions.engine.run(_compose, held, now, told, _style(entry))

    async def _told(self, workspace: Workspace, digest_id: int | None) -> Told:
        if digest_id is None:
            return Told()
        return await self.editions.db.read(
            issues.told, workspace_id=workspace.id, digest_id=digest_id
        )

    def _rendered(
        self, workspace: Workspace, entry: Entry, edition: Edition
    ) -> tuple[Part, ...]:
        platform = self.editions.platforms.get(workspace.platform)
        if platform is None or not edition.stories:
            return ()
        zones = [schedules.parse(sentence).zone for sentence in entry["schedule"]]
        context = RenderContext(
            edition_id="preview",
            digest=str(entry["name"]),
            zone=zones[0] if zones else workspace.zone,
            locale=str(entry["language"]),
            next_due=None,
        )
        return platform.render(edition, context)


def _style(entry: Entry) -> Style:
    return Style(
        title=entry["name"],
        stories=entry["stories"],
        lang=entry["language"],
        include=tuple(entry["include"]),
        exclude=tuple(entry["exclude"]),
        **told_as(of_settings(entry)),
    )


def _compose(
    held: Iterable[Article], now: datetime, told: Told, style: Style
) -> Edition:
    return compose(tuple(held), now=now, told=told, style=style)


def _matching(newest: Sequence[Article], written: str) -> tuple[Article, ...]:
    filters.check(written)
    return tuple(a for a in newest if filters.matching(a, [written]))
