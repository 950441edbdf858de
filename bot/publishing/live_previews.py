"""Compose editions of settings that are still being edited, again and again.

    compose   the next edition, or one of a past period
    draw      its pictures: those that are stored at once, the others in the background
    dry_run   the editions that a digest would have posted in the last seven days

Nothing is fetched and no edition is stored. Analyses of articles are kept between
calls, so that an edition is composed again in a fraction of the time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.card_pictures import choose_cards
from bot.errors import UserError
from bot.model import Digest, RenderContext, Workspace
from bot.publishing import edition_inputs
from bot.publishing.edition_inputs import EditionInputs, EditionOrder, compose_inputs
from bot.publishing.editions import EditionPublisher
from bot.publishing.planning import PostingHold, digest_zone, list_moments
from bot.schedules.calendar import check_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule, find_following_due
from bot.storage.ledger_store import merge_ledgers
from digests.analysis import AnalyseArticle, AnalysisCache
from digests.cards.content import get_card_key
from digests.compose import GroupedArticles, GroupEvents, group_events
from digests.editing.novelty import collect_published
from digests.editing.presentation import estimate_reading_minutes
from digests.types import (
    Article,
    ArticleKind,
    Edition,
    EditionStyle,
    StoryMembership,
    frozen,
)

#: How far back a dry run goes, and the editions that it composes at most.
DRY_RUN_PERIOD: Final = timedelta(days=7)
MAX_DRY_RUNS: Final = 14
#: Seconds that a preview waits for pictures that are being drawn.
PICTURE_SECONDS: Final = 0.15
#: Groups of articles whose stories are kept: a few open pages, each with a dry run.
MAX_GROUPINGS: Final = 64
#: Editions that are kept, and how long: ages of articles decide about them as well.
MAX_EDITIONS: Final = 8
EDITION_KEPT: Final = timedelta(minutes=1)
#: How long inputs are used again while somebody types.
INPUTS_KEPT: Final = timedelta(seconds=10)
#: Public id of an edition that is shown as if it had been posted.
EXAMPLE_ID: Final = "e-000000"


@frozen
class PastPeriod:
    """From when to when articles are taken; no end = until now."""

    since: datetime
    until: datetime | None = None


@frozen
class DrawnContext:
    """The context of a preview, with the pictures that could be had in time."""

    context: RenderContext
    #: Others are being drawn.
    is_waiting: bool


@frozen
class DryRunEdition:
    """What would have been posted at one moment; it may have no stories."""

    at: datetime
    edition: Edition


@dataclass(kw_only=True, slots=True)
class GroupingCache:
    """Keeps the stories of the last groups of articles. Not thread-safe."""

    #: The stories hold ids in place of the articles, which are large.
    _found: OrderedDict[Hashable, tuple[GroupedArticles, Sequence[Sequence[str]]]] = (
        field(default_factory=OrderedDict, init=False)
    )

    def group(
        self,
        articles: Sequence[Article],
        known: Sequence[StoryMembership],
        kinds: Mapping[str, ArticleKind],
        kept: frozenset[str],
    ) -> GroupedArticles:
        """Group the articles, or return how they were grouped before."""
        texts = tuple(
            (one.id, one.revision, one.title, one.source, one.url, one.published)
            for one in articles
        )
        key = (texts, tuple(known), tuple(kinds.items()), kept)
        found = self._found.pop(key, None)
        if found is None:
            found = _strip_articles(group_events(articles, known, kinds, kept))
        self._found[key] = found
        if len(self._found) > MAX_GROUPINGS:
            self._found.popitem(last=False)
        grouped, ids = found
        by_id = {one.id: one for one in articles}
        stories = tuple(
            replace(story, articles=tuple(by_id[name] for name in names))
            for story, names in zip(grouped.stories, ids, strict=True)
        )
        return replace(grouped, stories=stories)


def _strip_articles(
    grouped: GroupedArticles,
) -> tuple[GroupedArticles, tuple[tuple[str, ...], ...]]:
    """Leave the articles of the stories out; their ids, in order, beside it."""
    ids = tuple(tuple(one.id for one in s.articles) for s in grouped.stories)
    stories = tuple(replace(story, articles=()) for story in grouped.stories)
    return replace(grouped, stories=stories), ids


@dataclass(kw_only=True)
class LivePreviews:
    """Previews over one publisher."""

    publisher: EditionPublisher
    #: The last inputs, and when they were loaded.
    _inputs: OrderedDict[Hashable, tuple[datetime, EditionInputs | None]] = field(
        default_factory=OrderedDict, init=False
    )
    #: The last editions by what they were made of: a change of the layout, the name or
    #: the schedule composes nothing.
    _editions: OrderedDict[Hashable, Edition] = field(
        default_factory=OrderedDict, init=False
    )
    _groups: GroupingCache = field(default_factory=GroupingCache, init=False)
    _analyses: AnalysisCache = field(default_factory=AnalysisCache, init=False)
    #: What is being drawn, by digest.
    _drawing: dict[int, "asyncio.Task[None]"] = field(default_factory=dict, init=False)

    async def compose(self, digest: Digest, past: PastPeriod | None = None) -> Edition:
        """Compose the next edition, or the one of a past period.

        In a past period, only earlier articles count as published.
        """
        publisher, now = self.publisher, self.publisher.clock.now()
        found = await self._load_inputs(digest, past, now)
        now = (past and past.until) or now
        style = edition_inputs.build_edition_style(digest)
        key = _get_contents(found, style)
        kept = self._editions.pop(key, None)
        if kept is None or abs(now - kept.made_at) > EDITION_KEPT:
            # Only the engine's thread uses the other caches.
            read, group = self._analyses.read, self._groups.group
            kept = await publisher.engine.of_workspace(digest.workspace_id).run(
                compose_inputs, found, digest, now, read, group=group
            )
        self._editions[key] = kept
        if len(self._editions) > MAX_EDITIONS:
            self._editions.popitem(last=False)
        edition = replace(kept, title=style.title, sections=style.sections)
        return replace(edition, minutes=estimate_reading_minutes(edition))

    async def _load_inputs(
        self, digest: Digest, past: PastPeriod | None, now: datetime
    ) -> EditionInputs:
        """Load the inputs, or return those that were loaded seconds ago."""
        read = self.publisher.db.read
        used = tuple((s.id, s.called, s.full_text) for s in digest.sources)
        key = (digest.id, used, past)
        at, found = self._inputs.pop(key, (now, None))
        if found is None or abs(now - at) > INPUTS_KEPT:
            at = now
            if past is None:
                found = await read(edition_inputs.load_inputs, digest, now)
            else:
                load = edition_inputs.load_past_inputs
                found = await read(load, digest, past.since, past.until)
        self._inputs[key] = (at, found)
        if len(self._inputs) > MAX_EDITIONS:
            self._inputs.popitem(last=False)
        return found

    async def draw(
        self, digest: Digest, workspace: Workspace, edition: Edition
    ) -> DrawnContext:
        """Build the context in which the edition is shown, with its pictures."""
        publisher = self.publisher
        order = EditionOrder(digest=digest, workspace=workspace)
        context = replace(publisher.build_preview_context(order), edition_id=EXAMPLE_ID)
        illustrator = publisher.illustrator
        if illustrator is None or not edition.stories:
            return DrawnContext(context=context, is_waiting=False)
        wanted = {get_card_key(one) for one in choose_cards(edition, digest.options)}
        made = await illustrator.illustrate(digest, edition, context, 0.0)
        is_waiting = False
        if not wanted <= made.refs.keys() or any(s.pictures for s in digest.sources):
            is_waiting = await self._draw_ahead(digest, edition, context)
            made = await illustrator.illustrate(digest, edition, context, 0.0)
        await illustrator.cards.load_for_answer(digest.scope, made)
        context = replace(context, pictures=made.refs)
        return DrawnContext(context=context, is_waiting=is_waiting)

    async def _draw_ahead(
        self, digest: Digest, edition: Edition, context: RenderContext
    ) -> bool:
        """Draw the pictures in the background; whether some are not ready yet."""
        illustrator = self.publisher.illustrator
        drawing = self._drawing.get(digest.id)
        if drawing is None and illustrator is not None:
            work = illustrator.make_ahead(digest, edition, context)
            drawing = self._drawing[digest.id] = asyncio.create_task(work)
            drawing.add_done_callback(lambda _: self._drawing.pop(digest.id, None))
        if drawing is None:
            return False
        await asyncio.wait({drawing}, timeout=PICTURE_SECONDS)
        return not drawing.done()

    async def dry_run(self, digest: Digest) -> tuple[DryRunEdition, ...]:
        """Compose what the digest would have posted in the last seven days.

        At the moments of its schedules; once a day where it has none, or too many.
        """
        publisher, now = self.publisher, self.publisher.clock.now()
        since = now - DRY_RUN_PERIOD
        moments = list_past_moments(digest, since, now)
        found = await publisher.db.read(
            edition_inputs.load_successive_inputs, digest, since, moments
        )
        read, group = self._analyses.read, self._groups.group
        return await publisher.engine.of_workspace(digest.workspace_id).run(
            _compose_successive, found, moments, digest, read, group
        )


def _get_contents(found: EditionInputs, style: EditionStyle) -> Hashable:
    """Return all that decides what an edition contains, besides the present time."""
    articles = (*found.fresh, *found.earlier)
    texts = tuple((one.id, one.revision, one.title, one.source) for one in articles)
    contents = replace(style, title="", sections=None)
    return (texts, found.ledger, found.known, contents)


def _compose_successive(
    found: Sequence[EditionInputs],
    moments: Sequence[datetime],
    digest: Digest,
    read: AnalyseArticle,
    group: GroupEvents,
) -> tuple[DryRunEdition, ...]:
    """Compose editions of which each counts as published for the next ones."""
    composed: list[DryRunEdition] = []
    ledger = found[0].ledger if found else None
    for at, inputs in zip(moments, found, strict=True):
        if ledger is not None:
            inputs = replace(inputs, ledger=merge_ledgers(inputs.ledger, ledger))
        edition = compose_inputs(inputs, digest, at, read, group=group)
        ledger = merge_ledgers(inputs.ledger, collect_published(edition))
        composed.append(DryRunEdition(at=at, edition=edition))
    return tuple(composed)


def list_past_moments(digest: Digest, since: datetime, now: datetime) -> list[datetime]:
    """List when the digest would have posted between two instants, quiet hours applied.

    Pauses and skipped days do not matter.
    """
    hold = PostingHold(
        until=None,
        skips=(),
        quiet_hours=digest.options.quiet_hours,
        zone=digest_zone(digest),
    )
    found: set[datetime] = set()
    for rule in _list_rules(digest):
        first = find_following_due(rule, since)
        found |= {*list_moments(rule, first, MAX_DRY_RUNS + 1, hold)}
    passed = sorted(at for at in found if at <= now)
    if 0 < len(passed) <= MAX_DRY_RUNS:
        return passed
    days = (now - since).days
    return [now - timedelta(days=back) for back in reversed(range(days))]


def _list_rules(digest: Digest) -> list[Schedule]:
    rules = []
    for sentence in digest.schedules:
        with suppress(UserError):
            rule = parse_schedule(sentence)
            check_zone(rule.zone)
            rules.append(rule)
    return rules
