"""What is ordered, what it is composed from, and the record of how it was composed."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.errors import BotError
from bot.model import (
    PUBLISHABLE_FOR,
    Destination,
    Digest,
    Occurrence,
    OccurrenceState,
    Workspace,
)
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    article_store,
    decision_store,
    digest_store,
    edition_store,
    ledger_store,
    restoration_store,
    schedule_store,
    story_store,
)
from bot.storage.ledger_store import merge_ledgers
from digests.analysis import AnalyseArticle, analyse_article
from digests.compose import GroupEvents, compose, group_events
from digests.messages import Message
from digests.types import (
    Article,
    Edition,
    EditionStyle,
    PublishedLedger,
    StoryMembership,
    frozen,
)


def build_edition_style(digest: Digest) -> EditionStyle:
    """Convert the settings of the digest to the composer's style."""
    return digest.options.to_edition_style(
        digest.name, more=digest.more, less=digest.less
    )


@frozen
class EditionOrder:
    """What an edition contains and where it is posted: by default all of a digest."""

    digest: Digest
    #: The workspace of the digest.
    workspace: Workspace
    #: Search words that its stories must match; "" = all stories.
    topic: str = ""
    #: The only channel to post to; None = all channels of the digest.
    to: Destination | None = None

    @property
    def separate(self) -> bool:
        """Whether it is posted to fewer or other channels than the digest's own."""
        return self.to is not None and self._own_ids != {self.to.id}

    @property
    def among_own(self) -> bool:
        """Whether it is posted to one of several channels of the digest."""
        return self.to is not None and self.separate and self.to.id in self._own_ids

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Where it is posted."""
        return self.digest.destinations if self.to is None else (self.to,)

    @property
    def announces_next(self) -> bool:
        """Whether its readers get the digest's next edition."""
        return not self.separate or self.among_own

    @property
    def _own_ids(self) -> set[int]:
        return {place.id for place in self.digest.destinations}


@frozen
class EditionInputs:
    """What an edition of a digest can be composed from."""

    fresh: tuple[Article, ...]
    ledger: PublishedLedger
    #: The stories of the articles.
    known: tuple[StoryMembership, ...]
    #: The published versions of articles that changed since.
    earlier: tuple[Article, ...] = ()
    #: Key of the newest edition of the digest; None = it has none.
    newest: int | None = None


def compose_inputs(
    inputs: EditionInputs,
    digest: Digest,
    now: datetime,
    read: AnalyseArticle = analyse_article,
    style: EditionStyle | None = None,
    group: GroupEvents = group_events,
) -> Edition:
    """Compose the edition of the digest that can be made from these inputs.

    Args:
        inputs: As they were loaded.
        digest: The digest.
        now: The present instant.
        read: Analyses one article.
        style: In place of the digest's own.
        group: Groups the articles into stories.
    """
    return compose(
        inputs.fresh,
        now=now,
        ledger=inputs.ledger,
        style=style or build_edition_style(digest),
        read=read,
        known=inputs.known,
        earlier=inputs.earlier,
        group=group,
    )


class LedgerChanged(BotError):
    """Another edition of the digest was stored since its inputs were loaded."""


def check_ledger_unchanged(
    conn: Connection, digest: Digest, found: EditionInputs
) -> None:
    """Check that no edition of the digest was stored since `found` was loaded.

    Raises:
        LedgerChanged: One was, and its news would be published twice.
    """
    if _find_newest_key(conn, digest) != found.newest:
        raise LedgerChanged("Another edition of this digest was stored meanwhile.")


def _find_newest_key(conn: Connection, digest: Digest) -> int | None:
    return edition_store.find_newest_edition_key(
        conn, digest.scope, digest_id=digest.id
    )


def load_inputs(conn: Connection, digest: Digest, now: datetime) -> EditionInputs:
    """Load the newest articles, their stories, and what was published before.

    After a restore, articles that were fetched before it count as published.
    """
    since = now - PUBLISHABLE_FOR
    fresh = _load_articles(conn, digest, since)
    ledger = _load_ledger(conn, digest, now)
    restored = restoration_store.find_last_restoration(conn)
    if restored is not None and restored.published and restored.at > since:
        past = _load_articles(conn, digest, since, restored.at)
        kept = _load_articles(conn, digest, since, include_baseline=True)
        # Articles stored as published are included: what repeats them is no news.
        fresh_ids = {article.id for article in fresh}
        past += tuple(article for article in kept if article.id not in fresh_ids)
        published = {f"{article.id}@{article.revision}" for article in past}
        ledger = replace(ledger, revisions=ledger.revisions | published)
        fresh = kept
    return build_inputs(conn, digest, fresh, ledger)


