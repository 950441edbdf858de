"""Import and export feeds as OPML lists, and list the starter packs of the program.

`digests.sources.opml` parses the file. A folder of the list with the name of a digest
goes to that digest; the rest goes where the admin says.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.configuration.change_application import ensure_source
from bot.errors import ConfigurationError, UserError
from bot.ingest import addresses
from bot.model import Digest, Source, Workspace
from bot.settings import find_seeds_folder
from bot.storage import Connection, digest_store, workspace_store
from digests.language.normalization import normalize_text
from digests.sources.opml import Subscription

_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", re.ASCII)


def expand_addresses(written: str) -> list[str]:
    """Split text into addresses: whole ones, hosts, and the feeds of packs."""
    found: list[str] = []
    for word in _split_addresses(written):
        feeds = list_pack_addresses(word)
        if feeds:
            found += feeds
        elif "://" not in word and _HOST.fullmatch(word):
            found.append(f"https://{word}")
        else:
            found.append(word)
    return found


def _split_addresses(written: str) -> Iterator[str]:
    """Split at spaces and commas, but not at a comma inside an address."""
    for word in re.split(r"\s+|,(?=https?://)", written):
        parts = [word] if "://" in word else word.split(",")
        yield from (part.rstrip(",") for part in parts if part.strip(","))


#: The digest that gets the feeds where there is none yet.
DEFAULT_DIGEST_NAME = "Feeds"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedImport:
    """The result of importing a list of feeds."""

    workspace: str
    #: The digests that got feeds, each with its new sources.
    added: tuple[tuple[Digest, tuple[Source, ...]], ...]
    #: Number of feeds that their digest had already.
    known: int


def assign_feeds(
    conn: Connection,
    listed: Sequence[Subscription],
    *,
    now: datetime,
    workspace: str | None = None,
    digest: str | None = None,
    allow_private: str = "",
) -> FeedImport:
    """Add the feeds to digests, in the caller's transaction.

    Args:
        conn: Inside a transaction.
        listed: The feeds, with the folders they stand in.
        now: The time.
        workspace: The platform's id of the workspace; None = the only one there is, or
            a new one for the local page.
        digest: All go to the digest of this name, which is created if necessary;
            None = each to the one that its folder names, or else to the only one.
        allow_private: The setting of that name.

    Raises:
        UserError: It is not clear which workspace or digest is meant.
    """
    home = _resolve_workspace(conn, workspace, now)
    known = digest_store.list_digests(conn, workspace_id=home.id)
    wanted: dict[str, list[Subscription]] = defaultdict(list)
    for one in listed:
        wanted[digest or _resolve_digest_name(one, known)].append(one)
    added = [
        _add_feeds(conn, home, name, subscriptions, allow_private)
        for name, subscriptions in wanted.items()
    ]
    count = sum(len(new) for _, new in added)
    return FeedImport(
        workspace=home.external_id, added=tuple(added), known=len(listed) - count
    )


def list_all_feeds(
    conn: Connection, *, workspace: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """List every feed and page of every digest, in a folder of its name.

    Returns:
        The feeds, and how many were left out because their address is a secret.
    """
    found: list[Subscription] = []
    secret = 0
    for home in workspace_store.list_workspaces(conn):
        if workspace in (None, home.external_id):
            listed, hidden = list_feeds(conn, workspace_id=home.id)
            found += listed
            secret += hidden
    return tuple(found), secret


def list_feeds(
    conn: Connection, *, workspace_id: int, digest: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """List the feeds and pages of one workspace, or of its digest of this name."""
    found: list[Subscription] = []
    secret = 0
    for known in digest_store.list_digests(conn, workspace_id=workspace_id):
        if digest not in (None, known.name):
            continue
        for source in known.all_sources:
            if source.kind == "folder":
                continue
            if addresses.mask_secrets(source.address) != source.address:
                secret += 1
                continue
            found.append(_to_subscription(source, known))
    return tuple(found), secret


def _to_subscription(source: Source, digest: Digest) -> Subscription:
    title = source.called or ("" if source.name == source.address else source.name)
    return Subscription(address=source.address, title=title, folders=(digest.name,))


def _resolve_workspace(
    conn: Connection, external_id: str | None, now: datetime
) -> Workspace:
    kept = workspace_store.list_workspaces(conn)
    fitting = [w for w in kept if external_id in (None, w.external_id)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(w.external_id for w in kept)
    if fitting:
        raise UserError("Choose a workspace with --workspace: {names}.", names=names)
    if kept:
        raise UserError(
            "No workspace «{external_id}» is set up; known: {names}.",
            external_id=external_id,
            names=names,
        )
    name = external_id or "local"
    return workspace_store.upsert_workspace(
        conn, platform="local", external_id=name, name=name, now=now
    )


def _resolve_digest_name(one: Subscription, known: Sequence[Digest]) -> str:
    """Return the digest that the innermost folder names, or the only one."""
    by_name = {normalize_text(digest.name): digest.name for digest in known}
    for folder in reversed(one.folders):
        if normalize_text(folder) in by_name:
            return by_name[normalize_text(folder)]
    if len(known) > 1:
        names = ", ".join(f"«{digest.name}»" for digest in known)
        raise UserError(
            "Choose with --digest where «{title}» goes: {names}.",
            title=one.title,
            names=names,
        )
    return known[0].name if known else DEFAULT_DIGEST_NAME


def _add_feeds(
    conn: Connection,
    home: Workspace,
    name: str,
    listed: Sequence[Subscription],
    allow_private: str,
) -> tuple[Digest, tuple[Source, ...]]:
    before = digest_store.find_digest_by_name(conn, workspace_id=home.id, name=name)
    had = before.all_sources if before else ()
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
    here: dict[str, Any] = {"workspace_id": home.id, "name": name}
    if before is None:
        made = digest_store.upsert_digest(conn, **here, sources=new, destinations=())
        return made, new
    changed = digest_store.upsert_digest(
        conn,
        **here,
        sources=(*before.sources, *new),
        paused_sources=before.paused_sources,
        destinations=before.destinations,
        options=before.options,
        called={source.id: source.called for source in had if source.called},
    )
    return changed, new


def _get_packs_folder() -> Path | None:
    try:
        return find_seeds_folder() / "packs"
    except ConfigurationError:
        return None


def list_packs() -> tuple[str, ...]:
    """List the names of packs, such as «technology» and «world», in order."""
    folder = _get_packs_folder()
    found = folder.glob("*.opml") if folder else ()
    return tuple(sorted(path.name.split(".")[0] for path in found))


def list_pack_addresses(name: str) -> tuple[str, ...]:
    """List the feeds of the pack; none where there is no such pack."""
    folder, wanted = _get_packs_folder(), name.strip().casefold()
    if folder is None or wanted not in list_packs():
        return ()
    from digests.sources import opml

    (path,) = folder.glob(f"{wanted}.*.opml")
    return tuple(
        one.address for one in opml.parse_opml(path.read_bytes()).subscriptions
    )


def get_pack_language(name: str) -> str | None:
    """Return the language of the pack's feeds."""
    folder, wanted = _get_packs_folder(), name.strip().casefold()
    if folder is None or wanted not in list_packs():
        return None
    (path,) = folder.glob(f"{wanted}.*.opml")
    return path.name.split(".")[1]
