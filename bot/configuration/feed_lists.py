"""Feeds as OPML, in and out: other readers' lists become sources of a digest.

Reading the file itself is `digests.sources.opml`'s. A folder of the list that is named
after a digest goes to that digest; the rest goes where the admin says.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.config_file.applying import ensure_source
from bot.errors import UserError
from bot.intake import addresses
from bot.storage import Connection, digests, workspaces
from bot.types import Digest, Source, Workspace
from digests.language.fold import fold
from digests.sources.opml import Subscription

#: Where feeds go when there is no digest yet.
FIRST_DIGEST = "Feeds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What became of a list of feeds."""

    workspace: str
    #: The digests that feeds were given to, each with those that it had not had.
    added: tuple[tuple[Digest, tuple[Source, ...]], ...]
    #: Feeds of the list that their digest had already.
    known: int


def bring_in(
    conn: Connection,
    listed: Sequence[Subscription],
    *,
    now: datetime,
    workspace: str | None = None,
    digest: str | None = None,
    allow_private: str = "",
) -> Imported:
    """Give the feeds to digests, in the caller's transaction.

    Args:
        conn: Inside a transaction.
        listed: The feeds, with the folders they stand in.
        now: The time.
        workspace: The platform's id of the workspace; None = the only one there is, or
            a new one for the local page.
        digest: All go to the digest of this name, which is made where it is missing;
            None = each to the one that its folder names, or else to the only one.
        allow_private: The setting of that name.

    Raises:
        UserError: It is not clear which workspace or digest is meant.
    """
    home = _workspace(conn, workspace, now)
    known = digests.in_workspace(conn, workspace_id=home.id)
    wanted: dict[str, list[Subscription]] = defaultdict(list)
    for one in listed:
        wanted[digest or _named(one, known)].append(one)
    added = [
        _add(conn, home, name, subscriptions, allow_private)
        for name, subscriptions in wanted.items()
    ]
    count = sum(len(new) for _, new in added)
    return Imported(
        workspace=home.external_id, added=tuple(added), known=len(listed) - count
    )


def list_out(
    conn: Connection, *, workspace: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """Every feed and page of every digest, in a folder of its name.

    Returns:
        The feeds, and how many were left out because their address is a secret.
    """
    found: list[Subscription] = []
    secret = 0
    for home in workspaces.every(conn):
        if workspace in (None, home.external_id):
            listed, hidden = list_of(conn, workspace_id=home.id)
            found += listed
            secret += hidden
    return tuple(found), secret


def list_of(
    conn: Connection, *, workspace_id: int, digest: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """The same of one workspace, or of its digest of this name."""
    found: list[Subscription] = []
    secret = 0
    for known in digests.in_workspace(conn, workspace_id=workspace_id):
        if digest not in (None, known.name):
            continue
        for source in (*known.sources, *known.paused_sources):
            if source.kind == "folder":
                continue
            if addresses.shown(source.address) != source.address:
                secret += 1
                continue
            found.append(_subscription(source, known))
    return tuple(found), secret


def _subscription(source: Source, digest: Digest) -> Subscription:
    title = source.called or ("" if source.name == source.address else source.name)
    return Subscription(address=source.address, title=title, folders=(digest.name,))


def _workspace(conn: Connection, external_id: str | None, now: datetime) -> Workspace:
    kept = workspaces.every(conn)
    fitting = [w for w in kept if external_id in (None, w.external_id)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(w.external_id for w in kept)
    if fitting:
        raise UserError("Say which workspace with --workspace: {names}.", names=names)
    if kept:
        raise UserError(
            "No workspace «{external_id}» is set up; known: {names}.",
            external_id=external_id,
            names=names,
        )
    name = external_id or "local"
    return workspaces.ensure(
        conn, platform="local", external_id=name, name=name, now=now
    )


def _named(one: Subscription, known: Sequence[Digest]) -> str:
    """The digest that the innermost folder names, or the only one."""
    by_name = {fold(digest.name): digest.name for digest in known}
    for folder in reversed(one.folders):
        if fold(folder) in by_name:
            return by_name[fold(folder)]
    if len(known) > 1:
        names = ", ".join(f"«{digest.name}»" for digest in known)
        raise UserError(
            "Say with --digest where «{title}» goes: {names}.",
            title=one.title,
            names=names,
        )
    return known[0].name if known else FIRST_DIGEST


def _add(
    conn: Connection,
    home: Workspace,
    name: str,
    listed: Sequence[Subscription],
    allow_private: str,
) -> tuple[Digest, tuple[Source, ...]]:
    before = digests.by_name(conn, workspace_id=home.id, name=name)
    had = (*before.sources, *before.paused_sources) if before else ()
    sources = [
        ensure_source(
            conn, home, one.address, name=one.title, allow_private=allow_private
        )
        for one in listed
    ]
    ids = {source.id for source in had}
    new = tuple({s.id: s for s in sources if s.id not in ids}.values())
    if before is not None and not new:
        return before, ()
    read = before.sources if before else ()
    return _with(conn, home, name, before, (*read, *new)), new


def _with(
    conn: Connection,
    home: Workspace,
    name: str,
    before: Digest | None,
    sources: Sequence[Source],
) -> Digest:
    if before is None:
        return digests.ensure(
            conn, workspace_id=home.id, name=name, sources=sources, destinations=()
        )
    return digests.ensure(
        conn,
        workspace_id=home.id,
        name=name,
        sources=sources,
        destinations=before.destinations,
        stories=before.stories,
        include=before.include,
        exclude=before.exclude,
        quiet_hours=before.quiet_hours,
        language=before.language,
        paused_sources=before.paused_sources,
        look=before.look,
        called={
            source.id: source.called
            for source in (*before.sources, *before.paused_sources)
            if source.called
        },
    )
