"""An editor's own correction of a story that was told, as a thing that changes.

It is worded like any other entry, so that it is shown, confirmed, recorded and taken
back like everything else. It edits no message: it leaves a correction that is due, and
`bot.corrections` has the messages edited.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.config_file.applying import Work
from bot.errors import UnknownName, UserError
from bot.storage import Connection, corrections
from bot.storage import editions as issues
from bot.storage.corrections import Correction
from bot.storage.told_articles import LIVING
from bot.types import Issue
from digests.amending import Amendment
from digests.types import Note

#: Characters of what an editor says.
LONGEST = 200


def name_of(issue: Issue, story: str) -> str:
    """How a story's correction is called: «e-7k3m9q s-2b4c6d»."""
    return f"{issue.public_id} {story}"


def hold_to_living(issue: Issue, *, undone: bool, now: datetime) -> None:
    """Raise `UserError` where the edition's messages cannot be edited any more."""
    if undone:
        raise UserError("This edition was taken back: there is nothing to correct.")
    if now - issue.edition.made_at > LIVING:
        raise UserError(
            "This edition is more than {days} days old; its messages are not "
            "edited any more.",
            days=LIVING.days,
        )


def as_entry(
    conn: Connection, *, workspace_id: int, name: str
) -> dict[str, Any] | None:
    """What an editor says of the story at present, in words; None: nothing."""
    edition, _, story = name.partition(" ")
    issue = issues.by_public_id(conn, workspace_id=workspace_id, public_id=edition)
    if issue is None:
        return None
    found = corrections.by_editor(
        conn, workspace_id=workspace_id, edition_id=issue.id, story=story
    )
    if found is None or found.amendment is None:
        return None
    said = found.amendment.notes[0].said
    return {"name": name, "headline": found.headline, "text": said}


def carry_out(work: Work, name: str, after: Mapping[str, Any] | None) -> None:
    """Let the story say this, in place of what it said before; None: nothing."""
    conn, here = work.conn, {"workspace_id": work.workspace.id}
    edition, _, story = name.partition(" ")
    issue = issues.by_public_id(conn, workspace_id=work.workspace.id, public_id=edition)
    if issue is None:
        raise UnknownName("There is no such edition here any more.")
    key: dict[str, Any] = {**here, "edition_id": issue.id}
    hold_to_living(issue, undone=issues.is_undone(conn, **key), now=work.now)
    before = corrections.by_editor(conn, **key, story=story)
    if before is not None:
        corrections.take_back(conn, **here, corrections=[before.id], now=work.now)
    if after is None:
        return
    note = Note(at=work.now, said=str(after["text"]))
    corrections.record(
        conn,
        **here,
        correction=Correction(
            edition_id=issue.id,
            story=story,
            headline=str(after["headline"]),
            found_at=work.now,
            state="due",
            changes=({"before": "", "after": "", "old": "", "new": note.said},),
            amendment=Amendment(story=story, notes=(note,)),
            by_name=work.by,
        ),
    )
