"""What a change is made of: things before and after, in the configuration file's words.

A step names one thing (a digest, a destination, the zone) with what it is before and
what it is after; None is «not there». Nothing here changes anything: `now` reads how
a thing stands, and `taken_back` turns steps around.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Self

from bot import looks
from bot.config_file.exporting import as_entry
from bot.configuring import correcting
from bot.errors import UserError
from bot.manners import as_settings
from bot.storage import Connection, destinations, digests, grants
from bot.storage.grants import Grant
from bot.types import Destination, Look, Payload, Workspace

Noun = Literal["zone", "destination", "digest", "access", "correction"]
#: A thing as the file words it, with its name.
Entry = Mapping[str, Any]
#: From how a thing is to how it is wanted; None = not there.
Edit = Callable[[Entry | None], Entry | None]

#: What a digest is where nothing else was said.
NEW_DIGEST: Entry = {
    "sources": [],
    "paused_sources": [],
    "source_names": {},
    "destinations": [],
    "schedule": [],
    "quiet_hours": None,
    "paused": False,
    "paused_until": None,
    "skip": None,
    "stories": 5,
    **looks.as_settings(Look()),
    "include": [],
    "exclude": [],
    "language": "en",
    "corrections": "edit",
}


class Mistake(UserError):
    """An answer that cannot be: the sentence belongs to the question `field`."""

    def __init__(self, sentence: str, /, *, field: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field

    @classmethod
    def of(cls, error: UserError, *, field: str) -> Self:
        """What `error` says, as a mistake in this answer."""
        return cls(error.sentence, field=field, **error.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A thing by its name as it is now, and how it is wanted."""

    noun: Noun
    name: str
    edit: Edit


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that a change touches."""

    noun: Noun
    before: Entry | None
    after: Entry | None
    #: The digest's key, so that one that was deleted can come back as itself.
    key: int | None = None

    @property
    def name(self) -> str:
        """What it is called, and was where it goes."""
        return str((self.after or self.before or {})["name"])

    @property
    def old_name(self) -> str:
        """What it was called, and is where it is new."""
        return str((self.before or self.after or {})["name"])


def now(conn: Connection, workspace: Workspace, noun: Noun, name: str) -> Step:
    """How the thing of this name stands, as a step that changes nothing."""
    here = {"workspace_id": workspace.id}
    match noun:
        case "zone":
            zone: Entry = {"name": "zone", "zone": workspace.zone}
            return Step(noun=noun, before=zone, after=zone)
        case "destination":
            place = destinations.by_name(conn, **here, name=name)
            as_it_is = _of_place(place) if place else None
            return Step(noun=noun, before=as_it_is, after=as_it_is)
        case "access":
            given = [
                {"name": access_name(one), "kind": one.kind, "id": one.external_id}
                for one in grants.in_workspace(conn, **here)
                if access_name(one) == name
            ]
            let = given[0] if given else None
            return Step(noun=noun, before=let, after=let)
        case "correction":
            said = correcting.as_entry(conn, name=name, **here)
            return Step(noun=noun, before=said, after=said)
        case "digest":
            found = digests.by_name(conn, **here, name=name)
            if found is None:
                return Step(noun=noun, before=None, after=None)
            entry = {"name": found.name, **as_entry(found)}
            return Step(noun=noun, before=entry, after=entry, key=found.id)


def access_name(grant: Grant) -> str:
    """«role 4711»: how a grant is called."""
    return f"{grant.kind} {grant.external_id}"


def grant_of(entry: Entry) -> Grant:
    """The grant that an entry words."""
    return Grant(kind=entry["kind"], external_id=str(entry["id"]))


def _of_place(place: Destination) -> Entry:
    return {
        "name": place.name,
        "channel": place.channel,
        "stopped": place.paused,
        **as_settings(place.manner),
    }


def taken_back(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that undo these, in the order in which they must be made."""
    return tuple(
        replace(step, before=step.after, after=_working(step.before))
        for step in reversed(steps)
    )


def _working(entry: Entry | None) -> Entry | None:
    """That a destination did not work is no setting: it cannot be brought back."""
    return {**entry, "stopped": None} if entry and "stopped" in entry else entry


def to_json(step: Step) -> Payload:
    """The step as it is stored."""
    return {
        "noun": step.noun,
        "before": _plain(step.before),
        "after": _plain(step.after),
        "key": step.key,
    }


def same(one: Entry | None, other: Entry | None) -> bool:
    """Whether both say the same, stored or not."""
    return bool(_plain(one) == _plain(other))


def _plain(entry: Entry | None) -> Any:
    """The entry as JSON gives it back: tuples are lists, dates are their text."""
    return json.loads(json.dumps(entry, default=str))


def day(said: Any) -> date | None:
    """A date of an entry as such: what was stored with a change says it as text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def from_json(stored: Payload) -> Step:
    """The step that was stored."""
    return Step(
        noun=stored["noun"],
        before=stored["before"],
        after=stored["after"],
        key=stored["key"],
    )
