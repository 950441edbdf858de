"""Find what is new in a reading, and store it with its analysis and stories.

Look-ups and the analysis of new texts come before the one transaction that stores them.
Nothing here reads a source.

Articles are identified by the id in the feed, then by their address without tracking
parameters, then by title and date, then by their words. A name that several articles of
one reading share identifies none of them.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

import structlog

from bot.ingest import source_state
from bot.ingest.source_state import SourceReading
from bot.model.digest import Source, StoredArticle
from bot.model.quotas import count_text
from bot.ports import Engine
from bot.storage import (
    Connection,
    Database,
    article_store,
    quote_store,
    restoration_store,
    source_store,
    story_store,
)
from bot.storage.article_store import KnownArticle
from bot.storage.restoration_store import Restoration
from bot.storage.unknown_articles import OfferedArticle, store_unknown_articles
from digests.analysis import analyse_article
from digests.corrections import detection
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.stories.assignment import StoryPlacement, new_story_id
from digests.stories.profiles import build_profiles
from digests.types import Article, ArticleAnalysis, StoryMembership, frozen

log = structlog.get_logger(__name__)

#: A change without substance in an older article is not published.
STALE_AFTER = timedelta(days=7)
#: Articles, and seconds of processor time, of one turn in the engine's thread: a due
#: edition and the articles of others wait no longer, or as long as one article takes.
TURN_ARTICLES, TURN_SECONDS = 10, 0.25
#: Seconds of processor time for the articles of one reading. The largest feed that is
#: fetched takes about 15; only what is built to be slow takes longer.
READING_SECONDS = 30.0


@frozen
class NamedArticle:
    """An article with its other names, the most reliable first."""

    article: Article
    names: tuple[str, ...]


@frozen
class PendingRevision:
    """A revision to be stored, with its names and analysis."""

    named: NamedArticle
    #: None: the revision is stored, and the source may have returned to it.
    analysis: ArticleAnalysis | None
    #: Stored as published: no edition contains it.
    baseline: bool = False
    #: The key of the article that it revises, if that is stored.
    key: str | None = None
    #: The full text of the article stays current: this text has the same facts as the
    #: one that it was read for.
    keep_full: bool = False


@frozen
class StoredRevision:
    """A revision that was stored, with the story of its article."""

    article: str
    revision_id: int
    #: Whether it is the article's newest text.
    current: bool
    #: With the temporary names of the view that placed it.
    placed: StoryPlacement | None = None
    #: With the names under which it is stored.
    membership: StoryMembership | None = None


@frozen
class ReadingChanges:
    """What is new in a reading."""

    pieces: tuple[PendingRevision, ...] = ()
    #: Articles of which no revision was stored before.
    unheard: int = 0
    #: Number of articles if the source offers everything as new, else 0.
    flood: int = 0
    #: New articles that were left out, because the others took all the time there is.
    left_out: int = 0
    #: Full texts of stored articles, read from their pages: the state of the source
    #: does not change.
    of_pages: bool = False

    def noted(self, source: Source, now: datetime) -> Source:
        """Add a notice for its admins to the source if the reading was unusual."""
        if self.flood:
            notice = Message("source.flood", count=self.flood)
        elif self.left_out:
            notice = Message("source.too_slow", count=self.left_out)
        else:
            return source
        return replace(source, notice=notice, noticed_at=now)


@frozen
class AnalysisTurn:
    """What one turn in the engine's thread did."""

    pieces: tuple[PendingRevision, ...]
    #: Articles that were dealt with, whether or not they could be analysed.
    articles: int
    #: Processor time.
    seconds: float


async def find_changes(
    source: Source,
    reading: SourceReading,
    now: datetime,
    db: Database,
    engine: Engine,
) -> ReadingChanges:
    """Find what is new, changed or restored in the reading, and analyse it.

    Args:
        source: Before the reading.
        reading: What was read.
        now: The present instant.
        db: For what is known.
        engine: For the analysis, of the workspace that reads the source.
    """
    several = _identify(source, reading.articles)
    names = {name for one in several for name in _all_names(one)}
    heard = await db.read(article_store.find_known_articles, source.id, names)
    new, restored_texts = [], []
    for one in several:
        old = next((heard[name] for name in _all_names(one) if name in heard), None)
        if old is None or one.article.revision not in old.hashes:
            new.append((one, old))
        elif one.article.revision != old.article.revision:
            restored_texts.append(PendingRevision(named=one, analysis=None))
    fresh = [one.article for one, _ in new]
    flood = source_state.is_flood(source, len(reading.articles), fresh, now)
    restored = await db.read(restoration_store.find_last_restoration) if new else None
    pieces: list[PendingRevision] = []
    at, spent = 0, 0.0
    while at < len(new) and spent < READING_SECONDS:
        some = new[at : at + TURN_ARTICLES]
        turn = await engine.run(_analyse_new, source, some, flood, now, restored)
        pieces += turn.pieces
        at, spent = at + turn.articles, spent + turn.seconds
    if flood:
        log.warning("source offers everything as new", source=source.name)
    if at < len(new):
        left_out = len(new) - at
        log.warning("analysis took too long", source=source.name, left_out=left_out)
    return ReadingChanges(
        pieces=(*pieces, *restored_texts),
        unheard=sum(old is None for _, old in new),
        flood=len(new) if flood else 0,
        left_out=len(new) - at,
    )


