"""Preview what a change does to the next edition; nothing of it is stored.

`draft` composes the next edition as a digest would tell it, from stored articles where
the workspace has the source, and from a look at the address where it is new. `trial`
says what a filter would have done to the newest articles.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.configuration import layout_settings
from bot.configuration.change_steps import ChangeStep
from bot.configuration.diff import mask_source
from bot.configuration.settings import SettingsEntry
from bot.ingest.polling import SourceTrial, try_source
from bot.model import (
    PUBLISHABLE_FOR,
    Digest,
    MessagePart,
    RenderContext,
    Source,
    Workspace,
    layout_from_settings,
    layout_to_style,
)
from bot.publishing.editions import EditionPublisher
from bot.schedules.parsing import parse_schedule
from bot.storage import article_store, edition_store, ledger_store, source_store
from digests.compose import compose
from digests.stories import filters
from digests.types import Article, Edition, EditionStyle, PublishedLedger

#: How long one address may take before the preview goes on without it, in seconds.
READING_SECONDS = 20.0
#: Addresses that are looked at for one preview, and at once.
MAX_ADDRESSES, READ_AT_ONCE = 20, 6
#: A trial of a filter is over so many of the newest articles, of this time.
TRIAL_ARTICLES, TRIAL_SPAN = 40, timedelta(days=30)
#: What of a digest decides about what its edition tells.
_COMPOSITION_SETTINGS = (
    "sources", "paused_sources", "stories", "include", "exclude", "language",
    "summary", "quotes", "figures", "brief",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestPreview:
    """An edition that would be posted, and what could not be read for it."""

    edition: Edition
    parts: tuple[MessagePart, ...]
    #: A source as it is shown, and why nothing came of it.
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutPreview:
    """An edition as a change would lay it out."""

    parts: tuple[MessagePart, ...]
    #: It was posted already, otherwise laid out: there is nothing new to tell.
    posted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeEffect:
    """What a change does to an edition."""

    before: Edition
    after: Edition
    #: Nothing is new: both tell again what came in lately.
    again: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterTrial:
    """What a filter would have done to the newest articles."""

    #: So many were looked at.
    of: int
    matching: tuple[Article, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePreviews:
    """The trials, over the makers of editions."""

    publisher: EditionPublisher

    async def preview_digest(
        self, workspace: Workspace, entry: SettingsEntry, digest_id: int | None
    ) -> DigestPreview:
        """The next edition of a digest that is as `entry` says.

        Args:
            workspace: Whose sources are known, and which platform shows it.
            entry: The digest in the configuration file's words, with its name.
            digest_id: Whose readers were told things before; None = a new digest.
        """
        resting = set(entry["paused_sources"])
        wanted = [a for a in entry["sources"] if a not in resting]
        known = await self._load_read_sources(workspace)
        stored = [known[a] for a in wanted if a in known]
        tried = await self._try_addresses([a for a in wanted if a not in known])
        held = await self._refresh_articles(stored)
        seen = [article for one in tried.values() for article in one.newest]
        published = await self._load_ledger(workspace, digest_id)
        edition = await self._compose((*held, *seen), published, entry)
        problems = tuple(
            (mask_source(address), one.problem)
            for address, one in tried.items()
            if one.problem
        )
        parts = self._render(workspace, entry, edition)
        return DigestPreview(edition=edition, parts=parts, problems=problems)

    async def compare_editions(
        self, workspace: Workspace, step: ChangeStep
    ) -> ChangeEffect | None:
        """The next edition without and with a change of a digest, from what is stored.

        Where nothing is new, what came in lately is told again for it. None: the step
        changes nothing that an edition is made by, or reads something that nothing is
        stored of.
        """
        if step.noun != "digest" or step.before is None or step.after is None:
            return None
        added = set(step.after["sources"]) - set(step.before["sources"])
        if added or all(
            step.before[name] == step.after[name] for name in _COMPOSITION_SETTINGS
        ):
            return None
        published = await self._load_ledger(workspace, step.key)
        for ledger in (published, PublishedLedger()):
            before, after = [
                await self._compose_stored(workspace, entry, ledger)
                for entry in (step.before, step.after)
            ]
            if before.stories or after.stories:
                return ChangeEffect(
                    before=before, after=after, again=ledger is not published
                )
        return None

    async def preview_layout(
        self, workspace: Workspace, step: ChangeStep
    ) -> LayoutPreview | None:
        """How a change of a digest would look, from what is stored.

        None: it changes nothing of how editions are laid out, or there is nothing to
        show yet.
        """
        before, after = step.before, step.after
        if (
            before is None
            or after is None
            or not layout_settings.is_layout_changed(before, after)
        ):
            return None
        published = await self._load_ledger(workspace, step.key)
        edition = await self._compose_stored(workspace, after, published)
        if edition.stories:
            return LayoutPreview(parts=self._render(workspace, after, edition))
        last = await self.publisher.db.read(
            edition_store.find_newest_edition_of,
            workspace_id=workspace.id,
            digest_id=step.key or 0,
        )
        if last is None:
            return None
        chosen = layout_from_settings(after).sections
        edition = replace(last.edition, sections=chosen)
        return LayoutPreview(parts=self._render(workspace, after, edition), posted=True)

    async def _compose_stored(
        self, workspace: Workspace, entry: SettingsEntry, published: PublishedLedger
    ) -> Edition:
        known, resting = (
            await self._load_read_sources(workspace),
            set(entry["paused_sources"]),
        )
        read = [a for a in entry["sources"] if a not in resting and a in known]
        held = await self._load_articles([known[address] for address in read])
        return await self._compose(held, published, entry)

    async def try_filter(self, digest: Digest, written: str) -> FilterTrial:
        """What the filter would have matched of what the digest's sources gave.

        Raises:
            InputError: It cannot be a filter.
        """
        clock = self.publisher.clock
        held = await self.publisher.db.read(
            article_store.list_fresh_articles,
            source_ids=[source.id for source in digest.sources],
            since=clock.now() - TRIAL_SPAN,
        )
        newest = held[:TRIAL_ARTICLES]
        found = await self.publisher.engine.run(_match_filter, newest, written)
        return FilterTrial(of=len(newest), matching=found)

    async def _load_read_sources(self, workspace: Workspace) -> Mapping[str, Source]:
        """The workspace's sources that were read at least once, by address."""
        mine = await self.publisher.db.read(
            source_store.list_sources, workspace_id=workspace.id
        )
        return {s.address: s for s in mine if s.last_success_at or s.kind == "folder"}

    async def _refresh_articles(self, stored: Sequence[Source]) -> tuple[Article, ...]:
        if not stored:
            return ()
        await self.publisher.ingestor.refresh(stored)
        return await self._load_articles(stored)

    async def _load_articles(self, stored: Sequence[Source]) -> tuple[Article, ...]:
        since = self.publisher.clock.now() - PUBLISHABLE_FOR
        ids = [source.id for source in stored]
        return await self.publisher.db.read(
            article_store.list_fresh_articles, source_ids=ids, since=since
        )

    async def try_address(self, address: str) -> SourceTrial:
        """What stands at an address at present, or why that cannot be said."""
        source_reader, now = (
            self.publisher.ingestor.source_reader,
            self.publisher.clock.now(),
        )
        look = try_source(address, source_reader=source_reader, now=now)
        try:
            return await asyncio.wait_for(look, READING_SECONDS)
        except TimeoutError:
            slow = f"It did not answer within {READING_SECONDS:.0f} seconds."
            shown = mask_source(address)
            return SourceTrial(shown=shown, read_at=shown, problem=slow)

    async def _try_addresses(self, wanted: Sequence[str]) -> Mapping[str, SourceTrial]:
        places = asyncio.Semaphore(READ_AT_ONCE)

        async def one(address: str) -> SourceTrial:
            async with places:
                return await self.try_address(address)

        few = wanted[:MAX_ADDRESSES]
        found = await asyncio.gather(*(one(address) for address in few))
        return dict(zip(few, found, strict=True))

    async def _compose(
        self, held: Sequence[Article], published: PublishedLedger, entry: SettingsEntry
    ) -> Edition:
        now = self.publisher.clock.now()
        return await self.publisher.engine.run(
            _compose_edition, held, now, published, _build_style(entry)
        )

    async def _load_ledger(
        self, workspace: Workspace, digest_id: int | None
    ) -> PublishedLedger:
        if digest_id is None:
            return PublishedLedger()
        return await self.publisher.db.read(
            ledger_store.get_ledger, workspace_id=workspace.id, digest_id=digest_id
        )

    def _render(
        self, workspace: Workspace, entry: SettingsEntry, edition: Edition
    ) -> tuple[MessagePart, ...]:
        platform = self.publisher.platforms.get(workspace.platform)
        if platform is None or not edition.stories:
            return ()
        zones = [parse_schedule(sentence).zone for sentence in entry["schedule"]]
        context = RenderContext(
            edition_id="preview",
            digest=str(entry["name"]),
            zone=zones[0] if zones else workspace.zone,
            locale=str(entry["language"]),
            next_due=None,
        )
        return platform.render(edition, context)


def _build_style(entry: SettingsEntry) -> EditionStyle:
    return EditionStyle(
        title=entry["name"],
        stories=entry["stories"],
        lang=entry["language"],
        include=tuple(entry["include"]),
        exclude=tuple(entry["exclude"]),
        **layout_to_style(layout_from_settings(entry)),
    )


def _compose_edition(
    held: Iterable[Article],
    now: datetime,
    published: PublishedLedger,
    style: EditionStyle,
) -> Edition:
    return compose(tuple(held), now=now, ledger=published, style=style)


def _match_filter(newest: Sequence[Article], written: str) -> tuple[Article, ...]:
    filters.validate_filter(written)
    return tuple(a for a in newest if filters.match_filters(a, [written]))
