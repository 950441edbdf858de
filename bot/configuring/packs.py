"""The starter packs that travel with the program: names → feeds; it fetches nothing."""

from pathlib import Path

from bot.demo import seeds_folder
from bot.errors import ConfigurationError


def _folder() -> Path | None:
    try:
        return seeds_folder() / "packs"
    except ConfigurationError:
        return None


def names() -> tuple[str, ...]:
    """Names such as «technology» and «world», in order."""
    folder = _folder()
    found = folder.glob("*.opml") if folder else ()
    return tuple(sorted(path.name.split(".")[0] for path in found))


def addresses_of(name: str) -> tuple[str, ...]:
    """The feeds of the pack; none where there is no such pack."""
    folder, wanted = _folder(), name.strip().casefold()
    if folder is None or wanted not in names():
        return ()
    from digests.sources import opml

    (path,) = folder.glob(f"{wanted}.*.opml")
    return tuple(one.address for one in opml.read(path.read_bytes()).subscriptions)


def language_of(name: str) -> str | None:
    """The language that the pack's feeds are written in."""
    folder, wanted = _folder(), name.strip().casefold()
    if folder is None or wanted not in names():
        return None
    (path,) = folder.glob(f"{wanted}.*.opml")
    return path.name.split(".")[1]
