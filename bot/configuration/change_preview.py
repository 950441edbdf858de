"""Preview the effect of a change on the next edition, without storing anything.

The edition is composed from stored articles, and from a trial reading of sources that
are new to the workspace. A filter is tested against the newest articles.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.configuration.change_steps import ChangeStep
from bot.configuration.diff import mask_source
from bot.ingest.polling import SourceTrial, try_source
from bot.model import (
    PREVIEW_ID,
    PUBLISHABLE_FOR,
    Digest,
    DigestOptions,
    DigestSettings,
    Picture,
    RenderContext,
    RenderedEdition,
    SettingsEntry,
    Source,
    Workspace,
    list_settings,
)
from bot.publishing.editions import EditionPublisher
from bot.schedules.parsing import parse_schedule
from bot.storage import article_store, edition_store, ledger_store, source_store
from digests.compose import compose
from digests.messages import Message
from digests.stories import filters
from digests.types import Article, Edition, PublishedLedger, frozen

#: Timeout of the trial reading of one address, and of all pages of a preview, in
#: seconds.
READING_SECONDS, PAGE_SECONDS = 20.0, 8.0
#: Maximum number of addresses that are tried for one preview, and at once.
MAX_ADDRESSES, READ_AT_ONCE = 20, 8
#: Maximum number and age of the articles that a filter is tested against.
TRIAL_ARTICLES, TRIAL_SPAN = 40, timedelta(days=30)
_COMPOSITION_SETTINGS = tuple(
    s.name for s in list_settings(DigestSettings) if s.info.affects_edition
)


@frozen
class DigestPreview:
    """An edition with changed settings."""

    edition: Edition
    #: None: it has no stories, or its platform is not connected.
    rendered: RenderedEdition | None
    #: It is the last posted edition, because nothing is new.
    posted: bool = False
    #: Sources that could not be read: (source as it is shown, the reason).
    problems: tuple[tuple[str, Message], ...] = ()
    #: Number of new sources that give excerpts only.
    excerpts: int = 0


@frozen
class ChangeEffect:
    """An edition without and with a change."""

    before: Edition
    after: Edition
    #: Nothing is new: both are made from articles that were published already.
    again: bool
    #: From all articles of the last seven days, as if none had been published; None =
    #: the same as the next edition.
    week: tuple[Edition, Edition] | None = None


@frozen
class FilterTrial:
    """The newest articles that a filter matches."""

    #: Number of articles tried.
    of: int
    matching: tuple[Article, ...]


@frozen
class ChangePreviews:
    """Previews changes with the edition publisher."""

    publisher: EditionPublisher

    async def preview_digest(
        self, workspace: Workspace, entry: SettingsEntry
    ) -> DigestPreview:
        """Compose the first edition of a new digest with these checked settings."""
        known = await self._load_read_sources(workspace)
        wanted = _list_active_addresses(entry)
        new = [address for address in wanted if address not in known]
        tried = await self.try_addresses(new[:MAX_ADDRESSES])
        stored = [known[address] for address in wanted if address in known]
        await self.publisher.ingestor.refresh(stored)
        held = [
            *await self._load_articles(stored),
            *(article for trial in tried.values() for article in trial.newest),
        ]
        edition = await self._compose(workspace, held, PublishedLedger(), entry)
        full = await self._try_pages(workspace, entry, edition, tried)
        if full:
            held = [full.get(article.id, article) for article in held]
            edition = await self._compose(workspace, held, PublishedLedger(), entry)
        problems = tuple(
            (mask_source(address), trial.problem)
            for address, trial in tried.items()
            if trial.problem
        )
        return DigestPreview(
            edition=edition,
            rendered=await self._render(workspace, entry, edition),
            problems=problems,
            excerpts=count_excerpt_sources(tried.values()),
        )

    async def _try_pages(
        self,
        workspace: Workspace,
        entry: SettingsEntry,
        edition: Edition,
        tried: Mapping[str, SourceTrial],
    ) -> Mapping[str, Article]:
        """Read the pages of the stories that new sources tell from excerpts."""
        shown = {story.articles[0].id for story in edition.stories}
        wanted = [
            (article, address)
            for address, trial in tried.items()
            if entry["full_text"].get(address) != "never"
            for article in trial.newest
            if article.id in shown and article.excerpt and article.url
        ]
        reader = self.publisher.ingestor.full_text_reader
        return await reader.try_pages(wanted, workspace.id, seconds=PAGE_SECONDS)

    async def compare_editions(
        self, workspace: Workspace, step: ChangeStep
    ) -> ChangeEffect | None:
        """Compose editions without and with a change, from stored articles.

        The next edition, and one of the last seven days; where nothing is new, only the
        latter. Returns None if the
        step has no effect on editions, or adds a source that has not been read.
        """
        old, new = step.before, step.after
        if step.noun != "digest" or old is None or new is None:
            return None
        if set(new["sources"]) - set(old["sources"]) or all(
            old[name] == new[name] for name in _COMPOSITION_SETTINGS
        ):
            return None
        published, empty = await self._load_ledger(workspace, step), PublishedLedger()
        week = await self._compose_pair(workspace, old, new, empty)
        if published == empty:
            coming = week
        else:
            coming = await self._compose_pair(workspace, old, new, published)
        is_new = any(edition.stories for edition in coming)
        if not is_new and not any(edition.stories for edition in week):
            return None
        before, after = coming if is_new else week
        return ChangeEffect(
            before=before,
            after=after,
            again=not is_new,
            week=week if is_new and coming != week else None,
        )

    async def _compose_pair(
        self,
        workspace: Workspace,
        old: SettingsEntry,
        new: SettingsEntry,
        ledger: PublishedLedger,
    ) -> tuple[Edition, Edition]:
        before = await self._compose_stored(workspace, old, ledger)
        return before, await self._compose_stored(workspace, new, ledger)

    async def preview_layout(
        self, workspace: Workspace, step: ChangeStep
    ) -> DigestPreview | None:
        """Render an edition in the layout of a change, from stored articles.

        Returns None if the layout stays the same, or there is no edition to show yet.
        """
        before, after = step.before, step.after
        if not (before and after) or before["sections"] == after["sections"]:
            return None
        published = await self._load_ledger(workspace, step)
        edition = await self._compose_stored(workspace, after, published)
        is_new = bool(edition.stories)
        if not is_new:
            last = await self.publisher.db.read(
                edition_store.find_newest_edition_of,
                workspace.scope,
                digest_id=step.key or 0,
            )
            if last is None:
                return None
            chosen = DigestSettings.model_validate(after).sections
            edition = replace(last.edition, sections=chosen)
        rendered = await self._render(workspace, after, edition)
        return DigestPreview(edition=edition, rendered=rendered, posted=not is_new)

    async def try_filter(self, digest: Digest, written: str) -> FilterTrial:
        """Match the filter against the newest articles of the digest's sources.

        Raises:
            InputError: It is not a valid filter.
        """
        held = await self._load_articles(digest.sources, TRIAL_SPAN)
        newest = held[:TRIAL_ARTICLES]
        engine = self.publisher.engine.of_workspace(digest.workspace_id)
        found = await engine.run(_match_filter, newest, written)
        return FilterTrial(of=len(newest), matching=found)

    async def try_address(self, address: str) -> SourceTrial:
        """Read an address once, and return its content or why it cannot be read."""
        source_reader = self.publisher.ingestor.source_reader
        now = self.publisher.clock.now()
        trial = try_source(address, source_reader=source_reader, now=now)
        try:
            return await asyncio.wait_for(trial, READING_SECONDS)
        except TimeoutError:
            slow = Message("source.slow", seconds=f"{READING_SECONDS:.0f}")
            shown = mask_source(address)
            return SourceTrial(shown=shown, read_at=shown, problem=slow)

    async def try_addresses(
        self, wanted: Sequence[str], seconds: float | None = None
    ) -> Mapping[str, SourceTrial]:
        """Read addresses once, a few at a time; return those that end in time."""
        places = asyncio.Semaphore(READ_AT_ONCE)

        async def try_one(address: str) -> SourceTrial:
            async with places:
                return await self.try_address(address)

        tasks = {one: asyncio.ensure_future(try_one(one)) for one in wanted}
        if not tasks:
            return {}
        try:
            done, _ = await asyncio.wait(tasks.values(), timeout=seconds)
        finally:
            for task in tasks.values():
                task.cancel()
        return {one: task.result() for one, task in tasks.items() if task in done}

    # ── steps ──────────────────────────────────────────────────────────────────

    async def _load_read_sources(self, workspace: Workspace) -> Mapping[str, Source]:
        """Load the workspace's sources that were read at least once, by address."""
        mine = await self.publisher.db.read(source_store.list_sources, workspace.scope)
        return {s.address: s for s in mine if s.last_success_at or s.kind == "folder"}

    async def _load_articles(
        self, stored: Sequence[Source], span: timedelta = PUBLISHABLE_FOR
    ) -> tuple[Article, ...]:
        since = self.publisher.clock.now() - span
        ids = [source.id for source in stored]
        return await self.publisher.db.read(
            article_store.list_fresh_articles, source_ids=ids, since=since
        )

    async def _load_ledger(
        self, workspace: Workspace, step: ChangeStep
    ) -> PublishedLedger:
        return await self.publisher.db.read(
            ledger_store.get_ledger, workspace.scope, digest_id=step.key or 0
        )

    async def _compose_stored(
        self, workspace: Workspace, entry: SettingsEntry, published: PublishedLedger
    ) -> Edition:
        known = await self._load_read_sources(workspace)
        active = _list_active_addresses(entry)
        held = await self._load_articles([known[a] for a in active if a in known])
        return await self._compose(workspace, held, published, entry)

    async def _compose(
        self,
        workspace: Workspace,
        held: Sequence[Article],
        published: PublishedLedger,
        entry: SettingsEntry,
    ) -> Edition:
        now = self.publisher.clock.now()
        settings = DigestSettings.model_validate(entry)
        style = settings.to_edition_style(settings.name)
        return await self.publisher.engine.of_workspace(workspace.id).run(
            compose, held, now=now, ledger=published, style=style
        )

    async def _render(
        self, workspace: Workspace, entry: SettingsEntry, edition: Edition
    ) -> RenderedEdition | None:
        """Render an edition with the pictures of its quotes."""
        platform = self.publisher.platforms.get(workspace.platform)
        if platform is None or not edition.stories:
            return None
        zones = [parse_schedule(sentence).zone for sentence in entry["schedule"]]
        context = RenderContext(
            edition_id=PREVIEW_ID,
            digest=str(entry["name"]),
            zone=zones[0] if zones else workspace.zone,
            locale=str(entry["language"]),
            next_due=None,
            accent=entry["accent"],
            web_url=self.publisher.pages.build_preview_url(entry["web"]),
        )
        pictures: tuple[Picture, ...] = ()
        if self.publisher.illustrator is not None:
            cards, options = (
                self.publisher.illustrator.cards,
                DigestOptions.from_stored(entry),
            )
            made = await cards.illustrate(edition, context, options)
            pictures = await cards.load_for_answer(workspace.scope, made)
            context = replace(context, pictures=made.refs)
        parts = platform.render(edition, context)
        return RenderedEdition(parts=parts, pictures=pictures)


def _list_active_addresses(entry: SettingsEntry) -> list[str]:
    return [a for a in entry["sources"] if a not in entry["paused_sources"]]


def _match_filter(newest: Sequence[Article], written: str) -> tuple[Article, ...]:
    filters.validate_filter(written)
    return tuple(a for a in newest if filters.match_filters(a, [written]))


def count_excerpt_sources(tried: Iterable[SourceTrial]) -> int:
    """Count the sources that give excerpts only."""
    readings = (trial.reading for trial in tried)
    return sum(one is not None and one.completeness == "excerpt" for one in readings)
