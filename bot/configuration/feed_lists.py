"""Import and export feeds as OPML lists, and list the built-in starter packs.

`digests.sources.opml` parses the file. The feeds of a folder named after a digest are
added to that digest, the others to the digest that the admin names.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.configuration.change_application import ensure_source
from bot.configuration.change_steps import ChangeRequest, EntryEdit
from bot.configuration.operator_changes import OperatorContext, apply_requests
from bot.errors import ConfigurationError, UserError
from bot.ingest import addresses
from bot.model import (
    DEFAULT_DIGEST,
    LOCAL_PLATFORM,
    Digest,
    SettingsEntry,
    Source,
    Workspace,
)
from bot.model.workspace import Scope
from bot.settings import find_seeds_folder
from bot.storage import Connection, digest_store, workspace_store
from digests.language.normalization import normalize_text
from digests.sources.opml import Subscription

_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", re.ASCII)


def expand_addresses(written: str) -> list[str]:
    """Split text into addresses: full ones, hosts, and the feeds of packs."""
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
    operator: OperatorContext,
    *,
    workspace: str | None = None,
    digest: str | None = None,
) -> FeedImport:
    """Add the feeds to digests, in the caller's transaction.

    Args:
        conn: Inside a transaction.
        listed: The feeds with their folders.
        operator: The time and the context of a change by the operator.
        workspace: The platform's id of the workspace; None = the only one there is, or
            a new one for the local page.
        digest: All are added to the digest of this name, which is created if necessary;
            None = each to the one that its folder names, or else to the only one.

    Raises:
        UserError: The workspace or the digest is ambiguous.
    """
    home = _resolve_workspace(conn, workspace, operator.now)
    known = digest_store.list_digests(conn, home.scope)
    had = {d.name: {source.id for source in d.all_sources} for d in known}
    new: dict[str, dict[int, Source]] = defaultdict(dict)
    for one in listed:
        name = digest or _resolve_digest_name(one, known)
        source = ensure_source(
            conn,
            home,
            one.address,
            name=one.title,
            allow_private=operator.allow_private,
        )
        if source.id not in had.get(name, ()):
            new[name][source.id] = source
    requests = [
        ChangeRequest(noun="digest", name=name, edit=_add_sources(name, added.values()))
        for name, added in new.items()
    ]
    apply_requests(conn, home.id, requests, operator)
    digests = digest_store.list_digests(conn, home.scope)
    added = tuple((d, tuple(new[d.name].values())) for d in digests if d.name in new)
    count = sum(len(sources) for _, sources in added)
    return FeedImport(
        workspace=home.external_id, added=added, known=len(listed) - count
    )


def _add_sources(name: str, added: Iterable[Source]) -> EntryEdit:
    listed = [source.address for source in added]

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        entry = before or {**DEFAULT_DIGEST, "name": name}
        return {**entry, "sources": [*entry["sources"], *listed]}

    return edit


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
            listed, hidden = list_feeds(conn, home.scope)
            found += listed
            secret += hidden
    return tuple(found), secret


def list_feeds(
    conn: Connection, scope: Scope, *, digest: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """List the feeds and pages of one workspace, or of its digest of this name."""
    found: list[Subscription] = []
    secret = 0
    for known in digest_store.list_digests(conn, scope):
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
    name = external_id or LOCAL_PLATFORM
    return workspace_store.upsert_workspace(
        conn, platform=LOCAL_PLATFORM, external_id=name, name=name, now=now
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
