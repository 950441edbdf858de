"""Apply the steps of a change, in the caller's transaction.

The steps were checked (`change_validation`). This is the only place where settings of
workspaces, destinations and digests are written, whether a command, a form or a file
requested the change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.configuration.change_steps import (
    ChangeStep,
    check_still_editable,
    grant_from_entry,
)
from bot.configuration.validation import resolve_source_kind
from bot.errors import UnknownName
from bot.ingest import addresses
from bot.model import (
    Destination,
    Digest,
    DigestOptions,
    DigestSettings,
    PostOptions,
    SettingsEntry,
    Source,
    Workspace,
)
from bot.model.workspace import Scope
from bot.publishing import planning
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import schedule_to_json
from bot.schedules.wording import describe_schedule
from bot.storage import (
    Connection,
    correction_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    source_store,
    workspace_store,
)
from bot.storage.correction_store import Correction
from digests.corrections.amendments import Amendment
from digests.types import CorrectionNote


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplyContext:
    """The workspace in which steps are applied, and the context that they need."""

    conn: Connection
    workspace: Workspace
    now: datetime
    #: The setting `allow_private`, which decides which addresses are private.
    allow_private: str
    #: Name of the person who makes the change; "" = a file.
    by: str = ""

    @property
    def scope(self) -> Scope:
        """The workspace, for queries."""
        return self.workspace.scope


def apply_step(work: ApplyContext, step: ChangeStep) -> None:
    """Store the settings that a step describes."""
    match step.noun:
        case "zone" if step.after:
            zone = str(step.after["zone"])
            workspace_store.set_workspace_zone(work.conn, work.scope, zone=zone)
        case "access":
            _apply_access(work, step)
        case "correction":
            _apply_correction(work, step.old_name, step.after)
        case "destination":
            _apply_destination(work, step)
        case "digest":
            _apply_digest(work, step)


def _apply_access(work: ApplyContext, step: ChangeStep) -> None:
    if step.after is not None:
        grant = grant_from_entry(step.after)
        workspace_store.add_grant(work.conn, work.scope, grant=grant)
    elif step.before is not None:
        grant = grant_from_entry(step.before)
        workspace_store.delete_grant(work.conn, work.scope, grant=grant)


def _apply_destination(work: ApplyContext, step: ChangeStep) -> None:
    conn, scope, after = work.conn, work.scope, step.after
    found = destination_store.find_destination_by_name(conn, scope, name=step.old_name)
    if after is None:
        if found is not None:
            destination_store.delete_destination(conn, scope, destination_id=found.id)
        return
    if found is not None and step.before is not None:
        if found.name != step.name:
            destination_store.rename_destination(
                conn, scope, destination_id=found.id, name=step.name
            )
        if found.paused and not after.get("stopped"):
            destination_store.resume_destination(conn, scope, destination_id=found.id)
    place = destination_store.upsert_destination(
        conn, scope, name=step.name, channel=str(after["channel"])
    )
    destination_store.set_post_options(
        conn, scope, destination_id=place.id, options=PostOptions.from_stored(after)
    )


def _apply_digest(work: ApplyContext, step: ChangeStep) -> None:
    conn, scope = work.conn, work.scope
    before = digest_store.find_digest_by_name(conn, scope, name=step.old_name)
    if step.after is None:
        if before is not None:
            digest_store.delete_digest(conn, scope, digest_id=before.id, now=work.now)
        return
    if before is None and step.key is not None:
        digest_store.restore_digest(conn, scope, digest_id=step.key)
    elif before is not None and before.name != step.name:
        digest_store.rename_digest(conn, scope, digest_id=before.id, name=step.name)
    _save_digest(work, DigestSettings.model_validate(step.after), before)


def _save_digest(
    work: ApplyContext, settings: DigestSettings, before: Digest | None
) -> None:
    """Create or replace the digest; `before` is None where it is new."""
    conn, scope = work.conn, work.scope
    places = destination_store.list_destinations(conn, scope)
    by_name: Mapping[str, Destination] = {place.name: place for place in places}
    by_address = {a: _find_or_create_source(work, before, a) for a in settings.sources}
    paused = set(settings.paused_sources)
    digest = digest_store.upsert_digest(
        conn,
        scope,
        name=settings.name,
        sources=[source for a, source in by_address.items() if a not in paused],
        paused_sources=[source for a, source in by_address.items() if a in paused],
        destinations=[by_name[name] for name in settings.destinations],
        options=DigestOptions.from_stored(settings.to_entry()),
        called={by_address[a].id: n for a, n in settings.source_names.items()},
    )
    key = digest.id
    digest_store.set_digest_pause(
        conn,
        scope,
        digest_id=key,
        paused=settings.paused,
        until=settings.paused_until,
        skips=settings.skip,
    )
    if before is not None and before.schedules == settings.schedule:
        # An unchanged schedule keeps its next due moment.
        return
    rules = [parse_schedule(sentence) for sentence in settings.schedule]
    firsts = planning.find_first_dues(
        conn, scope, digest_id=key, rules=rules, now=work.now
    )
    rows = [
        schedule_store.NewSchedule(
            sentence=describe_schedule(rule),
            rule=schedule_to_json(rule),
            zone=rule.zone,
            next=first,
        )
        for rule, first in zip(rules, firsts, strict=True)
    ]
    schedule_store.replace_schedules(conn, scope, digest_id=key, rows=rows)


def _find_or_create_source(
    work: ApplyContext, before: Digest | None, address: str
) -> Source:
    """Find a known folder, even if it is missing on disk; else ensure the source."""
    if "://" not in address:
        had = before.all_sources if before else ()
        mine = source_store.list_sources(work.conn, work.scope)
        for source in (*had, *mine):
            if source.address == address:
                return source
    return ensure_source(
        work.conn, work.workspace, address, allow_private=work.allow_private
    )


def ensure_source(
    conn: Connection,
    workspace: Workspace,
    address: str,
    *,
    name: str = "",
    allow_private: str = "",
) -> Source:
    """Find the source with this full address, or create it.

    Args:
        conn: Inside a transaction.
        workspace: Owns folders, addresses with secrets and addresses in private
            networks; every other source is shared between workspaces.
        address: Address of a folder, feed or page.
        name: Display name; "" = the folder's name, or the address without its secret.
        allow_private: The setting `allow_private`.
    """
    kind, full = resolve_source_kind(address, Path("/"))
    if kind == "folder":
        private, shown_name = True, name or Path(full).name
    else:
        private = addresses.is_private(full, allow_private)
        shown_name = name or addresses.mask_secrets(full)
    return source_store.upsert_source(
        conn,
        workspace_id=workspace.id if private else None,
        kind=kind,
        address=full,
        name=shown_name,
        rename=bool(name),
    )


def _apply_correction(
    work: ApplyContext, name: str, after: SettingsEntry | None
) -> None:
    """Replace an editor's correction of a story; None removes it."""
    conn = work.conn
    edition, _, story = name.partition(" ")
    stored_edition = edition_store.find_edition_by_public_id(
        conn, work.scope, public_id=edition
    )
    if stored_edition is None:
        raise UnknownName("This edition no longer exists here.")
    key = stored_edition.key
    undone = edition_store.is_edition_undone(conn, **key)
    check_still_editable(stored_edition, undone=undone, now=work.now)
    before = correction_store.find_editor_correction(conn, **key, story=story)
    if before is not None:
        correction_store.revert_corrections(
            conn, work.scope, ids=[before.id], now=work.now
        )
    if after is None:
        return
    note = CorrectionNote(at=work.now, said=str(after["text"]))
    correction_store.add_correction(
        conn,
        work.scope,
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
