"""Which articles of a reading are news to the archive, and how they are kept.

Sorting out needs look-ups and the analysis of each new text, done before the one
transaction that stores them. Nothing here asks a source anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.intake import floods, identity
from bot.intake.identity import Named
from bot.intake.readings import Reading
from bot.ports import Engine
from bot.storage import (
    Connection,
    articles,
    digests,
    restorations,
    sources,
    stories,
)
from bot.storage.articles import Heard
from bot.storage.database import Database
from bot.storage.restorations import Restoration
from bot.types import Digest, Source
from digests import corrections
from digests.compose import analyse
from digests.stories import Placed, new_id
from digests.types import Analysis, Article, Membership

log = structlog.get_logger(__name__)

#: A comma changed in something older is no reason to tell it.
OLD = timedelta(days=7)
#: Articles that are analysed before the engine's thread is given away.
AT_ONCE = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A version to be stored: its analysis, its names, and whether it is told."""

    named: Named
    #: None: the version is known, and the source may have gone back to it.
    analysis: Analysis | None
    baseline: bool = False
    #: The key of the article that it is a version of, where that is known.
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A version that was stored, with where its article was placed."""

    article: str
    revision_id: int
    #: Whether it is the article's newest text.
    current: bool
    #: In the names of the view that placed it.
    placed: Placed | None = None
    #: The same in the names under which it is stored.
    membership: Membership | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a reading brought that the archive does not have."""

    pieces: tuple[Piece, ...] = ()
    #: How many articles were never heard of.
    unheard: int = 0
    #: It was all poured out again: how much.
    flood: int = 0

    def noted(self, source: Source, now: datetime) -> Source:
        """The source with what its admins should know of this reading."""
        if not self.flood:
            return source
        return replace(source, notice=floods.words(self.flood), noticed_at=now)


async def sorted_out(
    source: Source, reading: Reading, now: datetime, *, db: Database, engine: Engine
) -> Found:
    """What of the reading is new, changed or back again, ready to be stored."""
    several = _named(source, reading.articles)
    names = {name for one in several for name in _all(one)}
    heard = await db.read(articles.heard, source_id=source.id, names=names)
    pairs = [(one, _of(one, heard)) for one in several]
    new = [(one, old) for one, old in pairs if not _is_known(one.article, old)]
    back = [one for one, old in pairs if old and _was_before(one.article, old)]
    fresh = [one.article for one, _ in new]
    flood = floods.is_flood(source, len(reading.articles), fresh, now)
    restored = await db.read(restorations.last) if new else None
    pieces: list[Piece] = []
    for at in range(0, len(new), AT_ONCE):
        # In small pieces: an edition that is due must not wait for a whole feed.
        some = new[at : at + AT_ONCE]
        pieces += await engine.run(_analysed, source, some, flood, now, restored)
    if flood:
        log.warning("source offers everything as new", source=source.name)
    return Found(
        pieces=(*pieces, *(Piece(named=one, analysis=None) for one in back)),
        unheard=sum(old is None for _, old in new),
        flood=len(new) if flood else 0,
    )


