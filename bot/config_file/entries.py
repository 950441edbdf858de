"""A configuration file, checked: what it may say, and every mistake in it at once."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot import schedules
from bot.errors import ConfigurationError, UserError
from bot.intake import addresses
from bot.types import PlatformName, SourceKind
from digests.errors import InputError
from digests.stories import filters

Name = Annotated[str, Field(min_length=1, max_length=80)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DestinationEntry(_Entry):
    """`[[workspace.destination]]`."""

    name: Name
    channel: Name


class DigestEntry(_Entry):
    """`[[workspace.digest]]`."""

    name: Name
    sources: Annotated[list[str], Field(min_length=1)]
    destinations: list[Name] = []
    schedule: str | list[str] = []
    quiet_hours: str | None = None
    #: Left out, these stay as they are; `skip = []` leaves no date out any more.
    paused_until: date | None = None
    skip: list[date] | None = None
    stories: Annotated[int, Field(ge=1, le=15)] = 5
    include: list[str] = []
    exclude: list[str] = []
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = (
        "en"
    )

    @property
    def sentences(self) -> list[str]:
        """The schedule sentences, one or several."""
        return [self.schedule] if isinstance(self.schedule, str) else self.schedule


class WorkspaceEntry(_Entry):
    """`[[workspace]]`."""

    platform: PlatformName
    id: Name
    name: str | None = None
    zone: str = "UTC"
    destination: list[DestinationEntry] = []
    digest: list[DigestEntry] = []


class FileEntry(_Entry):
    """A whole configuration file."""

    workspace: list[WorkspaceEntry] = []


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A checked file: its entries and the folder that its paths start from."""

    file: FileEntry
    base: Path


def read(path: Path) -> Wanted:
    """The configuration in this file.

    Raises:
        ConfigurationError: Every mistake of the file, one a line.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from error
    try:
        file = FileEntry.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(_mistakes(path, error, data)) from error
    wanted = Wanted(file=file, base=path.resolve().parent)
    mistakes = list(_deeper(wanted))
    if mistakes:
        raise ConfigurationError("\n".join(f"{path}: {text}" for text in mistakes))
    return wanted


def _mistakes(path: Path, error: ValidationError, data: dict[str, Any]) -> str:
    lines = []
    for found in error.errors():
        where = _place(found["loc"], data)
        lines.append(f"{path}: {where}: {_plain(found['msg'], found['type'])}")
    return "\n".join(lines)


def _plain(message: str, kind: str) -> str:
    if kind == "extra_forbidden":
        return "this name is not known; see the example in README.md."
    if kind == "missing":
        return "this is missing."
    return f"{message[0].lower()}{message[1:]}."


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """«workspace 1, digest «Morning», stories» for a path into the file."""
    words: list[str] = []
    for step in loc:
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            name = data.get("name") if isinstance(data, dict) else None
            words[-1] += f" «{name}»" if name else f" {step + 1}"
        else:
            data = data.get(step) if isinstance(data, dict) else None
            words.append(str(step))
    return ", ".join(words)


def _deeper(wanted: Wanted) -> Sequence[str]:
    """What types alone cannot see: names that must match, sentences, zones, folders."""
    found: list[str] = []
    for workspace in wanted.file.workspace:
        found += _doubled("destination", [d.name for d in workspace.destination])
        found += _doubled("digest", [d.name for d in workspace.digest])
        known = {d.name for d in workspace.destination}
        found += _checked(
            f"workspace «{workspace.id}», zone", schedules.find_zone, workspace.zone
        )
        for digest in workspace.digest:
            found += _digest_mistakes(digest, known, workspace, wanted.base)
    return found


def _doubled(kind: str, names: Sequence[str]) -> list[str]:
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{kind} «{name}» stands twice; names must differ." for name in doubled]


def _digest_mistakes(
    digest: DigestEntry, known: set[str], workspace: WorkspaceEntry, base: Path
) -> list[str]:
    where = f"digest «{digest.name}»"
    found = [
        f"{where}: there is no destination «{name}» in this workspace; "
        f"known: {', '.join(sorted(known)) or 'none'}."
        for name in digest.destinations
        if name not in known
    ]
    for sentence in digest.sentences:
        found += _checked(f"{where}, schedule", schedules.parse, sentence)
    if digest.quiet_hours:
        found += _checked(
            f"{where}, quiet_hours", schedules.check_quiet, digest.quiet_hours
        )
    for pattern in (*digest.include, *digest.exclude):
        found += _checked(f"{where}, filter", filters.check, pattern)
    for address in digest.sources:
        found += _checked(f"{where}, sources", lambda a: kind_of(a, base), address)
    return found


def _checked(where: str, check: Callable[[str], object], value: str) -> list[str]:
    try:
        check(value)
    except (UserError, InputError) as error:
        return [f"{where}: {error}"]
    return []


def kind_of(address: str, base: Path) -> tuple[SourceKind, str]:
    """What kind of source an address names, and its full form.

    Raises:
        UserError: It is a folder that is not there.
    """
    if "://" in address:
        address = address.strip()
        if not address.lower().startswith(("https://", "http://")):
            raise UserError(f"«{address}» is neither a folder nor an http(s) address.")
        if not addresses.host_of(address) or any(c.isspace() for c in address):
            raise UserError(f"«{addresses.shown(address)}» is no address of a source.")
        return "feed", address
    path = (base / Path(address).expanduser()).resolve()
    if not path.exists():
        raise UserError(f"the folder {path} is not there; make it or mend the path.")
    return "folder", str(path)