def load_past_inputs(
    conn: Connection, digest: Digest, since: datetime, until: datetime | None
) -> EditionInputs:
    """Load the inputs of a past period: what was fetched in it and published before.

    Texts and filters are today's; what an edition of that period published does not
    count as published.
    """
    fresh = _load_articles(conn, digest, since, until)
    ledger = ledger_store.get_ledger(
        conn, digest.scope, digest_id=digest.id, before=since
    )
    return build_inputs(conn, digest, fresh, ledger)


def load_successive_inputs(
    conn: Connection, digest: Digest, since: datetime, moments: Sequence[datetime]
) -> tuple[EditionInputs, ...]:
    """Load the inputs of editions that would have been posted at these moments.

    Each has what was fetched since the one before; of published things, all know only
    those from before `since`.
    """
    ledger = ledger_store.get_ledger(
        conn, digest.scope, digest_id=digest.id, before=since
    )
    starts = (since, *moments[:-1])
    return tuple(
        build_inputs(conn, digest, _load_articles(conn, digest, *period), ledger)
        for period in zip(starts, moments, strict=True)
    )


def build_inputs(
    conn: Connection,
    digest: Digest,
    fresh: tuple[Article, ...],
    ledger: PublishedLedger,
) -> EditionInputs:
    """Build the inputs of these articles, of which `ledger` was published before.

    A text of a source and the full text that was read from its page are published
    together. What is new in an article is found between texts of one origin.
    """
    shown = _list_shown_texts(conn, fresh, ledger)
    ledger = replace(ledger, revisions=ledger.revisions | _find_same(fresh, shown))
    fresh = _replace_unlike(conn, fresh, shown)
    known = story_store.list_memberships(
        conn, workspace_id=digest.workspace_id, articles=[a.id for a in fresh]
    )
    return EditionInputs(
        fresh=fresh,
        ledger=ledger,
        known=known,
        earlier=_load_earlier_versions(conn, digest, fresh, ledger, shown),
        newest=_find_newest_key(conn, digest),
    )


@frozen
class _ShownTexts:
    """The published texts of an article, by their hashes, and its full texts."""

    published: frozenset[str]
    #: The full texts that are stored, and the hash of the text that each expands.
    full: Mapping[str, str]

    @property
    def expanded(self) -> set[str]:
        """The texts of the source of which the full text was published."""
        return {self.full[shown] for shown in self.published & self.full.keys()}

    def holds(self, article: Article) -> bool:
        """Whether this text, or its full text, or what it expands was published."""
        same = {article.revision, article.expands}
        return bool(same & self.published) or article.revision in self.expanded

    def list_same_origin(self) -> set[str]:
        """The full texts of published excerpts, if no full text was published."""
        if self.expanded:
            return set()
        return {full for full, of in self.full.items() if of in self.published}


def _list_shown_texts(
    conn: Connection, fresh: Iterable[Article], ledger: PublishedLedger
) -> dict[str, _ShownTexts]:
    published: dict[str, set[str]] = defaultdict(set)
    for key in ledger.revisions:
        article_id, _, revision = key.rpartition("@")
        published[article_id].add(revision)
    ids = [int(article.id) for article in fresh if article.id in published]
    full = article_store.list_full_texts(conn, ids)
    return {
        str(key): _ShownTexts(
            published=frozenset(published[str(key)]), full=full.get(key, {})
        )
        for key in ids
    }


def _find_same(
    fresh: Iterable[Article], shown: Mapping[str, _ShownTexts]
) -> frozenset[str]:
    """Find what counts as published because its other text was: «id@hash»."""
    return frozenset(
        f"{article.id}@{article.revision}"
        for article in fresh
        if article.id in shown and shown[article.id].holds(article)
    )


def _replace_unlike(
    conn: Connection, fresh: Sequence[Article], shown: Mapping[str, _ShownTexts]
) -> tuple[Article, ...]:
    """Replace full texts that nothing published can be compared with.

    Their articles were published from an excerpt of which no full text is stored:
    whatever the excerpt left out would count as news.
    """
    unlike = [
        int(article.id)
        for article in fresh
        if article.origin == "page"
        and (texts := shown.get(article.id))
        and not texts.holds(article)
        and not texts.expanded
        and not texts.list_same_origin()
    ]
    if not unlike:
        return tuple(fresh)
    sources = article_store.load_source_texts(conn, unlike)
    by_id = {str(key): text for key, text in sources.items()}
    return tuple(
        replace(by_id[article.id], source=article.source)
        if article.id in by_id
        else article
        for article in fresh
    )


