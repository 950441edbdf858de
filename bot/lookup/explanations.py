"""Explain why a story was published or not, and compose one that was not.

The decisions of an edition explain its own stories. A story that no edition has is
searched for among the decisions of the last compositions; if nothing was decided, the
stored facts about its articles explain why.

A story that was never published passes the same check as an edition: no word is shown
that its source does not contain.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.errors import UserError
from bot.lookup import text_search
from bot.lookup.archive import RESULT_LIMIT, Archive, load_story_articles
from bot.lookup.name_resolution import (
    ResolvedStory,
    list_resolved,
    parse_story_name,
)
from bot.model import PUBLISHABLE_FOR, Digest, Location
from bot.model.scope import Scope
from bot.ports import Engine
from bot.storage import (
    Connection,
    Database,
    article_store,
    decision_store,
    digest_store,
    story_store,
)
from digests.compose import compose_story
from digests.language import sentences, words
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.types import Article, ArticleRef, EditionStory, EditionStyle, Span, frozen

NOT_WEIGHED_YET = Message(
    "It was fetched after the last edition; the next one will consider it."
)
TOO_OLD_REASON = Message(
    "It is too old: an edition is made from the articles of the last seven days."
)
BASELINE_REASON = Message(
    "It is not posted: its source offered it together with its archive, or changed "
    "nothing of substance in an older text."
)


@frozen
class Reason:
    """The outcome for one article."""

    article: str
    text: Message
    #: The digest that decided it first, and when; None if the newest edition decided
    #: it, none has yet, or the digest was deleted.
    digest: Digest | None = None
    at: datetime | None = None


@frozen
class SourceLine:
    """The sentence of a stored text that contains the words asked about."""

    article: Article
    sentence: Span
    #: Whether the edition shows this sentence.
    shown: bool


@frozen
class StoryExplanation:
    """The reasons about one story, or about one article."""

    title: str
    #: The edition that contains the story.
    found: ResolvedStory | None
    reasons: tuple[Reason, ...]
    #: The sentence with the words, if words were asked about.
    source_line: SourceLine | None = None

    def find_text(self, article: Article) -> Article | ArticleRef:
        """Return the version of an article that the edition used, or its newest one."""
        used = self.found.story.articles if self.found is not None else ()
        return next((ref for ref in used if ref.id == article.id), article)


async def explain_story(
    archive: Archive, place: Location, which: str, now: datetime
) -> StoryExplanation:
    """Explain why a story is in the edition, or why it (or an article) is not.

    Raises:
        UserError: Nothing matches.
    """
    line, is_text = None, parse_story_name(which).is_text
    try:
        found = await archive.story(place, which, earlier=not is_text)
    except UserError:
        match = await _find_in_newest(archive, place, which) if is_text else None
        if match is None:
            unpublished = await archive.db.read(_explain_unpublished, place, which, now)
            if unpublished is not None:
                return unpublished
            if not is_text:
                raise
            found = await archive.story(place, which)
        else:
            found, line = match
    else:
        if is_text:
            articles = await archive.articles_of(found)
            line = await asyncio.to_thread(_find_source_line, found, articles, which)
    reasons = tuple(
        Reason(article=d.article, text=d.reason)
        for d in found.stored_edition.edition.decisions
        if d.story == found.story.id
    )
    return StoryExplanation(
        title=found.story.headline.text, found=found, reasons=reasons, source_line=line
    )


async def _find_in_newest(
    archive: Archive, place: Location, which: str
) -> tuple[ResolvedStory, SourceLine] | None:
    """Find the story of the newest edition with a sentence that contains the words."""
    newest = await archive.newest(place)
    if newest is None:
        return None
    for found in list_resolved(newest):
        articles = await archive.articles_of(found)
        # Splitting texts into sentences takes long enough to need a thread.
        line = await asyncio.to_thread(_find_source_line, found, articles, which)
        if line is not None:
            return found, line
    return None


def _find_source_line(
    found: ResolvedStory, articles: Sequence[Article], which: str
) -> SourceLine | None:
    """Find the first sentence of the story's articles with all of the words."""
    asked = set(words.split_words(normalize_text(which)))
    for article in articles if asked else ():
        for sentence in sentences.split_sentences(article.text, article.lang):
            line = normalize_text(article.text[sentence.start : sentence.end])
            if asked <= set(words.split_words(line)):
                shown = _is_shown(found, article, sentence)
                return SourceLine(article=article, sentence=sentence, shown=shown)
    return None


def _is_shown(found: ResolvedStory, article: Article, sentence: Span) -> bool:
    """Check whether the summary, a quote or a figure of the story uses the sentence."""
    story = found.story
    lead = story.articles[0].id
    shown = [
        *((lead, span) for match in story.summary for span in match.spans),
        *((card.article, card.span) for card in story.cards),
        *((match.article, match.figure.sentence) for match in story.figures),
    ]
    return any(
        place == article.id and span.start < sentence.end and sentence.start < span.end
        for place, span in shown
    )


def _explain_unpublished(
    conn: Connection, place: Location, which: str, now: datetime
) -> StoryExplanation | None:
    """Explain the decision about a story that no edition has, or about an article."""
    scope, named = place.workspace.scope, parse_story_name(which)
    is_id = bool(named.story)
    if named.edition or named.number:
        return None
    find = load_story_articles if is_id else text_search.find_articles
    articles = find(conn, scope, which)
    decided = decision_store.list_decisions(
        conn,
        scope,
        person_id=place.of_person,
        articles=[article.id for article in articles],
        limit=RESULT_LIMIT,
    )
    weighed = {d.decision.article for d in decided}
    if not is_id:
        # Many articles may contain the words: take the newest with a decision.
        articles = (*[a for a in articles if a.id in weighed], *articles)[:1]
    if not articles:
        return None
    digests = {digest.id: digest for digest in digest_store.list_digests(conn, scope)}
    wanted = {article.id for article in articles}
    reasons = [
        Reason(
            article=d.decision.article,
            text=d.decision.reason,
            digest=digests.get(d.digest_id),
            at=d.made_at,
        )
        for d in decided
        if d.decision.article in wanted
    ]
    reasons += [
        Reason(article=article.id, text=_explain_undecided(conn, scope, article, now))
        for article in articles
        if article.id not in weighed
    ]
    title = articles[0].title or articles[0].text[:80]
    return StoryExplanation(title=title, found=None, reasons=tuple(reasons))


def _explain_undecided(
    conn: Connection, scope: Scope, article: Article, now: datetime
) -> Message:
    """Explain why nothing was decided about an article."""
    facts = article_store.find_article_arrival(conn, scope, article_id=int(article.id))
    if facts is None or now - facts.fetched_at > PUBLISHABLE_FOR:
        return TOO_OLD_REASON
    return BASELINE_REASON if facts.baseline else NOT_WEIGHED_YET


async def compose_unpublished(
    db: Database, engine: Engine, scope: Scope, story: str
) -> EditionStory | None:
    """Compose the story as an edition would show it; None if it does not exist.

    Args:
        db: The database.
        engine: Runs the composition.
        scope: The workspace that asks.
        story: Its public id; one that was merged leads to the story it became.
    """
    articles = await db.read(load_story_articles, scope, story)
    if not articles:
        return None
    memberships = await db.read(
        story_store.list_memberships,
        workspace_id=scope.workspace_id,
        articles=[article.id for article in articles],
    )
    style = EditionStyle(lang=articles[-1].lang or "en")
    own = engine.of_workspace(scope.workspace_id)
    return await own.run(compose_story, articles, memberships, style)
