"""Check settings and say what would be right: digests, names, languages, post options.

What is set up from chat passes the same checks, one digest at a time
(`digest_mistakes`), and gets the same sentences.

It knows nothing of texts or articles: a digest may be of a language that the bot does
not speak.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.configuration.settings import DestinationEntry, DigestEntry
from bot.errors import Message, UserError
from bot.ingest import addresses
from bot.model import (
    POST_OPTION_NAMES,
    PostOptions,
    SourceKind,
    post_options_to_settings,
)
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import parse_quiet_hours
from digests.errors import InputError
from digests.language.normalization import normalize_text
from digests.language.words import STOP_WORDS
from digests.stories import filters


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """Something that cannot be as it was written."""

    #: The name in the file: «schedule», «stories» …
    field: str
    #: What is wrong and what would do.
    problem: UserError

    @property
    def text(self) -> str:
        """The same in English, going on from the name of what it is about."""
        return format_problem(self.problem)


def find_digest_problems(
    entry: Mapping[str, Any],
    *,
    destinations: Collection[str],
    is_source: Callable[[str], object],
) -> list[FieldProblem]:
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
            FieldProblem(
                field=str(found["loc"][0]), problem=_explain_model_error(found)
            )
            for found in error.errors()
        ]
    return find_content_problems(digest, destinations, is_source)


def find_name_problem(name: str) -> UserError | None:
    """Why this cannot be the name of anything; None when it can."""
    try:
        DestinationEntry(name=name, channel="any")
    except ValidationError as error:
        return _explain_model_error(error.errors()[0])
    return None


def format_file_problems(error: ValidationError, data: Mapping[str, Any]) -> list[str]:
    """Every mistake of a file's content, in English: where, and what would do."""
    return [
        f"{place}: {format_problem(problem)}"
        for place, problem in locate_problems(error, data)
    ]


def locate_problems(
    error: ValidationError, data: Mapping[str, Any]
) -> list[tuple[str, UserError]]:
    """Every mistake of a file's content: where it stands, and what would do."""
    return [
        (_format_location(found["loc"], data), _explain_model_error(found))
        for found in error.errors()
    ]


def format_problem(problem: UserError) -> str:
    """What is wrong, going on from the name of what it is about."""
    said = str(problem)
    return f"{said[:1].lower()}{said[1:]}"


def _explain_model_error(found: ErrorDetails) -> UserError:
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
        _explain_expected_value(str(found["loc"][-1]))
        or _explain_expected_type(found["type"])
        or UserError("{problem}.", problem=found["msg"])
    )


def _explain_expected_value(name: str) -> UserError | None:
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


def _explain_expected_type(wanted: str) -> UserError | None:
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


def _format_location(loc: tuple[int | str, ...], data: Any) -> str:
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


