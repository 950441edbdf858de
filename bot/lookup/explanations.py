"""Why a story is in an edition or not: it looks decisions up, and makes none.

What an edition tells says why by itself. What none told is looked for among the
decisions of the last compositions; of what none has looked at, the stored facts say
why that is so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import past
from bot.archive import Archive
from bot.at_hand import FRESH
from bot.choosing import Found, is_number
from bot.errors import UserError
from bot.storage import Connection, arrivals
from bot.types import Place
from digests.language import sentences, words
from digests.language.fold import fold
from digests.types import Article, Span

NOT_YET = "It came in after the last look at this digest; the next edition weighs it."
TOO_OLD = "It came in too long ago: an edition is made from what the last days brought."
BASELINE = (
    "It is kept as told: its source offered it together with its past, or changed "
    "nothing of substance in an older text."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """What became of one article."""

    article: str
    #: A plain sentence.
    text: str
    #: Which digest decided it and when first; None where the edition at hand did, or
    #: nobody yet.
    digest: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stands:
    """The sentence of a stored text in which the words that were asked about stand."""

    article: Article
    sentence: Span
    #: Whether the edition shows this sentence.
    shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """The reasons about one story, or about one article."""

    title: str
    #: Where it was told.
    found: Found | None
    reasons: tuple[Reason, ...]
    #: Where words were asked about: their source line.
    stands: Stands | None = None


async def why(archive: Archive, place: Place, which: str, now: datetime) -> Why:
    """How a story came into the edition, or why it (or an article) did not.

    Raises:
        UserError: Nothing matches.
    """
    which = which.strip()
    stands = None
    try:
        found = await archive.story(place, which)
    except UserError:
        told = await _in_edition(archive, place, which)
        if told is None:
            untold = await _untold(archive, place, which, now)
            if untold is None:
                raise
            return untold
        found, stands = told
    else:
        if _is_words(which):
            articles = await archive.articles_of(found)
            stands = await asyncio.to_thread(_line_of, found, articles, which)
    reasons = tuple(
        Reason(article=d.article, text=d.reason)
        for d in found.issue.edition.decisions
        if d.story == found.story.id
    )
    title = found.story.headline.text
    return Why(title=title, found=found, reasons=reasons, stands=stands)


def _is_words(which: str) -> bool:
    return not (which.startswith("s-") or past.ID.fullmatch(which) or is_number(which))


async def _in_edition(
    archive: Archive, place: Place, which: str
) -> tuple[Found, Stands] | None:
    """The story of the newest edition in whose articles a sentence has the words."""
    issue = await archive.newest(place) if _is_words(which) else None
    if issue is None:
        return None
    for number, story in enumerate(issue.edition.stories, 1):
        found = Found(issue=issue, number=number, story=story)
        articles = await archive.articles_of(found)
        # They are read sentence by sentence, which takes its time.
        stands = await asyncio.to_thread(_line_of, found, articles, which)
        if stands is not None:
            return found, stands
    return None


def _line_of(found: Found, articles: Sequence[Article], which: str) -> Stands | None:
    """The first sentence of the story's articles that has all of the words."""
    asked = set(words.tokens(fold(which)))
    for article in articles if asked else ():
        for sentence in sentences.split(article.text, article.lang):
            line = fold(article.text[sentence.start : sentence.end])
            if asked <= set(words.tokens(line)):
                shown = _shows(found, article, sentence)
                return Stands(article=article, sentence=sentence, shown=shown)
    return None


def _shows(found: Found, article: Article, sentence: Span) -> bool:
    """Whether the story shows the sentence or words of it: told, quoted or counted."""
    story = found.story
    lead = story.articles[0].id
    shown = [
        *((lead, span) for told in story.summary for span in told.spans),
        *((card.article, card.span) for card in story.cards),
        *((told.article, told.figure.sentence) for told in story.figures),
    ]
    return any(
        place == article.id and span.start < sentence.end and sentence.start < span.end
        for place, span in shown
    )


async def _untold(
    archive: Archive, place: Place, which: str, now: datetime
) -> Why | None:
    """What was decided about a story that no edition told, or about an article."""
    workspace_id = place.workspace.id
    if is_number(which):
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
            text = await archive.db.read(_fact, workspace_id, article, now)
            reasons.append(Reason(article=article.id, text=text))
    first = several[0]
    title = first.title or first.text[:80]
    return Why(title=title, found=None, reasons=tuple(reasons))


def _fact(conn: Connection, workspace_id: int, article: Article, now: datetime) -> str:
    """Why nothing was decided about an article."""
    facts = arrivals.facts(conn, workspace_id=workspace_id, article_id=int(article.id))
    if facts is None or now - facts.fetched_at > FRESH:
        return TOO_OLD
    return BASELINE if facts.baseline else NOT_YET
