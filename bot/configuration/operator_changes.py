"""What the operator changes in the terminal, kept in the history as any other change.

It compares how a workspace stands before and after, so that it need not know how a
command does its work. It makes no change itself, asks nobody and words nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from bot import config_file
from bot.config_file import Wanted
from bot.configuring import steps as things
from bot.configuring.steps import Noun, Step, access_name, same
from bot.storage import (
    Connection,
    changes,
    destinations,
    digests,
    grants,
    workspaces,
)
from bot.types import Workspace

T = TypeVar("T")
#: Who it was: no platform calls a person so, and the name is said in every language.
OPERATOR_ID: Final = ""
OPERATOR: Final = "the operator, in the terminal"
#: In the order in which things can be made: what others lean on comes first.
_ORDER: Final[tuple[Noun, ...]] = ("zone", "access", "destination", "digest")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All that a change could touch of a workspace, by noun and name."""

    things: Mapping[tuple[Noun, str], Step]


def recorded(
    conn: Connection,
    act: Callable[[Connection], T],
    *,
    concerns: Callable[[Workspace], bool],
    now: datetime,
) -> T:
    """What `act` gives, with a record in each workspace that it changed.

    Args:
        conn: Inside the transaction of all of it.
        act: Makes the change; workspaces may come by it.
        concerns: Which workspaces it may change, so that no other is looked through.
        now: The time.
    """
    before = {}
    for workspace in filter(concerns, workspaces.every(conn, left=True)):
        workspaces.hold(conn, workspace_id=workspace.id)
        before[workspace.id] = standing(conn, workspace)
    done = act(conn)
    for workspace in filter(concerns, workspaces.every(conn, left=True)):
        note(conn, workspace, before.get(workspace.id), now=now)
    return done


def apply(
    conn: Connection,
    wanted: Wanted,
    *,
    prune: bool,
    now: datetime,
    allow_private: str = "",
) -> tuple[config_file.Change, ...]:
    """`config_file.carry_out`, with its record."""
    named = {(entry.platform, entry.id) for entry in wanted.file.workspace}
    carry_out = partial(
        config_file.carry_out,
        wanted=wanted,
        prune=prune,
        now=now,
        allow_private=allow_private,
    )
    return recorded(
        conn,
        carry_out,
        concerns=lambda w: (w.platform, w.external_id) in named,
        now=now,
    )


def standing(conn: Connection, workspace: Workspace) -> Standing:
    """How the workspace stands."""
    here = {"workspace_id": workspace.id}
    names: list[tuple[Noun, str]] = [("zone", "zone")]
    names += [("access", access_name(one)) for one in grants.in_workspace(conn, **here)]
    names += [
        ("destination", place.name) for place in destinations.in_workspace(conn, **here)
    ]
    names += [("digest", one.name) for one in digests.in_workspace(conn, **here)]
    return Standing(
        things={
            (noun, name): things.now(conn, workspace, noun, name)
            for noun, name in names
        }
    )


def note(
    conn: Connection, workspace: Workspace, before: Standing | None, *, now: datetime
) -> None:
    """Keep what is different since then, as made now; nothing where nothing is.

    Args:
        conn: Inside the transaction that made the difference.
        workspace: As it is called now.
        before: How it stood; None: it was not there.
        now: The time.
    """
    after = standing(conn, workspace)
    steps = tuple(_steps(before.things if before else {}, after.things))
    if before is None:
        # A workspace cannot be without a zone: there is no way back from its first.
        steps = tuple(step for step in steps if step.noun != "zone")
    if not steps:
        return
    who: dict[str, Any] = {"person_id": OPERATOR_ID, "person_name": OPERATOR}
    here: dict[str, Any] = {"workspace_id": workspace.id}
    kept = [things.to_json(step) for step in steps]
    stored = changes.propose(conn, **here, steps=kept, **who, now=now)
    changes.settle(conn, **here, public_id=stored.public_id, **who, now=now)


def _steps(
    before: Mapping[tuple[Noun, str], Step], after: Mapping[tuple[Noun, str], Step]
) -> Iterator[Step]:
    """What came or changed, then what went: as it could be made from chat."""
    for noun in _ORDER:
        for key, new in after.items():
            old = before.get(key)
            was = old.before if old else None
            if key[0] == noun and not same(was, new.after):
                yield Step(noun=noun, before=was, after=new.after, key=new.key)
    for noun in reversed(_ORDER):
        for key, old in before.items():
            if key[0] == noun and key not in after:
                yield Step(noun=noun, before=old.before, after=None, key=old.key)