def find_content_problems(
    digest: DigestEntry, known: Collection[str], is_source: Callable[[str], object]
) -> list[FieldProblem]:
    """What types alone cannot see in a digest."""
    found = [
        FieldProblem(
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
        FieldProblem(
            field=field,
            problem=UserError(
                "«{address}» is none of the digest's sources.",
                address=addresses.mask_secrets(address),
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
        ("schedule", parse_schedule, digest.sentences),
        ("quiet_hours", parse_quiet_hours, quiet),
        ("include", _check_filter, digest.include),
        ("exclude", _check_filter, digest.exclude),
        ("sources", is_source, digest.sources),
        ("language", check_language, [digest.language]),
    )
    for field, check, values in checks:
        for value in values:
            problem = find_problem(check, value)
            found += [FieldProblem(field=field, problem=problem)] if problem else []
    return found


def _check_filter(written: str) -> None:
    try:
        filters.validate_filter(written)
    except InputError as error:
        raise UserError("filter: {error}", error=error) from None


def find_problem(check: Callable[[str], object], value: str) -> UserError | None:
    """What `check` raises over the value, if anything."""
    try:
        check(value)
    except UserError as error:
        return error
    return None


def resolve_source_kind(address: str, base: Path) -> tuple[SourceKind, str]:
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
        if not addresses.extract_host(address) or any(c.isspace() for c in address):
            raise UserError(
                "«{address}» is no address of a source.",
                address=addresses.mask_secrets(address),
            )
        return "feed", address
    path = (base / Path(address).expanduser()).resolve()
    if not path.exists():
        raise UserError(
            "the folder {path} is not there; make it or mend the path.", path=path
        )
    return "folder", str(path)


#: Codes of CLDR for texts that are of no language, or of several.
_NO_LANGUAGES: Final = frozenset({"und", "mul", "zxx", "root", "mis"})
#: Longer than any code with its region.
_MAX_CODE_LENGTH: Final = 35


def check_language(code: str) -> None:
    """Let codes such as «en», «de-AT» or «zh-Hant» pass.

    Raises:
        UserError: There is no such language; which one may be meant.
    """
    from babel import Locale

    if len(code) > _MAX_CODE_LENGTH:
        raise UserError("This is too long; at most {n} characters.", n=_MAX_CODE_LENGTH)
    first, *parts = code.split("-")
    shaped = all(part.isascii() and part.isalnum() for part in (first, *parts))
    listed: Mapping[str, str] = Locale("en").languages
    known = {name for name in listed if "_" not in name} - _NO_LANGUAGES
    if shaped and first.lower() in known and all(1 < len(p) < 9 for p in parts):
        return
    near = _guess_language(code)
    if near is None:
        raise UserError(
            "There is no language «{code}». Write it as a code, such as «en», «de» or "
            "«de-AT».",
            code=code,
        )
    name = Locale.parse(near).get_display_name(near) or near
    raise UserError(
        "There is no language «{code}». Did you mean «{near}» ({name})?",
        code=code,
        near=near,
        name=name,
    )


def _guess_language(written: str) -> str | None:
    """The code that somebody means: by an older code, a name, or something like it."""
    from babel.core import get_global

    said = normalize_text(written.split("-")[0] if len(written) < 6 else written)
    alias = get_global("language_aliases").get(said)
    if alias is not None and "_" not in alias:
        return str(alias)
    # What is shorter is like the name of some language by chance.
    names = {n: c for n, c in _list_language_names() if len(said) > 3 or n == c}
    close = get_close_matches(said, names, n=1, cutoff=0.75)
    return names[close[0]] if close else None


def _list_language_names() -> Iterator[tuple[str, str]]:
    """What languages are called in English, German and themselves, with their codes."""
    from babel import Locale

    for code in STOP_WORDS:
        own = Locale.parse(code)
        yield code, code
        yield normalize_text(own.get_display_name(code) or code), code
    for speaker in ("en", "de"):
        for code, name in Locale(speaker).languages.items():
            if len(code) == 2:
                yield normalize_text(name), code


#: What each platform has.
PLATFORM_POST_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "discord": frozenset(POST_OPTION_NAMES),
    "slack": frozenset({"thread"}),
    "local": frozenset(),
}
_PLATFORM_NAMES: Final[Mapping[str, str | Message]] = {
    "discord": "Discord",
    "slack": "Slack",
    "local": Message("The local page"),
}
_POST_OPTION_LABELS: Final = {
    "silent": Message("messages without a sound"),
    "ping": Message("roles to ping"),
    "thread": Message("threads"),
    "crosspost": Message("channels that follow another one"),
}
_ROLE_ID: Final = re.compile(r"\d{1,20}")


def find_post_option_problems(
    manner: PostOptions, *, platform: str, workspace: str
) -> Iterator[tuple[str, Message]]:
    """What cannot be so, as (setting, sentence).

    Args:
        manner: As it is wanted.
        platform: The name of the platform.
        workspace: The platform's own id of the workspace.
    """
    for name, value in post_options_to_settings(manner).items():
        if value and name not in PLATFORM_POST_OPTIONS.get(platform, frozenset()):
            called = _PLATFORM_NAMES.get(platform, platform)
            what = _POST_OPTION_LABELS[name]
            yield name, Message("{platform} has no {what}.", platform=called, what=what)
            return
    if manner.ping is None:
        return
    if not _ROLE_ID.fullmatch(manner.ping):
        yield "ping", Message("Name one role by a mention or by its number.")
    elif manner.ping == workspace:
        # On Discord «everyone» is the role whose number is the server's.
        yield (
            "ping",
            Message("Everybody cannot be pinged; name a role that people can leave."),
        )
