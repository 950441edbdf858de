"""What is wrong with an entry, as sentences that say what would do; it reads no file.

What is set up from chat passes the same checks, one digest at a time
(`digest_mistakes`), and gets the same sentences.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot import schedules
from bot.config_file.entries import DestinationEntry, DigestEntry
from bot.config_file.languages import check_language
from bot.errors import UserError
from bot.intake import addresses
from bot.types import SourceKind
from digests.errors import InputError
from digests.stories import filters


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
        return small(self.problem)


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
    return deep_mistakes(digest, destinations, is_source)


def name_mistake(name: str) -> UserError | None:
    """Why this cannot be the name of anything; None when it can."""
    try:
        DestinationEntry(name=name, channel="any")
    except ValidationError as error:
        return _plain(error.errors()[0])
    return None


def mistakes_of(error: ValidationError, data: Mapping[str, Any]) -> list[str]:
    """Every mistake of a file's content, in English: where, and what would do."""
    return [f"{place}: {small(problem)}" for place, problem in placed(error, data)]


def placed(
    error: ValidationError, data: Mapping[str, Any]
) -> list[tuple[str, UserError]]:
    """Every mistake of a file's content: where it stands, and what would do."""
    return [(_place(found["loc"], data), _plain(found)) for found in error.errors()]


def small(problem: UserError) -> str:
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
        case "value_error":
            (problem,) = limits["error"].args
            if isinstance(problem, UserError):
                return problem
            return UserError("{problem}.", problem=limits["error"])
    return (
        _would_do(str(found["loc"][-1]))
        or _of_kind(found["type"])
        or UserError("{problem}.", problem=found["msg"])
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


def _of_kind(wanted: str) -> UserError | None:
    """What to write where something of another kind stands; `wanted` is pydantic's."""
    match wanted:
        case "list_type" | "tuple_type":
            return UserError("Write a list here, in [ ].")
        case "string_type":
            return UserError("Write a text here, in quotes.")
        case "bool_type" | "bool_parsing":
            return UserError("Write true or false.")
        case "dict_type" | "model_type" | "model_attributes_type":
            return UserError("Write names with their values here.")
    return None


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


def deep_mistakes(
    digest: DigestEntry, known: Collection[str], is_source: Callable[[str], object]
) -> list[Mistake]:
    """What types alone cannot see in a digest."""
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
        ("language", check_language, [digest.language]),
    )
    for field, check, values in checks:
        for value in values:
            problem = trouble(check, value)
            found += [Mistake(field=field, problem=problem)] if problem else []
    return found


def _check_filter(written: str) -> None:
    try:
        filters.check(written)
    except InputError as error:
        raise UserError("filter: {error}", error=error) from None


def trouble(check: Callable[[str], object], value: str) -> UserError | None:
    """What `check` raises over the value, if anything."""
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