def in_order(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The order to store them in: what revises another comes after it."""
    return tuple(sorted(pieces, key=_order))


def keep(
    conn: Connection,
    source: Source,
    found: Found,
    placed: Sequence[Placed | None] = (),
    *,
    now: datetime,
) -> list[Kept]:
    """Store what was found with its stories, and the source's new state.

    Args:
        conn: Inside a transaction.
        source: As it is after the reading.
        found: What it brought, `in_order`.
        placed: Where each piece belongs; none where no piece is new.
        now: The time.

    Returns:
        The new versions.
    """
    kept: list[Kept] = []
    for number, piece in enumerate(found.pieces):
        stored, is_new = articles.store(
            conn,
            source,
            piece.named.article,
            now=now,
            names=piece.named.names,
            baseline=piece.baseline,
        )
        if is_new and piece.analysis is not None:
            articles.store_analysis(
                conn,
                revision_id=stored.revision_id,
                quotes=piece.analysis.quotes,
                figures=piece.analysis.figures,
            )
            one = Kept(
                article=str(stored.article_id),
                revision_id=stored.revision_id,
                current=stored.current,
                placed=placed[number],
            )
            kept.append(one)
    kept = in_stories(conn, source.workspace_id, kept, now=now)
    sources.record(conn, source=source)
    return kept


def in_stories(
    conn: Connection, workspace_id: int | None, kept: Sequence[Kept], *, now: datetime
) -> list[Kept]:
    """Record the stories of what was stored, in the view; the same with its story.

    A new story gets its public id here, where it is known which ones are in use. What
    the view has forgotten for its age stays in the story that it is stored in.
    """
    ids = [each.article for each in kept]
    known = stories.known(conn, workspace_id=workspace_id, articles=ids)
    had = {member.article: member.story for member in known}
    keys = {k.placed.membership.article: k.article for k in kept if k.placed}
    taken = stories.Taken(conn)
    names: dict[str, str] = {}
    of: dict[str, Membership] = {}
    for each in kept:
        if each.placed is None or not each.current:
            continue
        said = each.placed.membership
        if each.placed.new:
            stored = had.get(each.article) if each.placed.before is None else None
            names[said.story] = stored or new_id(each.article, taken)
        story = names.get(said.story) or stories.current(
            conn, workspace_id=workspace_id, story=said.story
        )
        if each.article in of:
            # Two versions of it came at once.
            story = of[each.article].story
        copied = keys.get(said.duplicate_of or "", said.duplicate_of)
        of[each.article] = Membership(
            article=each.article,
            story=story,
            duplicate_of=copied if copied != each.article else None,
        )
    memberships = tuple(of.values())
    stories.settle(
        conn,
        workspace_id=workspace_id,
        memberships=memberships,
        now=now,
        # One article that leaves a story takes nothing along.
        whole=False,
    )
    return [replace(each, membership=of.get(each.article)) for each in kept]


def past_of(conn: Connection, digest: Digest, now: datetime) -> frozenset[str]:
    """What feeds held when an edition of the digest first took them in, as «id@hash».

    The best of it was just told; the rest is no news in the editions after it. Files
    in a folder wait for their turn: somebody has put them there.
    """
    new = digests.begin_sources(
        conn, workspace_id=digest.workspace_id, digest_id=digest.id, now=now
    )
    feeds = [s.id for s in digest.sources if s.id in new and s.kind != "folder"]
    held = articles.fresh(conn, source_ids=feeds, since=now - OLD)
    return frozenset(f"{article.id}@{article.revision}" for article in held)


def _named(source: Source, found: Sequence[Article]) -> tuple[Named, ...]:
    if source.kind == "folder":
        # A file's name is all that it goes by.
        return tuple(Named(article=article, names=()) for article in found)
    return identity.named(
        [a if a.id else replace(a, id=a.url or source.address) for a in found]
    )


def _all(one: Named) -> tuple[str, ...]:
    first = (one.article.id, one.article.revises)
    return (*(name for name in first if name), *one.names)


def _of(one: Named, heard: Mapping[str, Heard]) -> Heard | None:
    return next((heard[name] for name in _all(one) if name in heard), None)


def _is_known(article: Article, old: Heard | None) -> bool:
    return old is not None and article.revision in old.hashes


def _was_before(article: Article, old: Heard) -> bool:
    return article.revision in old.hashes and article.revision != old.article.revision


def _analysed(
    source: Source,
    new: Sequence[tuple[Named, Heard | None]],
    flood: bool,
    now: datetime,
    restored: Restoration | None,
) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            named=one,
            analysis=analyse(one.article),
            baseline=flood
            or _is_of_the_gap(source, one.article, restored, now)
            or (old is not None and _is_told(source, one, old, now)),
            key=old.article.id if old is not None else None,
        )
        for one, old in new
    )


def _is_of_the_gap(
    source: Source, article: Article, restored: Restoration | None, now: datetime
) -> bool:
    """Whether it may have been told in the time that a restored backup does not know.

    That is all that the first reading after it brings, but for what is dated later.
    """
    if restored is None or not restored.told:
        return False
    read_since = source.last_good is not None and source.last_good >= restored.at
    if read_since or source.id > restored.source:
        return False
    published = article.published
    return published is None or not restored.at < published <= now


def _is_told(source: Source, one: Named, old: Heard, now: datetime) -> bool:
    """Whether a changed text says nothing else than one that need not be told."""
    correction = corrections.differs(old.article, one.article)
    if correction is not None:
        log.info("an article was corrected", source=source.name, what=correction.kind)
        return False
    return old.baseline or now - old.fetched_at > OLD


def _order(piece: Piece) -> tuple[bool, str]:
    """What revises another comes after it; older before newer."""
    article = piece.named.article
    published = article.published.isoformat() if article.published else ""
    return (article.revises is not None, published)
