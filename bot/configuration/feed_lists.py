"""Import and export feeds as OPML lists, and list the built-in starter packs.

`digests.sources.opml` parses the file. The feeds of a folder named after a digest are
added to that digest, the others to the digest that the admin names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.configuration.change_steps import ChangeContext, ChangeRequest, EntryEdit
from bot.configuration.changes import apply_requests
from bot.configuration.validation import find_name_problem
from bot.errors import ConfigurationError, UserError
from bot.ingest import addresses
from bot.lookup.name_resolution import select_workspaces
from bot.model import (
    DEFAULT_DIGEST,
    LOCAL_PLATFORM,
    Digest,
    SettingsEntry,
    Source,
    Workspace,
)
from bot.model.scope import Scope
from bot.settings import find_seeds_folder
from bot.storage import Connection, digest_store, workspace_store
from digests.language.normalization import normalize_text
from digests.sources.opml import Subscription

_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", re.ASCII)

#: How people quote an address: «<https://…>», «(https://…)», «[its name](https://…)».
_QUOTED = re.compile(
    r"(?<!\S)(?:\[[^\]\s]*\])?[<(](?P<address>[^\s<>|]+)[>)](?=[\s,]|\Z)"
)
#: «feed://news.example», «feed:https://news.example»: what browsers call feeds.
_FEED_SCHEME = re.compile(r"(?<!\S)feed:(?://|(?=https?://))", re.IGNORECASE)


def expand_addresses(written: str) -> list[str]:
    """Split text into addresses, hosts, and the feeds of packs, each once."""
    found: list[str] = []
    packs = _find_packs()
    for word in dict.fromkeys(_split_addresses(_unquote_addresses(written))):
        if "://" in word:
            found.append(word)
            continue
        alone = f"https://{word}" if _HOST.fullmatch(word) else word
        found += _read_pack(packs.get(word.casefold())) or (alone,)
    return list(dict.fromkeys(found))


def _unquote_addresses(written: str) -> str:
    """Leave the bare addresses of a text; at once, as there may be thousands."""
    return _FEED_SCHEME.sub("", _QUOTED.sub(r"\g<address>", written))


def _split_addresses(written: str) -> Iterator[str]:
    """Split at spaces and commas, but not at a comma inside an address."""
    for word in re.split(r"\s+|,(?=https?://)", written):
        parts = [word] if "://" in word else word.split(",")
        yield from (part.rstrip(",") for part in parts if part.strip(","))


#: The digest that gets the feeds where there is none yet.
DEFAULT_DIGEST_NAME = "Feeds"


def assign_feeds(
    conn: Connection,
    listed: Sequence[Subscription],
    operator: ChangeContext,
    *,
    workspace: str | None = None,
    digest: str | None = None,
) -> list[tuple[Digest, list[Source]]]:
    """Add the feeds to digests, in the caller's transaction.

    Args:
        conn: Inside a transaction.
        listed: The feeds with their folders.
        operator: The time and the context of a change by the operator.
        workspace: The platform's id of the workspace; None = the only one there is, or
            a new one for the local page.
        digest: All are added to the digest of this name, which is created if necessary;
            None = each to the one that its folder names, or else to the only one.

    Returns:
        The digests that got feeds, each with its new sources.

    Raises:
        UserError: The workspace or the digest is ambiguous.
    """
    home = _resolve_workspace(conn, workspace, operator.now)
    known = digest_store.list_digests(conn, home.scope)
    named = [(digest or _resolve_digest_name(one, known), one) for one in listed]
    new = sort_new_feeds(named, known)
    apply_requests(conn, home.scope, request_feeds(new), operator)
    added = {(name, feed.address) for name, feeds in new.items() for feed in feeds}
    return [
        (found, [s for s in found.all_sources if (found.name, s.address) in added])
        for found in digest_store.list_digests(conn, home.scope)
        if found.name in new
    ]


def sort_new_feeds(
    named: Iterable[tuple[str, Subscription]], known: Iterable[Digest]
) -> Mapping[str, Sequence[Subscription]]:
    """Sort feeds by the digest that gets them, without those that it has already."""
    had = {(d.name, source.address) for d in known for source in d.all_sources}
    new: dict[str, list[Subscription]] = {}
    for name, feed in named:
        if (name, feed.address) not in had:
            had.add((name, feed.address))
            new.setdefault(name, []).append(feed)
    return new


def request_feeds(
    new: Mapping[str, Sequence[Subscription]],
) -> list[ChangeRequest]:
    """Build the requests that add feeds to digests, which may not exist yet.

    Titles are kept as the digest's own names of its sources.
    """
    return [
        ChangeRequest(noun="digest", name=name, edit=_add_feeds(name, feeds))
        for name, feeds in new.items()
    ]


def _add_feeds(name: str, feeds: Sequence[Subscription]) -> EntryEdit:
    titles = {feed.address: feed.title[:80].strip() for feed in feeds}

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        # Here, in the writer's thread: there may be thousands.
        names = {
            address: title
            for address, title in titles.items()
            if title and title != address and not find_name_problem(title)
        }
        entry = before or {**DEFAULT_DIGEST, "name": name}
        return {
            **entry,
            "sources": [*entry["sources"], *titles],
            "source_names": {**entry["source_names"], **names},
        }

    return edit


def list_all_feeds(
    conn: Connection, *, workspace: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """List the feeds of all workspaces, or of the one with this id, as `list_feeds`."""
    known = workspace_store.list_workspaces(conn)
    chosen = [one.scope for one in known if workspace in (None, one.external_id)]
    return list_feeds(conn, *chosen)


def list_feeds(
    conn: Connection, *scopes: Scope, digest: str | None = None
) -> tuple[tuple[Subscription, ...], int]:
    """List every feed and page of digests, each in a folder named after its digest.

    Args:
        conn: Only read from.
        scopes: Their workspaces.
        digest: Only digests of this name.

    Returns:
        The feeds, and how many were left out because their address is a secret.
    """
    pairs = [
        (source, known)
        for scope in scopes
        for known in digest_store.list_digests(conn, scope)
        for source in known.all_sources
        if digest in (None, known.name) and source.kind != "folder"
    ]
    found = tuple(
        _to_subscription(source, known)
        for source, known in pairs
        if addresses.mask_secrets(source.address) == source.address
    )
    return found, len(pairs) - len(found)


def _to_subscription(source: Source, digest: Digest) -> Subscription:
    title = source.called or ("" if source.name == source.address else source.name)
    return Subscription(address=source.address, title=title, folders=(digest.name,))


def _resolve_workspace(
    conn: Connection, external_id: str | None, now: datetime
) -> Workspace:
    kept = workspace_store.list_workspaces(conn)
    fitting = select_workspaces(kept, external_id) if kept else []
    if len(fitting) > 1:
        names = ", ".join(one.external_id for one in fitting)
        raise UserError("Choose a workspace with --workspace: {names}.", names=names)
    if fitting:
        return fitting[0]
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


def list_packs() -> tuple[str, ...]:
    """List the names of packs, such as «technology» and «world», in order."""
    return tuple(_find_packs())


def _read_pack(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    from digests.sources.opml import parse_opml

    return tuple(one.address for one in parse_opml(path.read_bytes()).subscriptions)


def get_pack_language(name: str) -> str | None:
    """Return the language of the pack's feeds."""
    path = _find_packs().get(name.strip().casefold())
    return path.name.split(".")[1] if path else None


def _find_packs() -> dict[str, Path]:
    """Find the files «technology.en.opml», by the names of the packs."""
    try:
        found = (find_seeds_folder() / "packs").glob("*.opml")
    except ConfigurationError:
        return {}
    return {path.name.split(".")[0]: path for path in sorted(found)}
