"""Explain why a story was published or not, and show one that was not.

What an edition tells says why by itself. What none told is looked for among the
decisions of the last compositions; of what none has looked at, the stored facts say
why that is so.

The same door as for an edition: no word is shown that its source does not have.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import UserError
from bot.lookup import text_search
from bot.lookup.archive import STORY_ARTICLE_LIMIT, Archive
from bot.lookup.name_resolution import ResolvedStory, is_story_number
from bot.model import PUBLISHABLE_FOR, Location
from bot.ports import Engine
from bot.storage import Connection, Database, article_store, story_store
from digests.compose import compose_story
from digests.language import sentences, words
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.types import (
    Article,
    EditionStory,
    EditionStyle,
    Span,
    StoryMembership,
)

NOT_WEIGHED_YET = Message(
    "It was fetched after the last edition; the next one will consider it."
)
TOO_OLD_REASON = Message(
    "It was fetched too long ago: an edition is made from the last days' articles."
)
BASELINE_REASON = Message(
    "It is not posted: its source offered it together with its archive, or changed "
    "nothing of substance in an older text."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """What became of one article."""

    article: str
    text: Message
    #: Which digest decided it and when first; None where the edition at hand did, or
    #: nobody yet.
    digest: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """The sentence of a stored text in which the words that were asked about stand."""

    article: Article
    sentence: Span
    #: Whether the edition shows this sentence.
    shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryExplanation:
    """The reasons about one story, or about one article."""

    title: str
    #: Where it was told.
    found: ResolvedStory | None
    reasons: tuple[Reason, ...]
    #: Where words were asked about: their source line.
    stands: SourceLine | None = None


async def explain_story(
    archive: Archive, place: Location, which: str, now: datetime
) -> StoryExplanation:
    """How a story came into the edition, or why it (or an article) did not.

    Raises:
        UserError: Nothing matches.
    """
    which = which.strip()
    stands = None
    try:
        found = await archive.story(place, which)
    except UserError:
        match = await _find_in_newest(archive, place, which)
        if match is None:
            unpublished = await _explain_unpublished(archive, place, which, now)
            if unpublished is None:
                raise
            return unpublished
        found, stands = match
    else:
        if _is_free_text(which):
            articles = await archive.articles_of(found)
            stands = await asyncio.to_thread(_find_source_line, found, articles, which)
    reasons = tuple(
        Reason(article=d.article, text=d.reason)
        for d in found.stored_edition.edition.decisions
        if d.story == found.story.id
    )
    title = found.story.headline.text
    return StoryExplanation(title=title, found=found, reasons=reasons, stands=stands)


def _is_free_text(which: str) -> bool:
    return not (
        which.startswith("s-")
        or text_search.EDITION_ID.fullmatch(which)
        or is_story_number(which)
    )


async def _find_in_newest(
    archive: Archive, place: Location, which: str
) -> tuple[ResolvedStory, SourceLine] | None:
    """The story of the newest edition in whose articles a sentence has the words."""
    stored_edition = await archive.newest(place) if _is_free_text(which) else None
    if stored_edition is None:
        return None
    for number, story in enumerate(stored_edition.edition.stories, 1):
        found = ResolvedStory(stored_edition=stored_edition, number=number, story=story)
        articles = await archive.articles_of(found)
        # They are read sentence by sentence, which takes its time.
        stands = await asyncio.to_thread(_find_source_line, found, articles, which)
        if stands is not None:
            return found, stands
    return None


def _find_source_line(
    found: ResolvedStory, articles: Sequence[Article], which: str
) -> SourceLine | None:
    """The first sentence of the story's articles that has all of the words."""
    asked = set(words.split_words(normalize_text(which)))
    for article in articles if asked else ():
        for sentence in sentences.split_sentences(article.text, article.lang):
            line = normalize_text(article.text[sentence.start : sentence.end])
            if asked <= set(words.split_words(line)):
                shown = _is_shown(found, article, sentence)
                return SourceLine(article=article, sentence=sentence, shown=shown)
    return None


def _is_shown(found: ResolvedStory, article: Article, sentence: Span) -> bool:
    """Whether the story shows the sentence or words of it: told, quoted or counted."""
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


async def _explain_unpublished(
    archive: Archive, place: Location, which: str, now: datetime
) -> StoryExplanation | None:
    """What was decided about a story that no edition told, or about an article."""
    workspace_id = place.workspace.id
    if is_story_number(which):
        return None
    if which.startswith("s-"):
        several = await archive.in_story(workspace_id, which)
    else:
        several = await archive.search(workspace_id, which)
    decided = await archive.decided(place, several)
    if not which.startswith("s-"):
        # Words may stand in many articles; they mean the newest that was weighed.
        weighed = {d.decision.article for d in decided}
        several = (*[a for a in several if a.id in weighed], *several)[:1]
    if not several:
        return None
    names = {d.id: d.name for d in await archive.digests(workspace_id)}
    wanted = {article.id for article in several}
    reasons = [
        Reason(
            article=d.decision.article,
            text=d.decision.reason,
            digest=names.get(d.digest_id, ""),
            at=d.made_at,
        )
        for d in decided
        if d.decision.article in wanted
    ]
    said = {reason.article for reason in reasons}
    for article in several:
        if article.id not in said:
            text = await archive.db.read(_explain_undecided, workspace_id, article, now)
            reasons.append(Reason(article=article.id, text=text))
    first = several[0]
    title = first.title or first.text[:80]
    return StoryExplanation(title=title, found=None, reasons=tuple(reasons))


def _explain_undecided(
    conn: Connection, workspace_id: int, article: Article, now: datetime
) -> Message:
    """Why nothing was decided about an article."""
    facts = article_store.find_article_arrival(
        conn, workspace_id=workspace_id, article_id=int(article.id)
    )
    if facts is None or now - facts.fetched_at > PUBLISHABLE_FOR:
        return TOO_OLD_REASON
    return BASELINE_REASON if facts.baseline else NOT_WEIGHED_YET


async def compose_unpublished(
    db: Database, engine: Engine, workspace_id: int, story: str
) -> EditionStory | None:
    """The story as the workspace may see it; None: it has no such story.

    Args:
        db: The database.
        engine: Where its texts are read.
        workspace_id: In whose view.
        story: Its public id; one that was merged away leads to what it is now.
    """
    articles, memberships = await db.read(_load_story, workspace_id, story)
    if not articles:
        return None
    return await engine.run(_compose_story, articles, memberships)


def _load_story(
    conn: Connection, workspace_id: int, story: str
) -> tuple[tuple[Article, ...], tuple[StoryMembership, ...]]:
    found = story_store.find_present_story(conn, workspace_id=workspace_id, story=story)
    if found is None:
        return (), ()
    articles = story_store.list_story_articles(
        conn, workspace_id=workspace_id, story=found, limit=STORY_ARTICLE_LIMIT
    )
    ids = [article.id for article in articles]
    return articles, story_store.list_memberships(
        conn, workspace_id=workspace_id, articles=ids
    )


def _compose_story(
    articles: Sequence[Article], memberships: Sequence[StoryMembership]
) -> EditionStory | None:
    style = EditionStyle(lang=articles[-1].lang or "en")
    return compose_story(articles, memberships, style)