def sort_for_storing(pieces: Sequence[PendingRevision]) -> tuple[PendingRevision, ...]:
    """Put revisions after what they revise, and otherwise older ones first."""

    def order(piece: PendingRevision) -> tuple[bool, str]:
        article = piece.named.article
        published = article.published.isoformat() if article.published else ""
        return (article.revises is not None, published)

    return tuple(sorted(pieces, key=order))


def store_changes(
    conn: Connection,
    source: Source,
    found: ReadingChanges,
    placed: Sequence[StoryPlacement | None],
    now: datetime,
) -> list[StoredRevision]:
    """Store what is new with its stories, and the new state of the source.

    Args:
        conn: A transaction.
        source: Its state after the reading.
        found: What is new, sorted for storing.
        placed: The story of each piece; empty if no piece is new.
        now: The present instant.

    Returns:
        The new revisions.
    """
    kept: list[StoredRevision] = []
    size = 0
    analyses: dict[int, ArticleAnalysis] = {}
    unknown = _store_unknown(conn, source, found, now)
    for number, piece in enumerate(found.pieces):
        stored, is_new = unknown.get(number), True
        if stored is None:
            again = _store_piece(conn, source, piece, found.of_pages, now)
            if again is None:
                continue
            stored, is_new = again
        if is_new:
            size += count_text(piece.named.article.text)
        if not is_new or piece.analysis is None:
            continue
        key = stored.revision_id
        analyses[key] = piece.analysis
        one = StoredRevision(
            article=str(stored.article_id),
            revision_id=key,
            current=stored.current,
            placed=placed[number],
        )
        kept.append(one)
    quote_store.store_quotes(conn, {key: a.quotes for key, a in analyses.items()})
    quote_store.store_figures(conn, {key: a.figures for key, a in analyses.items()})
    source_store.add_stored_articles(conn, source.id, size)
    kept = record_stories(conn, source.workspace_id, kept, now)
    if not found.of_pages:
        source_store.update_source(conn, source)
    return kept


def _store_unknown(
    conn: Connection, source: Source, found: ReadingChanges, now: datetime
) -> dict[int, StoredArticle]:
    """Store the articles that were never heard of, by the number of their piece."""
    if found.of_pages:
        return {}
    new = {
        number: OfferedArticle(
            article=piece.named.article,
            names=piece.named.names,
            baseline=piece.baseline,
        )
        for number, piece in enumerate(found.pieces)
        if piece.analysis is not None and piece.key is None
    }
    if not new:
        return {}
    stored = store_unknown_articles(conn, source, list(new.values()), now)
    pairs = zip(new, stored, strict=True)
    return {number: one for number, one in pairs if one is not None}


def _store_piece(
    conn: Connection,
    source: Source,
    piece: PendingRevision,
    of_page: bool,
    now: datetime,
) -> tuple[StoredArticle, bool] | None:
    """Store one piece; True if it is new, None if the source offers another by now."""
    named = piece.named
    if of_page:
        key = int(named.article.id)
        return article_store.store_full_text(conn, key, named.article, now)
    return article_store.store_article(
        conn,
        source,
        named.article,
        now,
        names=named.names,
        baseline=piece.baseline,
        keep_full=piece.keep_full,
    )


def record_stories(
    conn: Connection,
    workspace_id: int | None,
    kept: Sequence[StoredRevision],
    now: datetime,
) -> list[StoredRevision]:
    """Store the stories of new revisions; return the revisions with their stories.

    A new story gets its public id here, where the used ones are known. An article that
    is too old for the view stays in its stored story.
    """
    ids = [each.article for each in kept]
    known = story_store.list_memberships(conn, workspace_id, ids)
    stored_stories = {member.article: member.story for member in known}
    keys = {k.placed.membership.article: k.article for k in kept if k.placed}
    taken = story_store.UsedStoryIds(conn)
    names: dict[str, str] = {}
    memberships: dict[str, StoryMembership] = {}
    for each in kept:
        if each.placed is None or not each.current:
            continue
        placed = each.placed.membership
        if each.placed.new:
            stored = None
            if each.placed.before is None:
                stored = stored_stories.get(each.article)
            names[placed.story] = stored or new_story_id(each.article, taken)
        story = names.get(placed.story) or story_store.resolve_merged_story(
            conn, workspace_id, placed.story
        )
        if each.article in memberships:
            # Two revisions of it were read at once.
            story = memberships[each.article].story
        copied = keys.get(placed.duplicate_of or "", placed.duplicate_of)
        memberships[each.article] = StoryMembership(
            article=each.article,
            story=story,
            duplicate_of=copied if copied != each.article else None,
        )
    # If one article leaves a story, the others stay: not `whole`.
    found = tuple(memberships.values())
    story_store.update_memberships(conn, workspace_id, found, now, whole=False)
    return [replace(each, membership=memberships.get(each.article)) for each in kept]


