"""Past editions: by their ids, and by the words of their headlines; it changes nothing.

An id stands for the same edition for as long as that is kept. What was taken back is
not shown again, and what is too old says so.
"""

import re
from datetime import datetime

from bot.errors import UnknownName
from bot.storage import Connection, editions, past
from bot.storage.database import Database
from bot.storage.past import PastStory
from bot.types import Issue
from digests.language.fold import fold

#: «e-7k3m9q», and perhaps a number behind it: «e-7k3m9q 2».
ID = re.compile(r"(e-[0-9a-z]{1,20})(?:[\s/#]+(\d{1,3}))?")
#: Editions whose headlines are searched, and stories that are shown of them.
LOOKED_AT, SHOWN = 200, 3
_SIGNS = " \"'“”„«»"


def edition(
    conn: Connection, *, workspace_id: int, public_id: str, person_id: str | None
) -> Issue:
    """The edition of this id: the workspace's, or this person's own.

    Raises:
        UnknownName: There is none in this workspace, or it was taken back.
    """
    here = {"workspace_id": workspace_id}
    found = editions.by_public_id(
        conn, workspace_id=workspace_id, public_id=public_id, person_id=person_id
    )
    if found is None:
        raise UnknownName(
            "There is no edition {public_id} in this workspace: the id is "
            "another one's, or the edition is older than what is kept.",
            public_id=public_id,
        )
    hold_to_kept(conn, found)
    if editions.is_undone(conn, **here, edition_id=found.id):
        raise UnknownName(
            "The edition {public_id} was taken back.", public_id=public_id
        )
    return found


def hold_to_kept(conn: Connection, issue: Issue) -> None:
    """Raise `UnknownName` where the contents of the edition were let go."""
    days = editions.kept_for(conn, workspace_id=issue.workspace_id, edition_id=issue.id)
    if days is not None:
        raise UnknownName(
            "This edition is older than the {days} days that are kept here. What "
            "was posted of it stays; what stood behind it is gone.",
            days=days,
        )


async def told(
    db: Database, workspace_id: int, words: str, since: datetime | None
) -> tuple[PastStory, ...]:
    """Stories of past editions with all these words in their headline, newest first."""
    every = [fold(word.strip(_SIGNS)).strip() for word in words.split()]
    wanted = [w for w in every if w and not w.startswith("-")]
    unwanted = [w[1:] for w in every if w.startswith("-") and len(w) > 1]
    if not wanted:
        return ()
    rows = await db.read(
        past.stories, workspace_id=workspace_id, limit=LOOKED_AT, since=since
    )
    found: dict[str, PastStory] = {}
    for row in rows:
        headline = fold(row.headline)
        fits = all(word in headline for word in wanted)
        if fits and not any(word in headline for word in unwanted):
            # Of a story that was told several times, the newest telling.
            found.setdefault(row.story, row)
    return tuple(found.values())[:SHOWN]
