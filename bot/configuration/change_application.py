"""Apply the steps of a change, in the caller's transaction.

The steps were checked (`change_validation`). This is the only place where settings of
workspaces, destinations and digests are written, whether a command, a form or a file
requested the change.
"""

from collections.abc import Iterable
from pathlib import Path

from bot.configuration.change_steps import (
    ChangeContext,
    ChangeStep,
    check_still_editable,
    find_correction,
    grant_from_entry,
)
from bot.configuration.validation import resolve_source_kind
from bot.errors import UnknownName
from bot.ingest import addresses
from bot.model import Digest, DigestOptions, DigestSettings, PostOptions, Source
from bot.model.scope import Scope
from bot.publishing import planning, reviewing
from bot.schedules.parsing import parse_schedule
from bot.storage import (
    Connection,
    correction_store,
    destination_store,
    digest_store,
    draft_store,
    source_store,
    workspace_store,
)
from bot.storage.correction_store import Correction
from digests.corrections.amendments import Amendment
from digests.types import CorrectionNote


def apply_steps(
    conn: Connection, scope: Scope, steps: Iterable[ChangeStep], context: ChangeContext
) -> None:
    """Store the settings that the steps describe."""
    for step in steps:
        match step.noun:
            case "zone" if step.after:
                zone = str(step.after["zone"])
                workspace_store.set_workspace_zone(conn, scope, zone=zone)
            case "access" if step.after:
                grant = grant_from_entry(step.after)
                workspace_store.add_grant(conn, scope, grant=grant)
            case "access" if step.before:
                grant = grant_from_entry(step.before)
                workspace_store.delete_grant(conn, scope, grant=grant)
            case "correction":
                _apply_correction(conn, scope, step, context)
            case "destination":
                _apply_destination(conn, scope, step)
            case "digest":
                _apply_digest(conn, scope, step, context)


def _apply_destination(conn: Connection, scope: Scope, step: ChangeStep) -> None:
    after = step.after
    found = destination_store.find_destination_by_name(conn, scope, name=step.old_name)
    if after is None:
        if found is not None:
            destination_store.delete_destination(conn, scope, destination_id=found.id)
        return
    if found is not None:
        key, name = found.id, step.name
        destination_store.rename_destination(conn, scope, destination_id=key, name=name)
        digest_store.rename_review_channel(conn, scope, old=found.name, new=name)
        if found.paused and not after.get("stopped"):
            destination_store.resume_destination(conn, scope, destination_id=key)
    place = destination_store.upsert_destination(
        conn, scope, name=step.name, channel=str(after["channel"])
    )
    destination_store.set_post_options(
        conn, scope, destination_id=place.id, options=PostOptions.from_stored(after)
    )


def _apply_digest(
    conn: Connection, scope: Scope, step: ChangeStep, context: ChangeContext
) -> None:
    before = digest_store.find_digest_by_name(conn, scope, name=step.old_name)
    now = context.now
    if step.after is None:
        if before is not None:
            digest_store.delete_digest(conn, scope, digest_id=before.id, now=now)
            draft_store.wake_drafts_of(conn, scope, before.id, now)
        return
    if before is None and step.key is not None:
        digest_store.restore_digest(conn, scope, digest_id=step.key)
    elif before is not None:
        digest_store.rename_digest(conn, scope, digest_id=before.id, name=step.name)
    settings = DigestSettings.model_validate(step.after)
    digest = _save_digest(conn, scope, settings, context)
    planning.save_schedules(conn, digest, map(parse_schedule, settings.schedule), now)
    reviewing.follow_schedules(conn, digest, now)
    draft_store.wake_drafts_of(conn, scope, digest.id, now)


def _save_digest(
    conn: Connection, scope: Scope, settings: DigestSettings, context: ChangeContext
) -> Digest:
    """Create or replace the digest, and create its sources."""
    places = destination_store.list_destinations(conn, scope)
    by_name = {place.name: place for place in places}
    # A known folder is used even if it is missing on disk.
    known = source_store.list_folders(conn, scope)
    folders = {source.address: source for source in known}
    by_address = {
        address: folders.get(address) or _ensure_source(conn, scope, address, context)
        for address in settings.sources
    }
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
        full_texts={by_address[a].id: u for a, u in settings.full_text.items()},
        pictures={by_address[a].id for a in settings.pictures},
    )
    digest_store.set_digest_pause(
        conn,
        scope,
        digest_id=digest.id,
        paused=settings.paused,
        until=settings.paused_until,
        skips=settings.skip,
    )
    return digest


def _ensure_source(
    conn: Connection, scope: Scope, address: str, context: ChangeContext
) -> Source:
    """Find the source with this full address, or create it.

    The workspace owns folders, addresses with secrets and addresses in private
    networks; every other source is shared between workspaces.
    """
    kind, full = resolve_source_kind(address, Path("/"))
    is_folder = kind == "folder"
    private = is_folder or addresses.is_private(full, context.allow_private)
    return source_store.upsert_source(
        conn,
        workspace_id=scope.workspace_id if private else None,
        kind=kind,
        address=full,
        name=Path(full).name if is_folder else addresses.mask_secrets(full),
    )


def _apply_correction(
    conn: Connection, scope: Scope, step: ChangeStep, context: ChangeContext
) -> None:
    """Replace an editor's correction of a story; `after` = None removes it."""
    now, after = context.now, step.after
    edition, before = find_correction(conn, scope, step.old_name)
    if edition is None:
        raise UnknownName("This edition no longer exists here.")
    check_still_editable(conn, edition, now)
    if before is not None:
        correction_store.revert_corrections(conn, scope, ids=[before.id], now=now)
    if after is None:
        return
    story = step.old_name.partition(" ")[2]
    note = CorrectionNote(at=now, said=str(after["text"]))
    correction_store.add_correction(
        conn,
        scope,
        correction=Correction(
            edition_id=edition.id,
            story=story,
            headline=str(after["headline"]),
            found_at=now,
            state="due",
            changes=({"before": "", "after": "", "old": "", "new": note.said},),
            amendment=Amendment(story=story, notes=(note,)),
            editor_name=context.who["person_name"],
        ),
    )
