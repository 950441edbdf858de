"""Steps of a change: one thing each, before and after, as stored in the history.

A step names one thing (a digest, a destination, the zone) with what it is before and
what it is after; None is «not there». Nothing here changes anything: `now` reads how
a thing stands, and `taken_back` turns steps around.

It is worded like any other entry, so that it is shown, confirmed, recorded and taken
back like everything else. It edits no message: it leaves a correction that is due, and
`bot.corrections` has the messages edited.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from bot.configuration.file_import import ApplyContext
from bot.configuration.settings import SettingsEntry, digest_to_entry
from bot.errors import UnknownName, UserError
from bot.model import (
    Destination,
    Payload,
    StoredEdition,
    Workspace,
    post_options_to_settings,
)
from bot.storage import (
    Connection,
    correction_store,
    destination_store,
    digest_store,
    edition_store,
    workspace_store,
)
from bot.storage.correction_store import Correction
from bot.storage.published_article_store import CORRECTABLE_PERIOD
from bot.storage.workspace_store import Grant
from digests.corrections.amendments import Amendment
from digests.types import CorrectionNote

StepNoun = Literal["zone", "destination", "digest", "access", "correction"]
#: From how a thing is to how it is wanted; None = not there.
EntryEdit = Callable[[SettingsEntry | None], SettingsEntry | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRequest:
    """A thing by its name as it is now, and how it is wanted."""

    noun: StepNoun
    name: str
    edit: EntryEdit


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeStep:
    """One thing that a change touches."""

    noun: StepNoun
    before: SettingsEntry | None
    after: SettingsEntry | None
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


def read_current_step(
    conn: Connection, workspace: Workspace, noun: StepNoun, name: str
) -> ChangeStep:
    """How the thing of this name stands, as a step that changes nothing."""
    here = {"workspace_id": workspace.id}
    match noun:
        case "zone":
            zone: SettingsEntry = {"name": "zone", "zone": workspace.zone}
            return ChangeStep(noun=noun, before=zone, after=zone)
        case "destination":
            place = destination_store.find_destination_by_name(conn, **here, name=name)
            as_it_is = _destination_to_entry(place) if place else None
            return ChangeStep(noun=noun, before=as_it_is, after=as_it_is)
        case "access":
            given = [
                {"name": format_grant(one), "kind": one.kind, "id": one.external_id}
                for one in workspace_store.list_grants(conn, **here)
                if format_grant(one) == name
            ]
            let = given[0] if given else None
            return ChangeStep(noun=noun, before=let, after=let)
        case "correction":
            said = load_correction_entry(conn, name=name, **here)
            return ChangeStep(noun=noun, before=said, after=said)
        case "digest":
            found = digest_store.find_digest_by_name(conn, **here, name=name)
            if found is None:
                return ChangeStep(noun=noun, before=None, after=None)
            entry = {"name": found.name, **digest_to_entry(found)}
            return ChangeStep(noun=noun, before=entry, after=entry, key=found.id)


def format_grant(grant: Grant) -> str:
    """«role 4711»: how a grant is called."""
    return f"{grant.kind} {grant.external_id}"


def grant_from_entry(entry: SettingsEntry) -> Grant:
    """The grant that an entry words."""
    return Grant(kind=entry["kind"], external_id=str(entry["id"]))


def _destination_to_entry(place: Destination) -> SettingsEntry:
    return {
        "name": place.name,
        "channel": place.channel,
        "stopped": place.paused,
        **post_options_to_settings(place.manner),
    }


def reverse_steps(steps: Sequence[ChangeStep]) -> tuple[ChangeStep, ...]:
    """The steps that undo these, in the order in which they must be made."""
    return tuple(
        replace(step, before=step.after, after=_clear_stop(step.before))
        for step in reversed(steps)
    )


def _clear_stop(entry: SettingsEntry | None) -> SettingsEntry | None:
    """That a destination did not work is no setting: it cannot be brought back."""
    return {**entry, "stopped": None} if entry and "stopped" in entry else entry


def step_to_json(step: ChangeStep) -> Payload:
    """The step as it is stored."""
    return {
        "noun": step.noun,
        "before": _to_plain_json(step.before),
        "after": _to_plain_json(step.after),
        "key": step.key,
    }


def is_same_entry(one: SettingsEntry | None, other: SettingsEntry | None) -> bool:
    """Whether both say the same, stored or not."""
    return bool(_to_plain_json(one) == _to_plain_json(other))


def _to_plain_json(entry: SettingsEntry | None) -> Any:
    """The entry as JSON gives it back: tuples are lists, dates are their text."""
    return json.loads(json.dumps(entry, default=str))


def parse_entry_day(said: Any) -> date | None:
    """A date of an entry as such: what was stored with a change says it as text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def step_from_json(stored: Payload) -> ChangeStep:
    """The step that was stored."""
    return ChangeStep(
        noun=stored["noun"],
        before=stored["before"],
        after=stored["after"],
        key=stored["key"],
    )


