"""Change settings from a page: checked, applied and recorded like any other change."""

from collections.abc import Sequence

from bot.configuration import changes
from bot.configuration.change_steps import (
    ChangeContext,
    ChangeRequest,
    ConfigurationChange,
)
from bot.configuration.diff import format_change
from bot.errors import UnknownName
from bot.model import Digest, Location
from bot.model.scope import MAX_KEY
from bot.storage import Connection
from bot.web.console.visits import Console, Visit

#: Changes among which the last one of a digest is looked for.
_RECENT_CHANGES = 20
#: Characters of a change in a notice.
_MAX_NOTICE = 240


def build_change_context(console: Console, visit: Visit) -> ChangeContext:
    """Build the context in which a change by this person is checked and applied."""
    services = console.services
    return ChangeContext(
        plugins=services.plugins,
        now=services.clock.now(),
        allow_private=services.allow_private,
        quotas=services.quotas,
        person=visit.person,
    )


async def find_digest(console: Console, visit: Visit) -> Digest:
    """Find the digest of the address.

    Raises:
        UnknownName: There is none in this workspace.
    """
    key = visit.request.path_params["digest_id"]
    if key > MAX_KEY:
        raise UnknownName("This digest no longer exists.")
    return await console.services.archive.digest(visit.scope, key)


async def apply_requests(
    console: Console, visit: Visit, *requests: ChangeRequest
) -> ConfigurationChange:
    """Check the requests as one change, apply it and record it.

    Raises:
        InvalidChange: Settings cannot have these values.
        UserError: Nothing would change, or something does not exist.
    """
    context = build_change_context(console, visit)
    services = console.services
    change = await services.db.write(_apply, visit.place, requests, context)
    services.wake()
    return change


def _apply(
    conn: Connection,
    place: Location,
    requests: Sequence[ChangeRequest],
    context: ChangeContext,
) -> ConfigurationChange:
    proposed = changes.propose_requests(conn, place, requests, context)
    return changes.confirm_proposal(conn, place, proposed.id, context)


async def revert_change(
    console: Console, visit: Visit, change_id: str
) -> ConfigurationChange:
    """Undo a change, and record that.

    Raises:
        UserError: It can no longer be reverted.
    """
    context = build_change_context(console, visit)
    services = console.services
    change = await services.db.write(_revert, visit.place, change_id, context)
    services.wake()
    return change


def _revert(
    conn: Connection, place: Location, change_id: str, context: ChangeContext
) -> ConfigurationChange:
    proposed = changes.propose_reversal(conn, place, change_id, context)
    return changes.confirm_proposal(conn, place, proposed.id, context)


async def find_last_change(
    console: Console, visit: Visit, digest: Digest
) -> ConfigurationChange | None:
    """Find the last change of a digest, among the newest of the workspace."""
    found = await console.services.db.read(
        changes.list_history, visit.workspace, _RECENT_CHANGES
    )
    return next((change for change in found if _touches(change, digest)), None)


def _touches(change: ConfigurationChange, digest: Digest) -> bool:
    return any(
        step.noun == "digest" and digest.name in (step.name, step.old_name)
        for step in change.steps
    )


def describe_saved(visit: Visit, change: ConfigurationChange) -> str:
    """Say what was saved, for a notice."""
    what = format_change(change, visit.texts)
    if len(what) > _MAX_NOTICE:
        what = f"{what[: _MAX_NOTICE - 1]}…"
    return visit.texts.say("Saved. {what}", what=what)
