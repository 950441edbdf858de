"""A configuration file, checked: what it may say, and every mistake in it at once.

What is set up from chat passes the same checks, one digest at a time
(`digest_mistakes`), and gets the same sentences.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot import manners, schedules
from bot.errors import ConfigurationError, UserError
from bot.intake import addresses
from bot.manners import Manner, of_settings
from bot.types import PlatformName, SourceKind
from digests.errors import InputError
from digests.stories import filters

#: Characters that turn what stands around them.
_TURNING = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def _plain_name(name: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in _TURNING for c in name):
        raise ValueError("it holds characters that cannot be seen; leave them out")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_plain_name)]
#: How a person or a role is written that may do an editor's work.
EDITOR = re.compile(r"(person|role) ([A-Za-z0-9_-]{1,40})")
Filter = Annotated[str, Field(max_length=500)]
Address = Annotated[str, Field(max_length=2_000)]
#: So many of anything that one digest has.
MOST = 200


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DestinationEntry(_Entry):
    """`[[workspace.destination]]`."""

    name: Name
    channel: Name
    silent: bool = False
    ping: str | None = None
    thread: bool = False
    crosspost: bool = False

    @property
    def manner(self) -> Manner:
        """How messages are posted there."""
        return of_settings(self.model_dump())


class DigestEntry(_Entry):
    """`[[workspace.digest]]`."""

    name: Name
    sources: Annotated[list[Address], Field(min_length=1, max_length=MOST)]
    #: Those of the sources that are kept and not read at present.
    paused_sources: list[Address] = []
    destinations: Annotated[list[Name], Field(max_length=MOST)] = []
    schedule: str | list[str] = []
    quiet_hours: str | None = None
    #: Left out, these stay as they are; `skip = []` leaves no date out any more.
    paused: bool | None = None
    paused_until: date | None = None
    skip: list[date] | None = None
    stories: Annotated[int, Field(ge=1, le=15)] = 5
    include: Annotated[list[Filter], Field(max_length=MOST)] = []
    exclude: Annotated[list[Filter], Field(max_length=MOST)] = []
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
    #: «person ID» and «role ID»: who may do an editor's work besides its managers.
    editors: list[str] = []
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """Something that cannot be as it was written."""

    #: The name in the file: «schedule», «stories» …
    field: str
    #: What is wrong and what would do, as a sentence.
    text: str


def digest_mistakes(
    entry: Mapping[str, Any],
    *,
    destinations: Collection[str],
    is_source: Callable[[str], object],
) -> list[Mistake]:
    """Every mistake of one digest, without a file around it.

    Args:
        entry: As `[[workspace.digest]]` words it.
        destinations: The names that there are.
        is_source: Raises `UserError` where an address cannot be a source.
    """
    try:
        digest = DigestEntry.model_validate(entry)
    except ValidationError as error:
        return [
            Mistake(field=str(found["loc"][0]), text=_plain(found))
            for found in error.errors()
        ]
    return _deep_mistakes(digest, destinations, is_source)


def name_mistake(name: str) -> str | None:
    """Why this cannot be the name of anything; None when it can."""
    try:
        DestinationEntry(name=name, channel="any")
    except ValidationError as error:
        return _plain(error.errors()[0])
    return None


def _mistakes(path: Path, error: ValidationError, data: dict[str, Any]) -> str:
    lines = []
    for found in error.errors():
        where = _place(found["loc"], data)
        lines.append(f"{path}: {where}: {_plain(found)}")
    return "\n".join(lines)


def _plain(found: ErrorDetails) -> str:
    """A mistake as a sentence of ours, where the library's is not for everybody."""
    limits, last = found.get("ctx", {}), found["loc"][-1]
    match found["type"]:
        case "extra_forbidden":
            return "this name is not known; see the example in README.md."
        case "missing":
            return "this is missing."
        case "string_too_short":
            return "this is empty; write something."
        case "string_too_long":
            return f"this is too long; at most {limits['max_length']} characters."
        case "too_long":
            return f"there are too many; at most {limits['max_length']}."
        case "too_short":
            return "name at least one."
        case "string_pattern_mismatch":
            return "write the language as a code, such as «en», «de» or «de-AT»."
        case "value_error":
            return f"{limits['error']}."
    if last == "stories":
        return "write how many stories as a number from 1 to 15."
    return f"{found['msg'][0].lower()}{found['msg'][1:]}."


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
        found += [
            f"workspace «{workspace.id}», editors: «{who}» is not «person ID» or "
            "«role ID»."
            for who in workspace.editors
            if not EDITOR.fullmatch(who)
        ]
        found += [
            f"destination «{place.name}», {field}: {text}"
            for place in workspace.destination
            for field, text in manners.mistakes(
                place.manner, platform=workspace.platform, workspace=workspace.id
            )
        ]
        for digest in workspace.digest:
            found += [
                f"digest «{digest.name}», {mistake.field}: {mistake.text}"
                for mistake in _deep_mistakes(
                    digest, known, lambda address: kind_of(address, wanted.base)
                )
            ]
    return found


def _doubled(kind: str, names: Sequence[str]) -> list[str]:
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [f"{kind} «{name}» stands twice; names must differ." for name in doubled]


def _deep_mistakes(
    digest: DigestEntry, known: Collection[str], is_source: Callable[[str], object]
) -> list[Mistake]:
    found = [
        Mistake(
            field="destinations",
            text=f"there is no destination «{name}» in this workspace; "
            f"known: {', '.join(sorted(known)) or 'none'}.",
        )
        for name in digest.destinations
        if name not in known
    ]
    found += [
        Mistake(
            field="paused_sources",
            text=f"«{addresses.shown(address)}» is none of the digest's sources.",
        )
        for address in digest.paused_sources
        if address not in digest.sources
    ]
    quiet = [digest.quiet_hours] if digest.quiet_hours else []
    checks: tuple[tuple[str, Callable[[str], object], Sequence[str]], ...] = (
        ("schedule", schedules.parse, digest.sentences),
        ("quiet_hours", schedules.check_quiet, quiet),
        ("include", _check_filter, digest.include),
        ("exclude", _check_filter, digest.exclude),
        ("sources", is_source, digest.sources),
    )
    for field, check, values in checks:
        for value in values:
            text = _trouble(check, value)
            found += [Mistake(field=field, text=text)] if text else []
    return found


def _check_filter(written: str) -> None:
    try:
        filters.check(written)
    except InputError as error:
        raise UserError(f"filter: {error}") from None


def _checked(where: str, check: Callable[[str], object], value: str) -> list[str]:
    text = _trouble(check, value)
    return [f"{where}: {text}"] if text else []


def _trouble(check: Callable[[str], object], value: str) -> str | None:
    try:
        check(value)
    except UserError as error:
        return str(error)
    return None


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
