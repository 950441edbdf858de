"""The digest as it would be with settings that are not saved. Pure.

Nothing is refused here: what is wrong is reported beside the rest, which is shown. A
change that is saved is checked by `change_validation`, against everything in the
workspace.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from bot.configuration.change_validation import FOLDER_ONLY_BY_FILE
from bot.configuration.validation import check_digest, resolve_source_kind
from bot.errors import FieldError, UserError
from bot.ingest.addresses import is_masked
from bot.model import (
    DEFAULT_DIGEST,
    Destination,
    Digest,
    DigestOptions,
    DigestSettings,
    SettingsEntry,
    Source,
)


def check_unsaved(
    digest: Digest, entry: SettingsEntry, places: Iterable[Destination], zone: str
) -> tuple[DigestSettings, list[FieldError]]:
    """Check settings that were typed for a digest.

    Args:
        digest: As it is saved.
        entry: The wanted settings, as people wrote them.
        places: The destinations of its workspace.
        zone: Of schedules that name none.

    Returns:
        The settings, without the wrong ones, and every mistake.
    """
    had = [source.address for source in digest.all_sources]
    return check_digest(
        {**DEFAULT_DIGEST, **entry},
        destinations=[place.name for place in places],
        resolve_address=_build_resolver(had),
        zone=zone,
        had=had,
    )


def _build_resolver(had: Iterable[str]) -> Callable[[str], str]:
    known = frozenset(had)

    def resolve(address: str) -> str:
        if address in known or is_masked(address):
            return address
        if "://" not in address:
            raise UserError(FOLDER_ONLY_BY_FILE)
        return resolve_source_kind(address, Path("/"))[1]

    return resolve


def apply_settings(
    digest: Digest,
    settings: DigestSettings,
    sources: Iterable[Source],
    places: Iterable[Destination],
) -> Digest:
    """Return the digest with these settings.

    Args:
        digest: As it is saved.
        settings: The wanted ones.
        sources: Those of the workspace that it may newly read; any other address has
            not been read yet and is left out.
        places: The destinations of its workspace.
    """
    known = {source.address: source for source in (*sources, *digest.all_sources)}
    wanted = [
        replace(
            known[address],
            called=settings.source_names.get(address),
            full_text=settings.full_text.get(address),
            pictures=address in settings.pictures,
        )
        for address in settings.sources
        if address in known
    ]
    paused = frozenset(settings.paused_sources)
    same_times = settings.schedule == digest.schedules
    values = {name: getattr(settings, name) for name in DigestOptions.model_fields}
    return replace(
        digest,
        name=settings.name,
        sources=tuple(one for one in wanted if one.address not in paused),
        paused_sources=tuple(one for one in wanted if one.address in paused),
        destinations=tuple(p for p in places if p.name in settings.destinations),
        schedules=settings.schedule,
        options=DigestOptions.model_construct(**values),
        paused=settings.paused,
        paused_until=settings.paused_until,
        skips=settings.skip,
        next_due=digest.next_due if same_times else None,
    )
