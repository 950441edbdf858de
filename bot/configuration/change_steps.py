"""Requests for changes, and the steps of a change as they are stored in the history.

A step names one thing (a digest, a destination, the zone, an editor, a correction of a
story) with its settings before and after, as plain JSON values; None = it does not
exist. `ChangeRequest` is a step that is still to be computed from the current settings.
Every change of a configuration takes this path, whether a command, a form or a file
requests it.

Nothing is applied here. An editor's correction is a step like the others; the posted
messages are edited by `bot.corrections`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from bot.errors import FieldError, UnknownName, UserError
from bot.model import (
    Destination,
    Payload,
    Permission,
    Person,
    SettingsEntry,
    StoredEdition,
    Workspace,
)
from bot.model.quotas import DEFAULT_QUOTAS, Quotas, QuotaUse
from bot.model.scope import Scope
from bot.ports import Plugins
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
from digests.messages import message_to_json
from digests.types import frozen

#: A «draft» is an act on one (`bot.publishing.drafts`): it is listed, not applied.
StepNoun = Literal["zone", "destination", "digest", "access", "correction", "draft"]
#: Computes the wanted settings from the current ones; None = it does not exist. Values
#: may still be as people typed them.
EntryEdit = Callable[[SettingsEntry | None], SettingsEntry | None]
DELETED: Final = (
    "This no longer exists: it was deleted in the meantime. /newsdesk home shows what "
    "there is."
)
#: Maximum number of characters of an editor's correction.
MAX_CORRECTION_LENGTH = 200
#: Makes the changes of the command line. No platform has this id, and the name is
#: translated.
OPERATOR: Final = Person(
    id="", name="the operator, in the terminal", permission=Permission.EDITOR
)


@frozen
class ChangeContext:
    """What checking, applying and recording a change need besides its steps."""

    #: Every platform, with what it supports.
    plugins: Plugins
    now: datetime
    #: The setting `allow_private`, which decides which addresses are private.
    allow_private: str = ""
    #: How much the workspace may have after the change.
    quotas: Quotas = DEFAULT_QUOTAS
    person: Person = OPERATOR
    #: The folder where the paths of an operator's file start; None = new folders are
    #: refused.
    base: Path | None = None
    #: The id of the change that is reverted; a deleted digest may then come back with
    #: its folders. None = another change.
    reverts: str | None = None

    @property
    def who(self) -> Mapping[str, str]:
        """The person, as a change and a correction name them."""
        return {"person_id": self.person.id, "person_name": self.person.name[:80]}


@frozen
class ChangeRequest:
    """A requested change: a thing's current name, and how its settings change."""

    noun: StepNoun
    name: str
    edit: EntryEdit


def request_entry(
    noun: StepNoun, name: str, entry: SettingsEntry | None
) -> ChangeRequest:
    """Build a request that gives a thing these settings; None = removes it."""
    return ChangeRequest(noun=noun, name=name, edit=lambda _: entry)


def request_edit(
    noun: StepNoun, name: str, edit: Callable[[SettingsEntry], SettingsEntry]
) -> ChangeRequest:
    """Build a request that replaces the settings of an existing thing."""

    def edit_existing(entry: SettingsEntry | None) -> SettingsEntry:
        if entry is None:
            raise UnknownName(DELETED)
        return edit(entry)

    return ChangeRequest(noun=noun, name=name, edit=edit_existing)


@frozen
class ChangeStep:
    """One thing that a change touches."""

    noun: StepNoun
    before: SettingsEntry | None
    after: SettingsEntry | None
    #: Primary key of the digest, under which a deleted digest is restored.
    key: int | None = None

    @property
    def name(self) -> str:
        """Its name after the change; the old one where it is removed."""
        return str((self.after or self.before or {}).get("name", ""))

    @property
    def old_name(self) -> str:
        """Its name before the change; the new one where it is added."""
        return str((self.before or self.after or {}).get("name", ""))

    def list_added(self, setting: str) -> list[Any]:
        """List the values of a list that it did not have before."""
        before = (self.before or {}).get(setting) or ()
        return [v for v in (self.after or {}).get(setting) or () if v not in before]

    @property
    def is_change(self) -> bool:
        """Whether before and after differ."""
        return self.before != self.after