def _identify(source: Source, found: Sequence[Article]) -> tuple[NamedArticle, ...]:
    if source.kind == "folder":
        # A file is identified by its name only.
        return tuple(NamedArticle(article=article, names=()) for article in found)
    with_ids = [a if a.id else replace(a, id=a.url or source.address) for a in found]
    return name_articles(with_ids)


def _all_names(one: NamedArticle) -> tuple[str, ...]:
    return tuple(filter(None, (one.article.id, one.article.revises, *one.names)))


def _analyse_new(
    source: Source,
    new: Sequence[tuple[NamedArticle, KnownArticle | None]],
    flood: bool,
    now: datetime,
    restored: Restoration | None,
) -> AnalysisTurn:
    """Analyse new revisions until the turn ends; at least one.

    One that cannot be analysed is left out and logged: it would otherwise fail its
    whole source, at every poll.
    """
    pieces: list[PendingRevision] = []
    begun, count = time.thread_time(), 0
    for one, old in new:
        if count and time.thread_time() - begun >= TURN_SECONDS:
            break
        count += 1
        try:
            analysis = analyse_for_storing(one.article)
            corrects = old is not None and _is_correction(source, one, old)
            stale = old is not None and _is_stale(old, now)
        except Exception:
            address = one.article.url or one.article.id
            log.exception("article left out", source=source.name, article=address)
            continue
        gap = _is_in_restore_gap(source, one.article, restored, now)
        piece = PendingRevision(
            named=one,
            analysis=analysis,
            baseline=flood or (stale and not corrects) or gap,
            key=old.article.id if old is not None else None,
            keep_full=old is not None and old.full and not corrects,
        )
        pieces.append(piece)
    seconds = time.thread_time() - begun
    return AnalysisTurn(pieces=tuple(pieces), articles=count, seconds=seconds)


def analyse_for_storing(article: Article) -> ArticleAnalysis:
    """Analyse an article, its story profile included: both fail here or never."""
    build_profiles([article])
    return analyse_article(article)


def _is_in_restore_gap(
    source: Source, article: Article, restored: Restoration | None, now: datetime
) -> bool:
    """Whether it may have been published after a restored backup was made.

    True for all articles of the first reading after the restore, except later ones.
    """
    if restored is None or not restored.published:
        return False
    read_at, published = source.last_success_at, article.published
    if (read_at and read_at >= restored.at) or source.id > restored.source:
        return False
    return published is None or not restored.at < published <= now


def _is_correction(source: Source, one: NamedArticle, old: KnownArticle) -> bool:
    """Whether a changed text corrects the last one of the source."""
    correction = detection.find_first_correction(old.article, one.article)
    if correction is not None:
        log.info("article corrected", source=source.name, what=correction.kind)
    return correction is not None


def _is_stale(old: KnownArticle, now: datetime) -> bool:
    """Whether the article is not published for a change without substance."""
    return old.baseline or now - old.fetched_at > STALE_AFTER


def name_articles(articles: Sequence[Article]) -> tuple[NamedArticle, ...]:
    """Name the articles of one reading, each with the names that only it has."""
    several = [_identity_names(article) for article in articles]
    counts = Counter(name for names in several for name in names)
    own = [tuple(name for name in names if counts[name] == 1) for names in several]
    pairs = zip(articles, own, strict=True)
    return tuple(NamedArticle(article=article, names=names) for article, names in pairs)


def _identity_names(article: Article) -> tuple[str, ...]:
    found = []
    if article.url and (place := _comparable_address(article.url)):
        found.append(f"at:{place}")
    if article.title and article.published:
        moment = article.published.isoformat()
        found.append(f"said:{_hash_words(normalize_text(article.title), moment)}")
    if len(found) < 2:
        # The words replace a missing name.
        found.append(f"words:{_hash_words(article.title or '', article.text)}")
    return tuple(found)


def _comparable_address(url: str) -> str | None:
    """Return the canonical address; None for the front page of a site."""
    from digests.sources.feed_entries import canonicalize_address

    place = canonicalize_address(url)
    parts = urlsplit(place)
    return place if parts.path.strip("/") or parts.query else None


def _hash_words(*words: str) -> str:
    joined = "\0".join(words).encode("utf-8", "surrogatepass")
    return sha256(joined).hexdigest()[:32]
