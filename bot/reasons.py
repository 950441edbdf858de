"""Why a story is in an edition or not: it looks decisions up, and makes none.

What an edition tells says why by itself. What none told is looked for among the
decisions of the last compositions; of what none has looked at, the stored facts say
why that is so.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.archive import Archive
from bot.at_hand import FRESH
from bot.choosing import Found
from bot.errors import UserError
from bot.storage import Connection, arrivals
from bot.types import Place
from digests.types import Article

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
class Why:
    """The reasons about one story, or about one article."""

    title: str
    #: Where it was told.
    found: Found | None
    reasons: tuple[Reason, ...]


async def why(archive: Archive, place: Place, which: str, now: datetime) -> Why:
    """How a story came into the edition, or why it (or an article) did not.

    Raises:
        UserError: Nothing matches.
    """
    try:
        found = await archive.story(place, which)
    except UserError:
        untold = await _untold(archive, place, which.strip(), now)
        if untold is None:
            raise
        return untold
    reasons = tuple(
        Reason(article=d.article, text=d.reason)
        for d in found.issue.edition.decisions
        if d.story == found.story.id
    )
    return Why(title=found.story.headline.text, found=found, reasons=reasons)


async def _untold(
    archive: Archive, place: Place, which: str, now: datetime
) -> Why | None:
    """What was decided about a story that no edition told, or about an article."""
    workspace_id = place.workspace.id
    if which.lstrip("#").isdecimal():
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
