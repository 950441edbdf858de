"""Makes the steps of a change true, by the verbs that also apply a file.

All of it happens in the caller's transaction: a change is made whole, or not at all.
It checks nothing: what comes here was checked.
"""

from bot.config_file.applying import Work, put_digest
from bot.configuring import correcting
from bot.configuring.steps import Step, grant_of
from bot.manners import of_settings
from bot.storage import destinations, digests, grants, workspaces


def carry_out(work: Work, step: Step) -> None:
    """Make the thing be as the step says."""
    match step.noun:
        case "zone":
            zone = str((step.after or {})["zone"])
            workspaces.move(work.conn, workspace_id=work.workspace.id, zone=zone)
        case "access":
            _access(work, step)
        case "correction":
            correcting.carry_out(work, step.old_name, step.after)
        case "destination":
            _destination(work, step)
        case "digest":
            _digest(work, step)


def _access(work: Work, step: Step) -> None:
    here = {"workspace_id": work.workspace.id}
    if step.after is not None:
        grants.give(work.conn, **here, grant=grant_of(step.after))
    elif step.before is not None:
        grants.take(work.conn, **here, grant=grant_of(step.before))


def _destination(work: Work, step: Step) -> None:
    here = {"workspace_id": work.workspace.id}
    found = destinations.by_name(work.conn, **here, name=step.old_name)
    if step.after is None:
        if found is not None:
            destinations.remove(work.conn, **here, destination_id=found.id)
        return
    name, channel = step.name, str(step.after["channel"])
    if found is not None and step.before is not None:
        this = {**here, "destination_id": found.id}
        if found.name != name:
            destinations.rename(work.conn, **this, name=name)
        if found.paused:
            destinations.resume(work.conn, **this)
    place = destinations.ensure(work.conn, **here, name=name, channel=channel)
    destinations.adopt(
        work.conn, **here, destination_id=place.id, manner=of_settings(step.after)
    )


def _digest(work: Work, step: Step) -> None:
    here = {"workspace_id": work.workspace.id}
    before = digests.by_name(work.conn, **here, name=step.old_name)
    if step.after is None:
        if before is not None:
            digests.delete_one(work.conn, **here, digest_id=before.id, now=work.now)
        return
    if before is None and step.key is not None:
        digests.restore(work.conn, **here, digest_id=step.key)
    elif before is not None and before.name != step.name:
        digests.rename(work.conn, **here, digest_id=before.id, name=step.name)
    places = {d.name: d for d in destinations.in_workspace(work.conn, **here)}
    put_digest(work, step.name, step.after, places, before)
