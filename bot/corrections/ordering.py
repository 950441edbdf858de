"""Has the messages of a corrected edition edited; a rule for one transaction.

The edition is rendered as it is told now, with what it was rendered with at first, and
an edit is frozen for each message that then says something else. It must come out in
as many messages as were posted: where a note does not fit, the corrected stories give
up sentences of their summaries, the last one first. What cannot be edited is listed,
and says why.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.corrections import contexts
from bot.outbox.verdicts import AS_LINKS
from bot.personal import pressing
from bot.ports import Platform
from bot.storage import Connection, corrections, deliveries, personal, workspaces
from bot.storage import editions as issues
from bot.storage.told_articles import LIVING
from bot.types import Delivery, Destination, Issue, Part
from digests.types import Edition, EditionStory

log = structlog.get_logger(__name__)

TAKEN_BACK = "The edition was taken back."
TOO_OLD = f"The edition is more than {LIVING.days} days old."
NOWHERE = "No message of the edition stands anywhere."
NO_ROOM = "The correction does not fit into the messages that were posted."
DEFECT = "It could not be shown through a defect of this bot; the log says more."
UNKNOWN = "It is not known any more how the edition was posted."


def order(
    conn: Connection,
    *,
    workspace_id: int,
    edition_id: int,
    platforms: Mapping[str, Platform],
    now: datetime,
) -> int:
    """Freeze the edits that an edition needs; how many messages are edited."""
    key: dict[str, Any] = {"workspace_id": workspace_id, "edition_id": edition_id}
    issue = issues.by_id(conn, **key)
    workspace = workspaces.by_id(conn, workspace_id=workspace_id)
    platform = platforms.get(workspace.platform) if workspace else None
    if issue is None or platform is None:
        return 0
    sent = deliveries.of_edition(conn, **key)
    wanted = _wanted(conn, issue, platform, sent, now)
    if isinstance(wanted, str):
        corrections.settle(conn, **key, state="listed", reason=wanted)
        log.info("correction only listed", edition=issue.public_id, reason=wanted)
        return 0
    count = _freeze(conn, issue, wanted, sent, now)
    corrections.settle(conn, **key, state="edited")
    log.info("correction ordered", edition=issue.public_id, messages=count)
    return count


def _wanted(
    conn: Connection,
    issue: Issue,
    platform: Platform,
    sent: Sequence[Delivery],
    now: datetime,
) -> tuple[Part, ...] | str:
    """The messages as they should read; or why they stay as they are."""
    key = {"workspace_id": issue.workspace_id, "edition_id": issue.id}
    stored = issues.context(conn, **key)
    if issues.is_undone(conn, **key):
        return TAKEN_BACK
    if now - issue.edition.made_at > LIVING:
        return TOO_OLD
    if stored is None:
        return UNKNOWN
    posts = [one for one in sent if one.operation == "post"]
    if all(one.state == "failed" for one in posts):
        return NOWHERE
    corrected = {one.story for one in corrections.amendments(conn, **key)}
    context = contexts.again(stored, issue.public_id)
    parts = platform.render(issue.edition, context)
    many, edition = max(one.part for one in posts), issue.edition
    while len(parts) > many and (shorter := _shorter(edition, corrected)):
        edition = shorter
        parts = platform.render(edition, context)
    if len(parts) != many:
        return NO_ROOM
    own = personal.among(conn, keys=[issue.digest_id])
    return pressing.owned(parts, issue) if own else parts


def _shorter(edition: Edition, corrected: Collection[str]) -> Edition | None:
    """Without a sentence: the last one of the longest corrected summary.

    One that was corrected is the last to go.
    """
    mine = [s for s in edition.stories if s.id in corrected and s.summary]
    if not mine:
        return None
    longest = max(mine, key=lambda story: len(story.summary))
    stories = tuple(
        _without_one(story) if story is longest else story for story in edition.stories
    )
    return replace(edition, stories=stories)


def _without_one(story: EditionStory) -> EditionStory:
    as_told = [n for n, s in enumerate(story.summary) if not s.revision]
    last = as_told[-1] if as_told else len(story.summary) - 1
    kept = tuple(s for n, s in enumerate(story.summary) if n != last)
    return replace(story, summary=kept)


def _freeze(
    conn: Connection,
    issue: Issue,
    parts: Iterable[Part],
    sent: Sequence[Delivery],
    now: datetime,
) -> int:
    """An edit for every message that should read differently."""
    of_part = {int(part.key): part for part in parts}
    edits = {
        (one.destination_id, one.part): one for one in sent if one.operation == "edit"
    }
    count: defaultdict[int, int] = defaultdict(int)
    for post in sent:
        if post.operation != "post" or post.state == "failed" or post.rung >= AS_LINKS:
            continue
        part = of_part.get(post.part)
        stands = edits.get((post.destination_id, post.part), post)
        if part is None or (stands.payload == part.payload and stands.rung == 0):
            continue
        place = Destination(
            id=post.destination_id,
            workspace_id=issue.workspace_id,
            name="",
            channel=post.channel,
        )
        deliveries.add(
            conn,
            workspace_id=issue.workspace_id,
            issue=issue,
            destination=place,
            parts=(part,),
            operation="edit",
            now=now,
        )
        count[post.destination_id] += 1
    return sum(count.values())
