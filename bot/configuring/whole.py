"""A whole pasted file as the wishes of one change; it makes nothing and asks nobody.

In the order in which they can be made: what others lean on comes first, and goes last.
"""

from collections.abc import Iterator

from bot.config_file.entries import DigestEntry, WorkspaceEntry
from bot.config_file.pasted import Here, digest_as
from bot.configuring.steps import NEW_DIGEST, Edit, Entry, Wish, access_name
from bot.storage.grants import Grant


def wishes(
    entry: WorkspaceEntry, here: Here, let_in: tuple[Grant, ...], *, prune: bool
) -> tuple[Wish, ...]:
    """What the file wants of each thing.

    Args:
        entry: The file's block for this workspace.
        here: The workspace as it is.
        let_in: Who was let in so far.
        prune: What it does not name goes.
    """
    found = [*_comes(entry, here)]
    if prune:
        found += _goes(entry, here, let_in)
    return tuple(found)


def _comes(entry: WorkspaceEntry, here: Here) -> Iterator[Wish]:
    if "zone" in entry.model_fields_set:
        zone: Entry = {"name": "zone", "zone": entry.zone}
        yield Wish(noun="zone", name="zone", edit=lambda _: zone)
    for who in entry.editors:
        kind, _, external_id = who.partition(" ")
        given: Entry = {"name": who, "kind": kind, "id": external_id}
        yield Wish(noun="access", name=who, edit=_always(given))
    for place in entry.destination:
        yield Wish(
            noun="destination",
            name=place.name,
            edit=_with_channel(place.name, place.channel),
        )
    for digest in entry.digest:
        yield Wish(noun="digest", name=digest.name, edit=_as_said(digest, here))


def _goes(
    entry: WorkspaceEntry, here: Here, let_in: tuple[Grant, ...]
) -> Iterator[Wish]:
    named = {digest.name for digest in entry.digest}
    for old in here.digests:
        if old.name not in named:
            yield Wish(noun="digest", name=old.name, edit=_always(None))
    named = {place.name for place in entry.destination}
    for place in here.destinations:
        if place.name not in named:
            yield Wish(noun="destination", name=place.name, edit=_always(None))
    for grant in let_in:
        if access_name(grant) not in entry.editors:
            yield Wish(noun="access", name=access_name(grant), edit=_always(None))


def _always(entry: Entry | None) -> Edit:
    return lambda _: entry


def _with_channel(name: str, channel: str) -> Edit:
    """One that was stopped stays so, unless it goes to another channel."""

    def edit(before: Entry | None) -> Entry:
        if before is not None and before["channel"] == channel:
            return before
        return {"name": name, "channel": channel, "stopped": None}

    return edit


def _as_said(digest: DigestEntry, here: Here) -> Edit:
    return lambda before: digest_as(digest, before or NEW_DIGEST, here)
