"""Joins each new article to its story as it is stored; it asks no source anything.

A view (everybody's; a workspace's own where it has private sources) holds the stories
of the newest articles in memory, and is made from stored rows only: at first when an
article arrives, and again whenever something went wrong. Before each filing it takes
in what another process has stored. Articles are placed by the engine, and kept in the
transaction that keeps their stories; a little later the stories that turned out to be
one event, or two, are grouped anew and settled.

A private article joins stories in its workspace's view only. That view holds the
public articles of the workspace's sources too, in the stories where everybody has
them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import structlog

from bot.intake import keeping
from bot.intake.keeping import Found, Kept, Piece
from bot.ports import Engine
from bot.storage import arrivals, stories
from bot.storage.arrivals import Arrived
from bot.storage.database import Database
from bot.types import Source
from digests.stories import Placed, StoryIndex, group, moved, place
from digests.stories.profiles import profile
from digests.types import Article, Membership

log = structlog.get_logger(__name__)

#: What a view holds: the 72 hours of a story, as long again for its follow-ups, and a
#: day for what is found late. So it has every article that an edition can tell.
HELD = timedelta(days=7)
MOST = 100_000
#: How long a process may take from reading a source to storing it.
_OVERLAP = timedelta(minutes=15)
#: How often a view drops what is too old.
_TIDY = timedelta(hours=6)
#: Articles that are taken in before the engine's thread is given away.
_AT_ONCE = 50
#: Views of workspaces that are held at a time; the one used longest ago goes.
_VIEWS = 4
#: Articles of stories that are grouped anew, and how often that is done in one filing.
_REGROUPED, _REGROUPINGS, _RIVALS = 40, 5, 2
#: A story is looked at as a whole when it has grown to so many articles.
_GROWN = frozenset((4, 8, 16, 32))


class View:
    """The newest articles with their stories, as one workspace or everybody has them.

    Its methods take processor time: the engine runs them.
    """

    def __init__(self, workspace_id: int | None) -> None:
        self.workspace_id = workspace_id
        self.index = StoryIndex()
        #: Which version of each article is in the index.
        self.revisions: dict[str, int] = {}
        #: When the latest of them was fetched.
        self.latest: datetime | None = None
        self.tidied: datetime | None = None
        #: The last move of a story that it knows of.
        self.moves: int | None = None
        #: What was placed and is not yet stored.
        self._pending: set[str] = set()
        self._numbers = count()

    def take(self, arrived: Sequence[Arrived]) -> list[Kept]:
        """Take stored articles in; those that had no story, with the one found now."""
        unfiled: list[Kept] = []
        for each in arrived:
            article = each.article
            if self.revisions.get(article.id) == each.revision_id:
                continue
            self.index.remove(article.id)
            member = each.membership
            if member is None:
                placed = place(article, self.index)
                member = placed.membership
                kept = Kept(
                    article=article.id,
                    revision_id=each.revision_id,
                    current=True,
                    placed=placed,
                )
                unfiled.append(kept)
            else:
                # What had no story counts as taken in when that is stored.
                self.revisions[article.id] = each.revision_id
            self.index.add(article, member)
        return unfiled

    def place(self, pieces: Sequence[Piece], now: datetime) -> list[Placed | None]:
        """Where each piece belongs; it is in the index then, under a name of its own.

        None for a piece whose text is known.
        """
        return [self._place(piece, now) if piece.analysis else None for piece in pieces]

    def _place(self, piece: Piece, now: datetime) -> Placed:
        name = piece.key or f"new {next(self._numbers)}"
        before = self.index.story_of(name)
        self.index.remove(name)
        told = piece.named.article
        dated = min(told.published or now, now)
        article = replace(told, id=name, revises=None, published=dated)
        read = profile(article, self.index.background)
        placed = place(article, self.index, before=before, read=read)
        self.index.add(article, placed.membership, read)
        self._pending.add(name)
        return placed

    def settle(self, kept: Sequence[Kept]) -> None:
        """Call what was placed by the names under which it was stored."""
        for each in kept:
            if each.placed is None or each.membership is None:
                continue
            name = each.placed.membership.article
            if each.current:
                self.index.rename({name: each.article})
                self.revisions[each.article] = each.revision_id
                self._pending.discard(name)
        self.index.settle([k.membership for k in kept if k.membership])
        for name in self._pending:
            # An older version, or somebody else had stored it: see what stands there.
            self.index.remove(name)
            self.revisions.pop(name, None)
            self.latest = None
        self._pending.clear()

    def of_stories(self, several: Iterable[str]) -> list[str]:
        """The articles that these stories have here."""
        members = self.index.members
        places = (place for story in several for place in members.get(story, ()))
        return [self.index.article_at(place) for place in places]

    def tidy(self, now: datetime) -> None:
        """Drop what is too old, and the oldest where there is too much."""
        self.index = self.index.newest(MOST, (now - HELD).timestamp() / 3600)
        there = self.index
        self.revisions = {a: r for a, r in self.revisions.items() if a in there}

    def doubtful(self, kept: Sequence[Kept]) -> list[tuple[str, ...]]:
        """Stories that may be one event, or several in one."""
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

    def regroup(
        self, articles: Sequence[Article], known: Sequence[Membership]
    ) -> tuple[Membership, ...]:
        """The stories of these articles by the measures of the batch form."""
        return group(articles, known, background=self.index.background)

    def move(self, before: Sequence[Membership], after: Sequence[Membership]) -> None:
        """Do here what `stories.settle` does where it is stored."""
        self.index.settle(after)
        for old, became in moved(before, after).items():
            if old not in became:
                rest = self.of_stories([old])
                along = [Membership(article=a, story=became[0]) for a in rest]
                self.index.settle(along)


@dataclass(kw_only=True, slots=True)
class _Room:
    """A view with who works on it: one at a time."""

    view: View
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """Keeps articles and their stories, over one database."""

    db: Database
    engine: Engine
    _rooms: dict[int | None, _Room] = field(default_factory=dict, repr=False)

    async def keep(self, source: Source, found: Found, *, now: datetime) -> int:
        """Store what was found with its stories, and the source's new state.

        Returns:
            How many new versions were stored.
        """
        found = replace(found, pieces=keeping.in_order(found.pieces))
        if all(piece.analysis is None for piece in found.pieces):
            kept = await self.db.write(keeping.keep, source, found, now=now)
            return len(kept)
        if source.workspace_id is not None:
            # Its public articles must have their stories before they are looked at.
            public = self._room(None)
            async with public.turn:
                await self._catch_up(public.view, now)
        room = self._room(source.workspace_id)
        async with room.turn:
            await self._catch_up(room.view, now)
            kept = await self._file(room, source, found, now)
            for doubt in room.view.doubtful(kept)[:_REGROUPINGS]:
                await self._regroup(room.view, doubt, now)
        return len(kept)

    def _room(self, workspace_id: int | None) -> _Room:
        room = self._rooms.pop(workspace_id, None)
        room = room or _Room(view=View(workspace_id))
        self._rooms[workspace_id] = room
        own = [key for key in self._rooms if key is not None]
        for key in own[:-_VIEWS]:
            del self._rooms[key]
        return room

    async def _catch_up(self, view: View, now: datetime) -> None:
        """Take in what is stored and not in the view."""
        if view.tidied is None or now - view.tidied > _TIDY:
            await self.engine.run(view.tidy, now)
            view.tidied = now
        await self._see_moves(view)
        dated = now - HELD
        keys = await self.db.read(
            arrivals.since,
            workspace_id=view.workspace_id,
            dated=dated,
            fetched=None if view.latest is None else view.latest - _OVERLAP,
            limit=MOST,
        )
        new = [k for k in keys if view.revisions.get(k.article) != k.revision_id]
        for at in range(0, len(new), _AT_ONCE):
            some = new[at : at + _AT_ONCE]
            loaded = await self.db.read(
                arrivals.load,
                workspace_id=view.workspace_id,
                revision_ids=[key.revision_id for key in some],
            )
            unfiled = await self.engine.run(view.take, loaded)
            if unfiled:
                kept = await self.db.write(
                    keeping.in_stories, view.workspace_id, unfiled, now=now
                )
                await self.engine.run(view.settle, kept)
        view.latest = max((key.fetched_at for key in keys), default=view.latest)

    async def _see_moves(self, view: View) -> None:
        """Follow what others have merged and split: editions, another process."""
        moves = await self.db.read(
            arrivals.moves, workspace_id=view.workspace_id, after=view.moves
        )
        held = view.of_stories(moves.stories)
        if held:
            known = await self.db.read(
                stories.known, workspace_id=view.workspace_id, articles=held
            )
            await self.engine.run(view.index.settle, known)
        view.moves = moves.last

    async def _file(
        self, room: _Room, source: Source, found: Found, now: datetime
    ) -> list[Kept]:
        view, pieces = room.view, found.pieces
        placed: list[Placed | None] = []
        try:
            for at in range(0, len(pieces), _AT_ONCE):
                some = pieces[at : at + _AT_ONCE]
                placed += await self.engine.run(view.place, some, now)
            kept = await self.db.write(keeping.keep, source, found, placed, now=now)
            await self.engine.run(view.settle, kept)
        except BaseException:
            # It may hold what was not stored: it is made anew from what was.
            room.view = View(view.workspace_id)
            raise
        return kept

    async def _regroup(self, view: View, doubt: Sequence[str], now: datetime) -> None:
        several = await self.db.read(
            stories.at_hand,
            workspace_id=view.workspace_id,
            stories=doubt,
            limit=_REGROUPED,
        )
        known = await self.db.read(
            stories.known,
            workspace_id=view.workspace_id,
            articles=[article.id for article in several],
        )
        after = await self.engine.run(view.regroup, several, known)
        if {(m.article, m.story) for m in after} == {
            (m.article, m.story) for m in known
        }:
            return
        log.debug("stories were grouped anew", stories=doubt)
        await self.db.write(
            stories.settle,
            workspace_id=view.workspace_id,
            memberships=after,
            now=now,
        )
        await self.engine.run(view.move, known, after)
