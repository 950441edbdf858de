"""A configuration file, checked: what it may say, and every mistake in it at once.

What is set up from chat passes the same checks, one digest at a time
(`digest_mistakes`), and gets the same sentences.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot import schedules
from bot.errors import ConfigurationError, UserError
from bot.intake import addresses
from bot.types import (
    CorrectionsSetting,
    Look,
    PlatformName,
    SourceKind,
    SummaryLength,
)
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


class DigestEntry(_Entry):
    """`[[workspace.digest]]`."""

    name: Name
    sources: Annotated[list[Address], Field(min_length=1, max_length=MOST)]
    #: Those of the sources that are kept and not read at present.
    paused_sources: list[Address] = []
    #: How it calls some of them, by address; the others are called as they say.
    source_names: dict[Address, Name] = {}
    destinations: Annotated[list[Name], Field(max_length=MOST)] = []
    schedule: str | list[str] = []
    quiet_hours: str | None = None
    #: Left out, these stay as they are; `skip = []` leaves no date out any more.
    paused: bool | None = None
    paused_until: date | None = None
    skip: list[date] | None = None
    stories: Annotated[int, Field(ge=1, le=15)] = 5
    #: The length of each story's summary.
    summary: SummaryLength = "short"
    #: Quotes with a story, and lines under «also in brief», at the most.
    quotes: Annotated[int, Field(ge=0, le=5)] = 5
    figures: bool = True
    brief: Annotated[int, Field(ge=0, le=12)] = 6
    include: Annotated[list[Filter], Field(max_length=MOST)] = []
    exclude: Annotated[list[Filter], Field(max_length=MOST)] = []
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = (
        "en"
    )

    corrections: CorrectionsSetting = "edit"

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
        raise ConfigurationError(
            "{path} cannot be read: {reason}.", path=path, reason=reason
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("{path} is not UTF-8 text.", path=path) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "{path} is not valid TOML: {error}.", path=path, error=error
        ) from error
    try:
        file = FileEntry.model_validate(data)
    except ValidationError as error:
        told = (f"{path}: {text}" for text in mistakes_of(error, data))
        raise ConfigurationError("\n".join(told)) from error
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
    #: What is wrong and what would do.
    problem: UserError

    @property
    def text(self) -> str:
        """The same in English, going on from the name of what it is about."""
        return _small(self.problem)


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
            Mistake(field=str(found["loc"][0]), problem=_plain(found))
            for found in error.errors()
        ]
    return _deep_mistakes(digest, destinations, is_source)


def look_of(entry: Mapping[str, Any]) -> Look:
    """How the digest of this entry tells its stories."""
    return Look(**{field.name: entry[field.name] for field in fields(Look)})


def name_mistake(name: str) -> UserError | None:
    """Why this cannot be the name of anything; None when it can."""
    try:
        DestinationEntry(name=name, channel="any")
    except ValidationError as error:
        return _plain(error.errors()[0])
    return None


def mistakes_of(error: ValidationError, data: Mapping[str, Any]) -> list[str]:
    """Every mistake of a file's content: where it stands, and what would do."""
    return [
        f"{_place(found['loc'], data)}: {_small(_plain(found))}"
        for found in error.errors()
    ]


def _small(problem: UserError) -> str:
    """What is wrong, going on from the name of what it is about."""
    said = str(problem)
    return f"{said[:1].lower()}{said[1:]}"


def _plain(found: ErrorDetails) -> UserError:
    """A mistake as a sentence of ours, where the library's is not for everybody."""
    limits = found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            return UserError("This name is not known; see the example in README.md.")
        case "missing":
            return UserError("This is missing.")
        case "string_too_short":
            return UserError("This is empty; write something.")
        case "string_too_long":
            most = limits["max_length"]
            return UserError("This is too long; at most {n} characters.", n=most)
        case "too_long":
            most = limits["max_length"]
            return UserError("There are too many; at most {n}.", n=most)
        case "too_short":
            return UserError("Name at least one.")
        case "string_pattern_mismatch":
            return UserError(
                "Write the language as a code, such as «en», «de» or «de-AT»."
            )
        case "value_error":
            return UserError("{problem}.", problem=limits["error"])
    return _would_do(str(found["loc"][-1])) or UserError(
        "{problem}.", problem=found["msg"]
    )


def _would_do(name: str) -> UserError | None:
    """What to write under a name, where the library's sentence is not for everybody."""
    would = {
        "stories": UserError("Write how many stories as a number from 1 to 15."),
        "summary": UserError("Write short, medium or long."),
        "quotes": UserError("Write how many quotes as a number from 0 to 5."),
        "figures": UserError("Write yes or no."),
        "brief": UserError("Write how many lines as a number from 0 to 12."),
        "corrections": UserError("Write edit, tell or off."),
    }
    return would.get(name)


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
            problem=UserError(
                "There is no destination «{name}» in this workspace; known: {known}.",
                name=name,
                known=", ".join(sorted(known)) or "–",
            ),
        )
        for name in digest.destinations
        if name not in known
    ]
    found += [
        Mistake(
            field=field,
            problem=UserError(
                "«{address}» is none of the digest's sources.",
                address=addresses.shown(address),
            ),
        )
        for field, named in (
            ("paused_sources", digest.paused_sources),
            ("source_names", digest.source_names),
        )
        for address in named
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
            problem = _trouble(check, value)
            found += [Mistake(field=field, problem=problem)] if problem else []
    return found


def _check_filter(written: str) -> None:
    try:
        filters.check(written)
    except InputError as error:
        raise UserError("filter: {error}", error=error) from None


def _checked(where: str, check: Callable[[str], object], value: str) -> list[str]:
    problem = _trouble(check, value)
    return [f"{where}: {problem}"] if problem else []


def _trouble(check: Callable[[str], object], value: str) -> UserError | None:
    try:
        check(value)
    except UserError as error:
        return error
    return None


def kind_of(address: str, base: Path) -> tuple[SourceKind, str]:
    """What kind of source an address names, and its full form.

    Raises:
        UserError: It is a folder that is not there.
    """
    if "://" in address:
        address = address.strip()
        if not address.lower().startswith(("https://", "http://")):
            raise UserError(
                "«{address}» is neither a folder nor an http(s) address.",
                address=address,
            )
        if not addresses.host_of(address) or any(c.isspace() for c in address):
            raise UserError(
                "«{address}» is no address of a source.",
                address=addresses.shown(address),
            )
        return "feed", address
    path = (base / Path(address).expanduser()).resolve()
    if not path.exists():
        raise UserError(
            "the folder {path} is not there; make it or mend the path.", path=path
        )
    return "folder", str(path)