def _load_earlier_versions(
    conn: Connection,
    digest: Digest,
    fresh: Iterable[Article],
    ledger: PublishedLedger,
    shown: Mapping[str, _ShownTexts],
) -> tuple[Article, ...]:
    """Load the published versions of the articles of which there is a newer one.

    With what they expand, and with full texts of theirs.
    """
    found = [
        article_store.find_article(conn, digest.scope, int(article.id), revision)
        for article in fresh
        if article.id in shown
        and f"{article.id}@{article.revision}" not in ledger.revisions
        for texts in (shown[article.id],)
        for revision in sorted(
            texts.published | texts.expanded | texts.list_same_origin()
        )
    ]
    return tuple(stored[0] for stored in found if stored is not None)


def _load_articles(
    conn: Connection,
    digest: Digest,
    since: datetime,
    until: datetime | None = None,
    include_baseline: bool = False,
) -> tuple[Article, ...]:
    """Load what was fetched in a period, under the names that the digest gives."""
    return article_store.list_fresh_articles(
        conn,
        source_ids=[source.id for source in digest.sources],
        since=since,
        until=until,
        called={s.id: s.called for s in digest.sources if s.called},
        include_baseline=include_baseline,
        without_pages=[s.id for s in digest.sources if s.full_text == "never"],
    )


def _load_ledger(conn: Connection, digest: Digest, now: datetime) -> PublishedLedger:
    """Load what its readers were shown; for a personal digest, also in channels."""
    ledger = ledger_store.get_ledger(conn, digest.scope, digest_id=digest.id)
    if digest.person is None:
        return ledger
    shown = ledger_store.get_channel_ledger(conn, digest.scope, now=now)
    return merge_ledgers(ledger, shown)


def load_initial_backlog(
    conn: Connection, digest: Digest, now: datetime
) -> frozenset[str]:
    """Load the articles of feeds that the digest uses for the first time: «id@hash».

    This edition contains the best of them; the rest is no news for the next ones. Files
    in a folder remain candidates, because somebody put them there.
    """
    new = digest_store.mark_sources_begun(
        conn, digest.scope, digest_id=digest.id, now=now
    )
    feeds = [s.id for s in digest.sources if s.id in new and s.kind != "folder"]
    held = article_store.list_fresh_articles(
        conn, source_ids=feeds, since=now - PUBLISHABLE_FOR
    )
    return frozenset(f"{article.id}@{article.revision}" for article in held)


def drop_unpublished_decisions(edition: Edition) -> Edition:
    """Remove decisions on unpublished articles, which are stored separately."""
    shown = {s.id for s in edition.stories} | {line.story for line in edition.brief}
    published = tuple(d for d in edition.decisions if d.story in shown)
    return replace(edition, decisions=published)


def record_decisions(
    conn: Connection, occurrence: Occurrence, edition: Edition, now: datetime
) -> None:
    """Store the decision on each article, and the stories of the articles."""
    save_memberships(conn, occurrence.scope, edition, now)
    decision_store.add_decisions(
        conn,
        occurrence.scope,
        digest_id=occurrence.digest_id,
        occurrence_id=occurrence.id,
        decisions=edition.decisions,
        now=now,
    )


def save_memberships(
    conn: Connection, scope: Scope, edition: Edition, now: datetime
) -> None:
    """Store the story of each article that was considered, published or not."""
    memberships = [
        StoryMembership(article=d.article, story=d.story, duplicate_of=d.duplicate_of)
        for d in edition.decisions
        if d.story is not None
    ]
    story_store.update_memberships(
        conn,
        workspace_id=scope.workspace_id,
        memberships=memberships,
        now=now,
        copies=False,
    )


def hash_inputs(edition: Edition, digest: Digest) -> str:
    """Hash the articles and the style that the edition was composed from."""
    made_from = {
        "articles": sorted(
            f"{ref.id}@{ref.revision}" for s in edition.stories for ref in s.articles
        ),
        "style": repr(build_edition_style(digest)),
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


class FinishOccurrence(Protocol):
    """Store the outcome of an occurrence, which it may plan first.

    Returns None if the occurrence was finished before.
    """

    def __call__(
        self, conn: Connection, state: OccurrenceState, reason: Message | None
    ) -> Occurrence | None: ...


def finish_planned(
    occurrence: Occurrence,
    conn: Connection,
    state: OccurrenceState,
    reason: Message | None,
) -> Occurrence | None:
    """Store the outcome of a planned occurrence; None if it was finished before."""
    finished = schedule_store.finish_occurrence(
        conn, **occurrence.key, state=state, reason=reason
    )
    return occurrence if finished else None