@frozen
class StepProblem:
    """A mistake in a requested step."""

    noun: StepNoun
    name: str
    #: Its `field` is the name of the setting; "" = no single one.
    problem: FieldError

    @property
    def location(self) -> str:
        """Where it is: «digest «Morning», schedule»."""
        if self.noun in ("zone", "access"):
            return "zone" if self.noun == "zone" else "editors"
        place, field = f"{self.noun} «{self.name}»", self.problem.field
        return f"{place}, {field}" if field else place


class InvalidChange(FieldError):
    """A change has mistakes; its text is the first of them."""

    def __init__(self, problems: Sequence[StepProblem]) -> None:
        first = problems[0].problem
        super().__init__(first.message, field=first.field)
        self.problems = tuple(problems)


@frozen
class CurrentSettings:
    """The settings of a workspace as entries, by noun and name."""

    workspace: Workspace
    entries: Mapping[StepNoun, Mapping[str, SettingsEntry]]
    #: Primary keys of the stored digests, by name.
    keys: Mapping[str, int]
    #: Full addresses of all sources of the stored digests.
    addresses: frozenset[str]

    @property
    def zone(self) -> str:
        """The time zone of the workspace."""
        return str(self.entries["zone"]["zone"]["zone"])

    def after(self, step: ChangeStep) -> "CurrentSettings":
        """Return the settings after a step, which is not stored yet."""
        held = self.entries[step.noun].items()
        kept = {name: entry for name, entry in held if name != step.old_name}
        added = {} if step.after is None else {step.name: step.after}
        return replace(self, entries={**self.entries, step.noun: kept | added})


def load_current_settings(conn: Connection, workspace: Workspace) -> CurrentSettings:
    """Load the settings of the workspace, without editors' corrections."""
    scope = workspace.scope
    digests = digest_store.list_digests(conn, scope)
    places = destination_store.list_destinations(conn, scope)
    grants = workspace_store.list_grants(conn, scope)
    listed: Mapping[StepNoun, list[SettingsEntry]] = {
        "zone": [{"name": "zone", "zone": workspace.zone}],
        "access": [grant_to_entry(format_grant(grant)) for grant in grants],
        "destination": [_destination_to_entry(place) for place in places],
        "digest": [digest.settings.to_entry() for digest in digests],
        "correction": [],
        "draft": [],
    }
    return CurrentSettings(
        workspace=workspace,
        entries={noun: {e["name"]: e for e in found} for noun, found in listed.items()},
        keys={digest.name: digest.id for digest in digests},
        addresses=frozenset(s.address for d in digests for s in d.all_sources),
    )


def _destination_to_entry(place: Destination) -> SettingsEntry:
    stopped = message_to_json(place.paused) if place.paused else None
    return {**place.settings.to_entry(), "stopped": stopped}


def build_steps(
    conn: Connection, current: CurrentSettings, requests: Iterable[ChangeRequest]
) -> tuple[tuple[ChangeStep, ...], list[StepProblem]]:
    """Compute the requested steps from the current settings, not yet checked."""
    steps, problems = [], []
    for request in requests:
        noun, name = request.noun, request.name
        step = read_current_step(conn, current, noun, name)
        try:
            steps.append(replace(step, after=request.edit(step.before)))
        except UserError as error:
            field = getattr(error, "field", "")
            problem = FieldError.of(error, field=field)
            problems.append(StepProblem(noun=noun, name=name, problem=problem))
    return tuple(steps), problems


