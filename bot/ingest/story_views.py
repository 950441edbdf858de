"""Assign each new article to its story while it is stored.

A view holds the stories of the newest articles in memory: one view for the public
sources, and one for each workspace with private sources. It is built from stored rows
only, at the first article and again after a failure, and it loads what another process
stored before each use. The engine places the articles, and the transaction that stores
them stores their stories. Stories that may be one event, or several, are then grouped
again.

A private article joins stories only in the view of its workspace. That view also holds
the public articles of the workspace's sources, in the stories of the public view.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import field, replace
from datetime import datetime, timedelta
from itertools import count

import structlog

from bot.ingest import storing
from bot.ingest.storing import PendingRevision, ReadingChanges, StoredRevision
from bot.ingest.turns import FairTurns
from bot.model import Source
from bot.ports import Engine
from bot.storage import Database, story_store
from bot.storage.story_store import ArrivedArticle
from digests.stories.assignment import (
    StoryPlacement,
    find_moved_stories,
    group_articles,
    place_article,
)
from digests.stories.index import StoryIndex
from digests.stories.profiles import build_profile
from digests.types import StoryMembership, frozen

log = structlog.get_logger(__name__)

#: The 72 hours of a story, as long again for its follow-ups, and a day for late
#: articles: every article that an edition can publish.
VIEW_SPAN = timedelta(days=7)
MAX_ARTICLES = 100_000
#: The longest time between reading a source and storing it.
_FETCH_OVERLAP = timedelta(minutes=15)
#: How often a view drops old articles.
_PRUNE_INTERVAL = timedelta(hours=6)
#: Articles per task for the engine's thread, to keep the tasks short.
_BATCH = 50
#: Views of workspaces in memory; the least recently used is dropped.
_MAX_VIEWS = 4
#: Articles that are grouped again, how often per reading, and rivals of one story.
_REGROUPED, _REGROUPINGS, _RIVALS = 40, 5, 2
#: Numbers of articles at which a story is examined as a whole.
_GROWN = frozenset((4, 8, 16, 32))


class StoryView:
    """The newest articles with their stories, of one workspace or public.

    Its methods need processor time: the engine runs them.
    """

    def __init__(self, workspace_id: int | None) -> None:
        self.workspace_id = workspace_id
        self.index = StoryIndex()
        #: The revision of each article in the index.
        self.revisions: dict[str, int] = {}
        #: When the last of them was fetched.
        self.latest: datetime | None = None
        self.pruned_at: datetime | None = None
        #: The last move of a story that was applied.
        self.moves: int | None = None
        #: Articles that are placed but not yet stored.
        self._pending: set[str] = set()
        self._numbers = count()

    def load(self, stored: Sequence[ArrivedArticle]) -> list[StoredRevision]:
        """Add stored articles; return those that had no story, with their new one."""
        unassigned: list[StoredRevision] = []
        for each in stored:
            article = each.article
            if self.revisions.get(article.id) == each.revision_id:
                continue
            self.index.remove(article.id)
            member, key = each.membership, each.revision_id
            if member is None:
                placed = place_article(article, self.index)
                member = placed.membership
                one = StoredRevision(
                    article=article.id, revision_id=key, current=True, placed=placed
                )
                unassigned.append(one)
            else:
                # The others count as loaded once their story is stored.
                self.revisions[article.id] = key
            self.index.add(article, member)
        return unassigned

    def place(
        self, pieces: Sequence[PendingRevision], now: datetime
    ) -> list[StoryPlacement | None]:
        """Place each piece and add it to the index under a temporary name.

        Returns None for a piece whose text is known.
        """
        return [self._place(piece, now) if piece.analysis else None for piece in pieces]

    def _place(self, piece: PendingRevision, now: datetime) -> StoryPlacement:
        name = piece.key or f"new {next(self._numbers)}"
        before = self.index.story_of(name)
        self.index.remove(name)
        found_article = piece.named.article
        dated = min(found_article.published or now, now)
        article = replace(found_article, id=name, revises=None, published=dated)
        read = build_profile(article, self.index.background)
        placed = place_article(article, self.index, before=before, read=read)
        self.index.add(article, placed.membership, read)
        self._pending.add(name)
        return placed

    def reassign(self, kept: Sequence[StoredRevision]) -> None:
        """Replace temporary names by those under which the articles were stored."""
        for each in kept:
            if each.placed is None or each.membership is None:
                continue
            name = each.placed.membership.article
            if each.current:
                self.index.rename({name: each.article})
                self.revisions[each.article] = each.revision_id
                self._pending.discard(name)
        self.index.reassign([k.membership for k in kept if k.membership])
        for name in self._pending:
            # An older revision, or stored by another process: load what is stored.
            self.index.remove(name)
            self.revisions.pop(name, None)
            self.latest = None
        self._pending.clear()

    def articles_of(self, stories: Iterable[str]) -> list[str]:
        """List the articles of these stories in the view."""
        members = self.index.members
        places = (place for story in stories for place in members.get(story, ()))
        return [self.index.article_at(place) for place in places]

    def prune(self, now: datetime) -> None:
        """Drop old articles, and the oldest if there are too many."""
        self.index = self.index.copy_newest(
            MAX_ARTICLES, (now - VIEW_SPAN).timestamp() / 3600
        )
        self.revisions = {a: r for a, r in self.revisions.items() if a in self.index}

    def find_doubtful(self, kept: Sequence[StoredRevision]) -> list[tuple[str, ...]]:
        """Find stories that may be one event, or several in one."""
        found: dict[tuple[str, ...], None] = {}
        for each in kept:
            if each.placed is None or each.membership is None:
                continue
            story, members = each.membership.story, self.index.members
            rivals = [s for s in each.placed.rivals if s in members and s != story]
            if rivals:
                found[tuple(sorted((story, *rivals[:_RIVALS])))] = None
            elif len(members.get(story, ())) in _GROWN:
                found[(story,)] = None
        return list(found)

    def move(
        self, before: Sequence[StoryMembership], after: Sequence[StoryMembership]
    ) -> None:
        """Apply to the view what `story_store.set_memberships` stores."""
        self.index.reassign(after)
        for old, became in find_moved_stories(before, after).items():
            if old not in became:
                rest = self.articles_of([old])
                along = [StoryMembership(article=a, story=became[0]) for a in rest]
                self.index.reassign(along)


@frozen
class StoryAssigner:
    """Stores articles with their stories, over one database."""

    db: Database
    engine: Engine
    _views: dict[int | None, StoryView] = field(default_factory=dict, repr=False)
    #: By view: those who read sources share the time in it.
    _turns: defaultdict[int | None, FairTurns] = field(
        default_factory=lambda: defaultdict(FairTurns), repr=False
    )

    async def store(
        self, source: Source, found: ReadingChanges, now: datetime, reader: int
    ) -> int:
        """Store new articles with their stories, and the new state of the source.

        Args:
            source: Its state after the reading.
            found: What is new.
            now: The present instant.
            reader: The workspace that it was read for; 0 = none.

        Returns:
            How many new revisions were stored.
        """
        found = replace(found, pieces=storing.sort_for_storing(found.pieces))
        if all(piece.analysis is None for piece in found.pieces):
            kept = await self.db.write(storing.store_changes, source, found, (), now)
            return len(kept)
        if source.workspace_id is not None:
            # The public articles that it shares must have their stories first.
            async with self._take_turn(None, now, reader):
                pass
        async with self._take_turn(source.workspace_id, now, reader) as view:
            kept = await self._assign(view, source, found, now)
            for doubt in view.find_doubtful(kept)[:_REGROUPINGS]:
                await self._regroup(view, doubt, now)
        return len(kept)

    @asynccontextmanager
    async def _take_turn(
        self, workspace_id: int | None, now: datetime, reader: int
    ) -> AsyncIterator[StoryView]:
        """Place articles in a view one reading after the other, in all processes.

        Two that do not know of each other's article would begin a story each.

        Yields:
            The view, with everything that is stored.
        """
        name = f"stories:{workspace_id or 'public'}"
        async with self._turns[workspace_id].hold(reader):
            if self.db.is_shared:
                # Most of what others stored is loaded before they have to wait for us.
                await self._catch_up(workspace_id, now, with_new=False)
            async with self.db.exclude_others(name):
                yield await self._catch_up(workspace_id, now)

    async def _catch_up(
        self, workspace_id: int | None, now: datetime, with_new: bool = True
    ) -> StoryView:
        """Return the view, with everything that is stored.

        Args:
            workspace_id: Whose view it is; None = the public one.
            now: The present instant.
            with_new: Place the articles that have no story yet, too.
        """
        view = self._views.pop(workspace_id, None) or StoryView(workspace_id)
        self._views[workspace_id] = view
        own = [key for key in self._views if key is not None]
        for key in own[:-_MAX_VIEWS]:
            del self._views[key]
        if view.pruned_at is None or now - view.pruned_at > _PRUNE_INTERVAL:
            await self.engine.run(view.prune, now)
            view.pruned_at = now
        await self._follow_moves(view)
        oldest = now - VIEW_SPAN
        fetched = None if view.latest is None else view.latest - _FETCH_OVERLAP
        keys = await self.db.read(
            story_store.list_arrivals, workspace_id, oldest, fetched, MAX_ARTICLES
        )
        new = [k for k in keys if view.revisions.get(k.article) != k.revision_id]
        for at in range(0, len(new), _BATCH):
            ids = [key.revision_id for key in new[at : at + _BATCH]]
            loaded = await self.db.read(story_store.load_arrivals, workspace_id, ids)
            some = [one for one in loaded if with_new or one.membership]
            unassigned = await self.engine.run(view.load, some)
            if unassigned:
                kept = await self.db.write(
                    storing.record_stories, workspace_id, unassigned, now
                )
                await self.engine.run(view.reassign, kept)
        view.latest = max((key.fetched_at for key in keys), default=view.latest)
        return view

    async def _follow_moves(self, view: StoryView) -> None:
        """Apply merges and splits by editions or another process."""
        key = view.workspace_id
        moves = await self.db.read(story_store.list_story_moves, key, view.moves)
        held = view.articles_of(moves.stories)
        if held:
            known = await self.db.read(story_store.list_memberships, key, held)
            await self.engine.run(view.index.reassign, known)
        view.moves = moves.last

    async def _assign(
        self, view: StoryView, source: Source, found: ReadingChanges, now: datetime
    ) -> list[StoredRevision]:
        pieces = found.pieces
        placed: list[StoryPlacement | None] = []
        try:
            for at in range(0, len(pieces), _BATCH):
                some = pieces[at : at + _BATCH]
                placed += await self.engine.run(view.place, some, now)
            kept = await self.db.write(
                storing.store_changes, source, found, placed, now
            )
            await self.engine.run(view.reassign, kept)
        except BaseException:
            # It may contain what was not stored: rebuild it from stored rows.
            self._views.pop(view.workspace_id, None)
            raise
        return kept

    async def _regroup(
        self, view: StoryView, doubt: Sequence[str], now: datetime
    ) -> None:
        key = view.workspace_id
        several = await self.db.read(
            story_store.list_newest_story_articles, key, doubt, limit=_REGROUPED
        )
        ids = [article.id for article in several]
        known = await self.db.read(story_store.list_memberships, key, ids)
        background = view.index.background
        after = await self.engine.run(
            group_articles, several, known, background=background
        )
        old, new = ({(m.article, m.story) for m in some} for some in (known, after))
        if old == new:
            return
        log.debug("stories grouped again", stories=doubt)
        await self.db.write(story_store.update_memberships, key, after, now)
        await self.engine.run(view.move, known, after)
