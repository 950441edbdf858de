"""Tells a story that no edition told, from what is stored; it stores and posts nothing.

The same door as for an edition: no word is shown that its source does not have.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.archive import IN_STORY
from bot.ports import Engine
from bot.storage import Connection, stories
from bot.storage.database import Database
from digests import grounding, telling
from digests.compose import analyse
from digests.stories import Ranked, gather
from digests.types import (
    Article,
    Edition,
    EditionStory,
    MadeFrom,
    Membership,
    Style,
)


async def tell(
    db: Database, engine: Engine, workspace_id: int, story: str, now: datetime
) -> EditionStory | None:
    """The story as the workspace may see it; None: it has no such story.

    Args:
        db: The database.
        engine: Where its texts are read.
        workspace_id: In whose view.
        story: Its public id; one that was merged away leads to what it is now.
        now: The time.
    """
    articles, memberships = await db.read(_stored, workspace_id, story)
    if not articles:
        return None
    return await engine.run(_told, articles, memberships, now)


def _stored(
    conn: Connection, workspace_id: int, story: str
) -> tuple[tuple[Article, ...], tuple[Membership, ...]]:
    found = stories.present(conn, workspace_id=workspace_id, story=story)
    if found is None:
        return (), ()
    articles = stories.articles_of(
        conn, workspace_id=workspace_id, story=found, limit=IN_STORY
    )
    ids = [article.id for article in articles]
    return articles, stories.known(conn, workspace_id=workspace_id, articles=ids)


def _told(
    articles: Sequence[Article], memberships: Sequence[Membership], now: datetime
) -> EditionStory | None:
    """It goes through the gate that editions go through."""
    gathered = gather(articles, memberships)
    if not gathered:
        return None
    style = Style(lang=articles[-1].lang or "en")
    analyses = {a.id: analyse(a, style) for a in gathered[0].articles}
    entry = Ranked(story=gathered[0], score=0.0, reasons=())
    draft = Edition(
        title="",
        made_at=now,
        made_from=MadeFrom(articles=len(articles), sources=0),
        stories=(telling.in_full(entry, analyses, style),),
        brief=(),
        hero=None,
        minutes=0,
        lang=style.lang,
    )
    shown = grounding.gate(draft, {a.id: a for a in articles}).stories
    return shown[0] if shown else None