#: Characters of what an editor says.
MAX_CORRECTION_LENGTH = 200


def format_correction_name(stored_edition: StoredEdition, story: str) -> str:
    """How a story's correction is called: «e-7k3m9q s-2b4c6d»."""
    return f"{stored_edition.public_id} {story}"


def check_still_editable(
    stored_edition: StoredEdition, *, undone: bool, now: datetime
) -> None:
    """Raise `UserError` where the edition's messages cannot be edited any more."""
    if undone:
        raise UserError("This edition was taken back: there is nothing to correct.")
    if now - stored_edition.edition.made_at > CORRECTABLE_PERIOD:
        raise UserError(
            "This edition is more than {days} days old; its messages are not "
            "edited any more.",
            days=CORRECTABLE_PERIOD.days,
        )


def load_correction_entry(
    conn: Connection, *, workspace_id: int, name: str
) -> dict[str, Any] | None:
    """What an editor says of the story at present, in words; None: nothing."""
    edition, _, story = name.partition(" ")
    stored_edition = edition_store.find_edition_by_public_id(
        conn, workspace_id=workspace_id, public_id=edition
    )
    if stored_edition is None:
        return None
    found = correction_store.find_editor_correction(
        conn, workspace_id=workspace_id, edition_id=stored_edition.id, story=story
    )
    if found is None or found.amendment is None:
        return None
    said = found.amendment.notes[0].said
    return {"name": name, "headline": found.headline, "text": said}


def apply_correction(
    work: ApplyContext, name: str, after: Mapping[str, Any] | None
) -> None:
    """Let the story say this, in place of what it said before; None: nothing."""
    conn, here = work.conn, {"workspace_id": work.workspace.id}
    edition, _, story = name.partition(" ")
    stored_edition = edition_store.find_edition_by_public_id(
        conn, workspace_id=work.workspace.id, public_id=edition
    )
    if stored_edition is None:
        raise UnknownName("There is no such edition here any more.")
    key: dict[str, Any] = {**here, "edition_id": stored_edition.id}
    check_still_editable(
        stored_edition,
        undone=edition_store.is_edition_undone(conn, **key),
        now=work.now,
    )
    before = correction_store.find_editor_correction(conn, **key, story=story)
    if before is not None:
        correction_store.revert_corrections(conn, **here, ids=[before.id], now=work.now)
    if after is None:
        return
    note = CorrectionNote(at=work.now, said=str(after["text"]))
    correction_store.add_correction(
        conn,
        **here,
        correction=Correction(
            edition_id=stored_edition.id,
            story=story,
            headline=str(after["headline"]),
            found_at=work.now,
            state="due",
            changes=({"before": "", "after": "", "old": "", "new": note.said},),
            amendment=Amendment(story=story, notes=(note,)),
            editor_name=work.by,
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class UpcomingEditions:
    """What a digest of the change will do next."""

    digest_id: int | None
    digest: str
    #: Names of the destinations that get it.
    destinations: tuple[str, ...]
    zone: str
    moments: tuple[datetime, ...]
    paused: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationChange:
    """A change, shown or made."""

    #: «c-7k3m9q».
    id: str
    workspace: Workspace
    steps: tuple[ChangeStep, ...]
    person: str
    made_at: datetime | None
    #: The id of the change that it takes back.
    reverts: str | None = None
    coming: tuple[UpcomingEditions, ...] = ()
    #: It was made in the terminal; `person` then says so in English.
    by_operator: bool = False