def read_current_step(
    conn: Connection, current: CurrentSettings, noun: StepNoun, name: str
) -> ChangeStep:
    """Read the current settings of a thing, as a step that changes nothing."""
    if noun == "correction":
        entry = _load_correction_entry(conn, current.workspace.scope, name)
    else:
        entry = current.entries[noun].get(name)
    key = current.keys.get(name) if noun == "digest" else None
    return ChangeStep(noun=noun, before=entry, after=entry, key=key)


def format_grant(grant: Grant) -> str:
    """Format a grant as the configuration file does: «role 4711»."""
    return f"{grant.kind} {grant.external_id}"


def grant_to_entry(written: str) -> SettingsEntry:
    """Parse «role 4711» into an entry."""
    kind, _, external_id = written.partition(" ")
    return {"name": written, "kind": kind, "id": external_id}


def grant_from_entry(entry: SettingsEntry) -> Grant:
    """Convert an entry to the grant that it describes."""
    return Grant(kind=entry["kind"], external_id=str(entry["id"]))


def reverse_steps(steps: Sequence[ChangeStep]) -> tuple[ChangeStep, ...]:
    """Build the steps that undo these, in the order in which they must be applied."""
    return tuple(
        replace(step, before=step.after, after=_clear_stop(step.before))
        for step in reversed(steps)
    )


def _clear_stop(entry: SettingsEntry | None) -> SettingsEntry | None:
    """Clear the stop of a destination: it is a state, and is never restored."""
    return {**entry, "stopped": None} if entry and "stopped" in entry else entry


def step_to_json(step: ChangeStep) -> Payload:
    """Convert a checked step to the form in which it is stored."""
    return asdict(step)


def step_from_json(stored: Payload) -> ChangeStep:
    """Load a stored step."""
    return ChangeStep(**stored)


def format_correction_name(stored_edition: StoredEdition, story: str) -> str:
    """Format the name of a story's correction: «e-7k3m9q s-2b4c6d»."""
    return f"{stored_edition.public_id} {story}"


def find_correction(
    conn: Connection, scope: Scope, name: str
) -> tuple[StoredEdition | None, Correction | None]:
    """Find the edition and the editor's correction that the name refers to."""
    edition_id, _, story = name.partition(" ")
    edition = edition_store.find_edition_by_public_id(conn, scope, public_id=edition_id)
    if edition is None:
        return None, None
    return edition, correction_store.find_editor_correction(
        conn, scope, edition_id=edition.id, story=story
    )


def check_still_editable(
    conn: Connection, stored_edition: StoredEdition, now: datetime
) -> None:
    """Raise `UserError` where the edition's messages can no longer be edited."""
    if edition_store.is_edition_undone(conn, **stored_edition.key):
        raise UserError("This edition was removed: there is nothing to correct.")
    if now - stored_edition.edition.made_at > CORRECTABLE_PERIOD:
        raise UserError(
            "This edition is more than {days} days old; its messages are not "
            "edited any more.",
            days=CORRECTABLE_PERIOD.days,
        )


def _load_correction_entry(
    conn: Connection, scope: Scope, name: str
) -> SettingsEntry | None:
    _, found = find_correction(conn, scope, name)
    if found is None or found.amendment is None:
        return None
    text = found.amendment.notes[0].said
    return {"name": name, "headline": found.headline, "text": text}


@frozen
class UpcomingEditions:
    """The next editions of a digest that a change touches."""

    digest_id: int | None
    digest: str
    #: Names of its destinations.
    destinations: tuple[str, ...]
    zone: str
    moments: tuple[datetime, ...]
    paused: bool


@frozen
class ConfigurationChange:
    """A change, proposed or applied."""

    #: «c-7k3m9q».
    id: str
    workspace: Workspace
    steps: tuple[ChangeStep, ...]
    person: str
    made_at: datetime | None
    #: The id of the change that it reverts.
    reverts: str | None = None
    coming: tuple[UpcomingEditions, ...] = ()
    #: Quotas of which it uses more, and of which not much is left.
    near_quotas: tuple[QuotaUse, ...] = ()
    #: It was made on the command line; `person` then says so in English.
    by_operator: bool = False
